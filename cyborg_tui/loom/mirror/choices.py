"""Choices: what the log says of each fan that came before the person, and of what they did with it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.history import StepKind
from cyborg_tui.loom.mirror.line import Line

__all__ = ["Choice", "Edited", "choices"]


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit of what was taken, soon after it was."""

    at: float
    offset: int
    """Where it begins, in characters of what was taken as it stood just before; below 0 if before it."""
    removed: int
    """Characters of what was taken that it took out."""
    added: int
    """Characters that it put in their place."""
    text: str | None = None
    """These, where they were asked for."""


@dataclass(slots=True)
class Choice:
    """One fan before the person, until another was asked for, or they went elsewhere.

    Takes of one branch one after the other (a word, another word) are one choice; another branch of the same fan is
    another choice.
    """

    loom: int
    fan: FanId
    place: NodeId | None = None
    """The node that it continues; None if it was asked for before this log begins."""
    asked_at: float | None = None
    """None if it was asked for before, and come back to."""
    looked: dict[BranchId, float] = field(default_factory=dict)
    """What was looked at for the first time, and when."""
    taken: BranchId | None = None
    """None: nothing was."""
    taken_at: float | None = None
    amount: int = 0
    """Characters of it that were taken in the end."""
    takes: int = 0
    """Keys that it took."""
    rerolls: int = 0
    """Fans asked for from the same place just before, of which nothing was taken."""
    undone: bool = False
    """It was taken back by undo, all of it."""
    replaced: bool = False
    """Another choice from the same fan came in its place."""
    reason: str = ""
    edits: list[Edited] = field(default_factory=list)
    """Changes to what was taken, until the choice after the next."""
    edits_known: bool = True
    """Whether the log says where edits were."""
    ended: bool = True
    """False if the log ends while it is still open."""
    start: int | None = None
    """Where what was taken stands in the text."""
    length: int = 0
    """What is left of it, with what was put into it."""
    steps: list[int] = field(default_factory=list)
    """The amount after each key that was not undone."""
    steps_back: list[int] = field(default_factory=list)
    """After each that was, the last one to be redone first."""

    @property
    def stands(self) -> bool:
        """Whether something was taken, and not taken back."""
        return self.taken is not None and not self.undone and not self.replaced

    @property
    def removed(self) -> int:
        """Characters of what was taken that were taken out again."""
        return sum(edit.removed for edit in self.edits)


def choices(lines: Iterable[Line]) -> Iterator[Choice]:
    """The choices in a log, of any number of looms, each as soon as nothing more can be said of it.

    Lines count in the order in which they were written, whatever their times say.
    """
    desks: dict[int, _Desk] = {}
    for line in lines:
        heed = _HEEDED.get(line.kind)
        if heed is not None:
            desk = desks.get(line.loom)
            if desk is None:
                desk = desks[line.loom] = _Desk(line.loom)
            if done := heed(desk, line):
                yield from done
    for desk in desks.values():
        yield from desk.break_off()


class _Desk:
    """What is before the person in one loom, and what was before that: a reason may still be given for it."""

    def __init__(self, loom: int) -> None:
        self._loom = loom
        self._now: Choice | None = None
        self._before: Choice | None = None

    def asked(self, line: Line) -> tuple[Choice, ...]:
        if line.fan is None:
            return ()
        now = self._now
        again = now is not None and now.taken is None and now.place is not None and now.place == line.node
        rerolls = now.rerolls + 1 if again and now is not None else 0
        done = self._next()
        self._now = Choice(self._loom, line.fan, line.node, line.at, rerolls=rerolls)
        return done

    def looked(self, line: Line) -> tuple[Choice, ...]:
        if line.fan is None or line.branch is None:
            return ()
        done = self._come_to(line.fan)
        assert self._now is not None
        self._now.looked.setdefault(line.branch, line.at)
        return done

    def took(self, line: Line) -> tuple[Choice, ...]:
        if line.fan is None or line.branch is None:
            return ()
        done = self._come_to(line.fan)
        now = self._now
        assert now is not None
        if now.taken is not None and (now.undone or now.taken != line.branch):
            done += self._next()
            now = self._now = Choice(self._loom, line.fan, now.place, looked=dict(now.looked))
        if now.taken is None:
            for other in (*done, *([self._before] if self._before else [])):
                other.replaced |= other.fan == line.fan and other.stands
            now.taken, now.taken_at, now.start = line.branch, line.at, line.start
            now.edits_known = line.start is not None
        now.amount, now.takes = line.amount or 0, now.takes + 1
        now.length = now.amount
        now.steps.append(now.amount)
        now.steps_back.clear()
        return done

    def edited(self, line: Line) -> tuple[Choice, ...]:
        for choice in (self._now, self._before):
            if choice is not None and choice.taken is not None:
                _edit(choice, line)
        return ()

    def undid(self, line: Line) -> tuple[Choice, ...]:
        if line.note == StepKind.TAKE.value:
            for choice in (self._now, self._before):
                if choice is not None and choice.stands:
                    choice.steps_back.append(choice.steps.pop())
                    choice.undone = not choice.steps
                    _amount_to(choice, choice.steps[-1] if choice.steps else choice.amount)
                    self._put_in_place()
                    break
        return ()

    def redid(self, line: Line) -> tuple[Choice, ...]:
        if line.note == StepKind.TAKE.value:
            for choice in (self._before, self._now):
                if choice is not None and choice.steps_back:
                    choice.steps.append(choice.steps_back.pop())
                    choice.undone = False
                    _amount_to(choice, choice.steps[-1])
                    self._put_in_place()
                    break
        return ()

    def _put_in_place(self) -> None:
        """Of two choices from one fan the later one stands in the place of the other, unless it was undone."""
        now, before = self._now, self._before
        if now is not None and before is not None and now.fan == before.fan and now.taken is not None:
            before.replaced = not before.undone and not now.undone

    def said_why(self, line: Line) -> tuple[Choice, ...]:
        for choice in (self._now, self._before):
            if choice is not None and choice.taken == line.branch and choice.fan == line.fan:
                choice.reason = line.note
                break
        return ()

    def went(self, _line: Line) -> tuple[Choice, ...]:
        return self._next()

    def left(self, _line: Line) -> tuple[Choice, ...]:
        return (*self._next(), *self._next())

    def break_off(self) -> tuple[Choice, ...]:
        if self._now is not None:
            self._now.ended = self._now.taken is not None
        return self.left(Line(self._loom, 0.0, ""))

    def _come_to(self, fan: FanId) -> tuple[Choice, ...]:
        """Have this fan before the person; one that was asked for earlier is come back to."""
        if self._now is not None and self._now.fan == fan:
            return ()
        done = self._next()
        self._now = Choice(self._loom, fan)
        return done

    def _next(self) -> tuple[Choice, ...]:
        """Something else comes now. Returns what nothing more can be said of."""
        now, before = self._now, self._before
        if now is None and before is None:
            return ()
        told = now is not None and (now.taken is not None or now.asked_at is not None)
        self._now, self._before = None, now if told else None
        return (before,) if before is not None else ()


def _amount_to(choice: Choice, amount: int) -> None:
    """More or less of it stands now."""
    choice.length += amount - choice.amount
    choice.amount = amount


def _edit(choice: Choice, line: Line) -> None:
    """Follow an edit: what it does to what was taken, and where that stands then."""
    start, end, at = line.start, line.end, choice.start
    if start is None or end is None or at is None or start > end:
        choice.edits_known = choice.edits_known and at is not None and start is not None
        return
    added = (line.amount or 0) + end - start
    past = at + choice.length
    if start >= past:
        return
    if end <= at:
        choice.start = at + added - (end - start)
        return
    removed = min(end, past) - max(start, at)
    choice.edits.append(Edited(line.at, start - at, removed, added, line.text))
    if start < at:
        choice.start, choice.length = start, choice.length - removed + added
    else:
        choice.length += added - removed


_HEEDED: dict[str, Callable[[_Desk, Line], tuple[Choice, ...]]] = {
    EventKind.GENERATED.value: _Desk.asked,
    EventKind.LOOKED.value: _Desk.looked,
    EventKind.TAKEN.value: _Desk.took,
    EventKind.EDITED.value: _Desk.edited,
    EventKind.UNDONE.value: _Desk.undid,
    EventKind.REDONE.value: _Desk.redid,
    EventKind.REASONED.value: _Desk.said_why,
    EventKind.MOVED.value: _Desk.went,
    EventKind.OPENED.value: _Desk.left,
    EventKind.CLOSED.value: _Desk.left,
}
