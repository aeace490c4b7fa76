"""Going through a process: what its steps prepare is done with the session's own operations, what they wait for is left
to the person. Nothing is ever taken here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.history import StepKind
from cyborg_tui.loom.process import Course, Process, Step, Wait, begin
from cyborg_tui.loom.template import filled
from cyborg_tui.session.framing import BadFrame

if TYPE_CHECKING:
    from cyborg_tui.session.session import Session

__all__ = ["Guide"]

_MOST = 200
"""Steps in a row of which none waits for the person."""


class Guide:
    """Leads through one process at a time. It hears the log, and does what is due only when it is told to, so that it
    never gets in the middle of something else."""

    def __init__(
        self, session: Session, fields: Callable[[], Mapping[str, str]], note: Callable[[EventKind, str], None]
    ) -> None:
        """`fields`: what templates can be filled in with now. `note` writes a line of the log."""
        self._session, self._fields, self._note = session, fields, note
        self._course: Course | None = None
        self._left: Course | None = None
        self.problem = ""
        """What could not be done of what was due last."""
        self._did = self._whole = False
        """Whether what is waited for was done; of a choice, whether there is no more of the branch to take."""
        self._inserted: tuple[int, str] = (0, "")
        """Where the step wrote something, and what."""

    # what is seen of it

    @property
    def process(self) -> Process | None:
        """The one that is gone through."""
        return self._course.process if self._course is not None else None

    @property
    def latest(self) -> Process | None:
        """The same, or the one that was left last."""
        course = self._course or self._left
        return None if course is None else course.process

    @property
    def step(self) -> Step | None:
        """The one at which the person is waited for."""
        return self._course.step if self._course is not None and self._course.waiting else None

    @property
    def can_go_on(self) -> bool:
        """Whether there is one that was left."""
        return self._course is None and self._left is not None

    @property
    def says(self) -> str:
        """What the person is asked to do."""
        step = self.step
        return "" if step is None else self._filled(step.says)

    @property
    def words(self) -> tuple[str, ...]:
        """Process and step, for the status line; none if there is no process."""
        course, step = self._course, self.step
        if course is None or step is None:
            return ()
        times = f" {course.done + 1} of {step.times}" if step.times > 1 else ""
        return (f"{course.process.name}: {step.name}{times}", self.says)

    # what happens

    def begin(self, process: Process) -> None:
        """Go through a process, from its first step on."""
        self._end()
        self._course = begin(process)

    def resume(self) -> None:
        """Go on with the one that was left."""
        self._course, self._left = self._left, None
        if self._course is not None:
            self._note(EventKind.STEP, _where(self._course))

    def leave(self) -> bool:
        """Go no further; `resume` goes on. False if there is none."""
        course = self._course
        if course is None:
            return False
        self._end()
        self._left = course
        self._note(EventKind.LEFT, _where(course))
        return True

    def changed(self, process: Process) -> None:
        """The process was edited: go on with it as it is now, from the beginning of the step that one is at."""
        course = self._course or self._left
        if course is not None and course.process.name == process.name:
            self._session.lend(None)
            self._course, self._left = course.in_another(process), None

    def go_on(self) -> None:
        """The person goes on, whether or not what was waited for was done."""
        course = self._course
        if course is not None and course.waiting and course.step.wait not in (Wait.ANSWER, Wait.OPTION):
            self._advance(course, did=self._did)

    def answer(self, text: str) -> None:
        """The line that was asked for."""
        course = self._course
        if course is not None and course.waiting and course.step.wait is Wait.ANSWER:
            self._come_to(course.answered(text))

    def pick(self, option: str) -> None:
        """What was chosen of what was offered."""
        course = self._course
        if course is not None and course.waiting and course.step.wait is Wait.OPTION:
            self._come_to(course.picked(option))

    def hear(self, events: Iterable[Event]) -> None:
        """Lines of the log: what the person did."""
        step = self.step
        wait = Wait.NOTHING if step is None else step.wait
        for event in events:
            match event.kind:
                case EventKind.TAKEN if wait is Wait.CHOICE:
                    self._did = True
                    self._whole = self._is_whole(event)
                case EventKind.UNDONE if event.note == StepKind.TAKE.value:
                    self._did = self._whole = False
                case EventKind.EDITED if wait is Wait.TEXT:
                    self._did = True
                case _:
                    pass

    def _is_whole(self, event: Event) -> bool:
        if event.branch is None:
            return False
        branch = self._session.loom.tree.branch(event.branch)
        return event.amount == len(branch.text) - branch.healed

    # what is due

    @property
    def due(self) -> bool:
        """Whether something is to be done without the person."""
        course = self._course
        return course is not None and (not course.waiting or (course.step.wait is Wait.CHOICE and self._whole))

    def work(self) -> None:
        """Do what is due, up to where the person is waited for."""
        self.problem = ""
        for _ in range(_MOST):
            course = self._course
            if course is None or not self.due:
                return
            if course.waiting:
                self._advance(course, did=True)
            else:
                self._prepare(course)
        self.leave()

    def _prepare(self, course: Course) -> None:
        session, step = self._session, course.step
        self._note(EventKind.STEP, _where(course))
        self._inserted = (session.loom.cursor, "")
        if step.insert:
            self._insert(self._filled(step.insert))
        if step.frame is not None:
            self._condition(step.frame)
        if step.fan is not None:
            session.lend(step.fan.settings)
            session.ask()
        self._did = self._whole = False
        if step.wait is Wait.NOTHING:
            self._mark(step)
            self._come_to(course.prepared())
        else:
            self._course = course.prepared()

    def _insert(self, text: str) -> None:
        """Line ends with which it begins count with those that stand there already; none stand at the beginning."""
        loom = self._session.loom
        before, body = loom.text[: loom.cursor], text.lstrip("\n")
        there = len(before) - len(before.rstrip("\n"))
        breaks = max(0, len(text) - len(body) - there) if before else 0
        written = "\n" * breaks + body
        if written:
            at = loom.cursor
            self._session.edit(at, at, written)
            self._inserted = (at, written)

    def _condition(self, frame: Frame) -> None:
        """The model is conditioned by this from the cursor on."""
        session = self._session
        here = (one.frame for one in session.frames if one.offset == session.loom.cursor)
        before = next(here, Frame())
        try:
            session.set_frame(session.loom.cursor, frame.over(before))
        except BadFrame as error:
            self.problem = str(error)

    def _advance(self, course: Course, *, did: bool) -> None:
        """Leave a step behind."""
        if did:
            self._mark(course.step)
        else:
            self._take_back()
        self._come_to(course.went_on(did=did))

    def _take_back(self) -> None:
        """What the step wrote goes, if nothing came of it."""
        at, written = self._inserted
        loom = self._session.loom
        if written and loom.cursor == at + len(written) == len(loom.text) and loom.text.endswith(written):
            self._session.edit(at, at + len(written), "")

    def _mark(self, step: Step) -> None:
        loom, garden = self._session.loom, self._session.garden
        node = loom.manuscript.node_at(loom.cursor) or loom.manuscript.leaf
        with contextlib.suppress(NotPossible):  # the beginning has no marks
            if step.bookmark:
                garden.bookmark(node)
            if step.tag:
                garden.tag(node, (*loom.tree.facts(node).tags, step.tag))

    def _come_to(self, course: Course) -> None:
        self._session.lend(None)
        self._course = course
        if course.over:
            self._end()
            self._note(EventKind.LEFT, course.process.name)

    def _end(self) -> None:
        self._session.lend(None)
        self._course = self._left = None

    def _filled(self, template: str) -> str:
        answers = dict(self._course.answers) if self._course is not None else {}
        known = {step.into: "" for step in self._course.process.steps if step.into} if self._course else {}
        return filled(template, {**known, **self._fields(), **answers})


def _where(course: Course) -> str:
    """Process and step, for the log."""
    return course.process.name if course.over else f"{course.process.name}: {course.step.name}"
