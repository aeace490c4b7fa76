"""A process: a way of thinking in named steps, and how far one has come. Every selection in it is the person's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.template import BadTemplate, filled

__all__ = ["END", "FIELDS", "BadProcess", "Course", "Process", "Step", "Wait", "Wanted", "begin", "check"]

END = "end"
"""Where a step goes after which there is nothing more."""
FIELDS = ("date", "day", "month", "year", "weekday", "title")
"""What templates can be filled in with, beside what the person answered."""


class BadProcess(ValueError):
    """A process that cannot be used: the message says why, `step` counts from 0, `key` is what is wrong in it."""

    def __init__(self, what: str, step: int | None = None, key: str = "") -> None:
        super().__init__(what)
        self.step, self.key = step, key


class Wait(str, Enum):
    """What a step waits for."""

    NOTHING = ""
    CHOICE = "choose"
    """A branch is taken."""
    TEXT = "write"
    """The person writes, and says when that is done."""
    ANSWER = "ask"
    """A line, which later templates can be filled in with."""
    OPTION = "offer"
    """One of several ways to go on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fan that is to be made."""

    settings: FanSettings | None = None
    """None: as the next one would be made anyway."""


@dataclass(frozen=True, slots=True)
class Step:
    """First something is prepared, then the person is waited for, then a place may be marked; then it goes on."""

    name: str
    insert: str = ""
    """A template, written where the cursor is."""
    frame: Frame | None = None
    """What it says of how the model is conditioned from here on; the rest stays."""
    fan: Wanted | None = None
    wait: Wait = Wait.NOTHING
    says: str = ""
    """To the person who is waited for."""
    into: str = ""
    """The field that an answer fills in."""
    options: tuple[tuple[str, str], ...] = ()
    """What is offered, each with the step it leads to."""
    bookmark: bool = False
    tag: str = ""
    times: int = 1
    """How often it comes, one after the other."""
    then: str = ""
    """The step after it; empty: the one below."""
    rounds: int = 0
    """How often it goes to `then`, after which the one below follows; 0: always."""
    otherwise: str = ""
    """The step that follows if the person goes on without having done what was waited for; empty: the one below."""


@dataclass(frozen=True, slots=True)
class Process:
    name: str
    about: str
    steps: tuple[Step, ...]

    def index(self, name: str) -> int:
        """Where a step is; the end is after the last. Raises KeyError."""
        if name == END:
            return len(self.steps)
        for at, step in enumerate(self.steps):
            if step.name == name:
                return at
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Course:
    """How far one has come. Each method is something that happened, and what one has come to by it."""

    process: Process
    at: int = 0
    """The index of the step."""
    waiting: bool = False
    """All that the step prepares is there."""
    done: int = 0
    """How often this step came to its end since one came to it."""
    rounds: tuple[int, ...] = ()
    """How often each step has gone to its `then`."""
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def over(self) -> bool:
        return self.at >= len(self.process.steps)

    @property
    def step(self) -> Step:
        return self.process.steps[self.at]

    def prepared(self) -> "Course":
        """All that the step prepares is there."""
        course = replace(self, waiting=True)
        return course.went_on() if self.step.wait is Wait.NOTHING else course

    def went_on(self, *, did: bool = True) -> "Course":
        """The person goes on; `did`: having done what was waited for. Going on without ends what goes round."""
        step = self.step
        if not did:
            return self._to(self.process.index(step.otherwise) if step.otherwise else self.at + 1)
        if self.done + 1 < step.times:
            return replace(self, waiting=False, done=self.done + 1)
        rounds = list(self.rounds or (0,) * len(self.process.steps))
        if step.then and (not step.rounds or rounds[self.at] < step.rounds):
            rounds[self.at] += 1
            return replace(self._to(self.process.index(step.then)), rounds=tuple(rounds))
        rounds[self.at] = 0
        return replace(self._to(self.at + 1), rounds=tuple(rounds))

    def answered(self, text: str) -> "Course":
        """The person gave an answer."""
        answers = {**dict(self.answers), self.step.into: text}
        return replace(self, answers=tuple(answers.items())).went_on()

    def picked(self, option: str) -> "Course":
        """The person chose one of the options."""
        return self._to(self.process.index(dict(self.step.options)[option]))

    def in_another(self, process: Process) -> "Course":
        """The same place in a process that was changed meanwhile: at the beginning of the step of that name, or of the
        first."""
        at = next((i for i, one in enumerate(process.steps) if not self.over and one.name == self.step.name), 0)
        return Course(process, at, answers=self.answers)

    def _to(self, at: int) -> "Course":
        return replace(self, at=at, waiting=False, done=0)


def begin(process: Process) -> Course:
    """At the first step."""
    return Course(process)


def check(steps: Sequence[Step]) -> None:
    """Raises BadProcess: for steps of one name, ways that lead nowhere or round and round, and unknown fields."""
    if not steps:
        raise BadProcess("it has no steps")
    names = [step.name for step in steps]
    for name, count in Counter(names).items():
        if count > 1 or name == END:
            why = "that is where every process ends" if name == END else "there are two of that name"
            raise BadProcess(f"a step cannot be called {name}: {why}", len(names) - 1 - names[::-1].index(name), "name")
    fields = dict.fromkeys((*FIELDS, *(step.into for step in steps if step.into)), "")
    for at, step in enumerate(steps):
        _check_ways(at, step, names)
        for key, template in (("insert", step.insert), ("says", step.says)):
            try:
                filled(template, fields)
            except BadTemplate as error:
                said = str(error).rstrip(".")
                where = step.wait.value if key == "says" else key
                raise BadProcess(f"{said[:1].lower()}{said[1:]}", at, where) from None
    _check_ends(Process("", "", tuple(steps)))


def _check_ways(at: int, step: Step, names: Sequence[str]) -> None:
    ways = [("then", step.then), ("otherwise", step.otherwise), *(("options", there) for _, there in step.options)]
    for key, there in ways:
        if there and there not in (*names, END):
            raise BadProcess(f"there is no step {there}; there are {', '.join((*names, END))}", at, key)


def _check_ends(process: Process) -> None:
    """Wherever it goes round for ever, the person must be waited for."""
    for first in range(len(process.steps)):
        seen: set[int] = set()
        at = first
        while at < len(process.steps) and process.steps[at].wait is Wait.NOTHING:
            if at in seen:
                raise BadProcess("it goes round and round here, and the person is never waited for", first, "then")
            seen.add(at)
            here = process.steps[at]
            at = process.index(here.then) if here.then and not here.rounds else at + 1
