"""A branch while it grows: its tokens, its text in whole characters, what of it is told, and where it ends."""

from dataclasses import dataclass, field
from itertools import accumulate

from cyborg_tui.engine.banning import Bans
from cyborg_tui.engine.ends import FINISHES, end_of
from cyborg_tui.engine.protocol import Growth
from cyborg_tui.engine.recording import Drawn
from cyborg_tui.engine.samplers import Sampler
from cyborg_tui.loom.fan import Finish, whole_characters
from cyborg_tui.loom.settings import FanSettings, ForkBy, Until

__all__ = ["GrowingBranch", "Line"]

_TO_COMPLETE = 3
"""Tokens beyond the limit that may complete a character."""
_RETURNS = 100
"""Times a branch goes back for a banned phrase; then it ends before it."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The fewest tokens that make whole characters, and these."""

    tokens: tuple[Drawn, ...]
    text: str


@dataclass(slots=True)
class Line:
    """Where the cache holds a branch after another context."""

    sequence: int
    begin: int


@dataclass(slots=True)
class GrowingBranch:
    index: int
    seed: int
    sampler: Sampler
    settings: FanSettings
    begin: int
    """Where its first token stands."""
    bans: Bans
    sequence: int = -1
    """Where the cache holds it."""
    beside: list[Line] = field(default_factory=list)
    """The same tokens after each of the other contexts."""
    healed: int = 0
    """Characters of the context that its first token replaces."""
    evaluated: int = 0
    """Of its tokens, those that the cache holds."""
    fresh: int = 0
    """The token that is being evaluated."""
    finish: Finish | None = None
    text: str = ""
    length: int = 0
    """In tokens."""
    drawn: int = 0
    """All tokens drawn for it, those included that were taken back."""
    told_end: bool = False
    """Whether its end has been told."""
    _runs: list[_Run] = field(default_factory=list)
    _open: list[Drawn] = field(default_factory=list)
    """The tokens of a character that is not whole yet."""
    _bytes: bytes = b""
    _told: int = 0
    """Of the runs."""
    _barred: dict[int, set[int]] = field(default_factory=dict)
    """What led to a banned phrase, by the number of tokens before it."""
    _states: dict[int, Sampler] = field(default_factory=dict)
    """The sampler as it was before tokens that may be taken back."""
    _returns: int = 0

    @property
    def tokens(self) -> list[int]:
        """All of it, in order."""
        return [drawn.record.id for drawn in (*(one for run in self._runs for one in run.tokens), *self._open)]

    @property
    def lines(self) -> list[Line]:
        """Where it stands, after its own context first."""
        return [Line(self.sequence, self.begin), *self.beside]

    @property
    def last(self) -> int:
        """Its last token, the only one that the cache does not hold yet."""
        return (self._open or self._runs[-1].tokens)[-1].record.id

    @property
    def barred(self) -> set[int]:
        """The tokens that must not come next."""
        return self._barred.get(self.length, set())

    def remember(self) -> None:
        """A token is about to be drawn, which may have to be taken back."""
        if self.bans:
            state = self._states.pop(self.length, None)
            if state is not None:
                state.close()
            self._states[self.length] = self.sampler.copy()

    def accept(self, drawn: Drawn, piece: bytes, *, ends_text: bool) -> bool:
        """A token was drawn. It belongs to the branch unless the branch was over before it. False if it completed a
        banned phrase: the branch has gone back to where that began."""
        self.drawn += 1
        if ends_text:
            self._end(Finish.END)
            return True
        data = self._bytes + piece
        whole = whole_characters(data)
        ended = None if whole is None else self._end_in(whole)
        if ended is not None and ended <= len(self.text):
            self._end(FINISHES[self.settings.until])
            return True
        self._open.append(drawn)
        self.length += 1
        self._bytes = data
        if whole is not None:
            self._close(whole)
            if (at := self.bans.found(self.text[self.healed :])) is not None:
                return self._go_back(at + self.healed)
            if ended is not None:
                self._end(FINISHES[self.settings.until])
        over = self.length - self.settings.max_tokens
        if self.finish is None and ((over >= 0 and not self._open) or over >= _TO_COMPLETE):
            self._end(Finish.TOKENS)
        return True

    def nothing_follows(self) -> None:
        """Nothing can be drawn any more."""
        self._end(Finish.END)

    def never_begins(self) -> None:
        """There was no beginning left for it."""
        self._end(Finish.SPARE)

    def growth(self) -> Growth | None:
        """What can be told of it since the last call."""
        runs = self._runs[self._told : self._tellable()]
        if not runs:
            return None
        first = self._told == 0
        self._told += len(runs)
        drawn = [one for run in runs for one in run.tokens]
        self._forget_states()
        return Growth(
            self.index,
            self.seed,
            "".join(run.text for run in runs).encode("utf-8", "surrogateescape"),
            self.healed if first else 0,
            tuple(one.record for one in drawn),
            b"".join(one.alternatives for one in drawn),
        )

    def close(self) -> None:
        """Give up its samplers."""
        for state in self._states.values():
            state.close()
        self._states = {}
        self.sampler.close()

    def _close(self, text: str) -> None:
        self._runs.append(_Run(tuple(self._open), text))
        self.text += text
        self._open, self._bytes = [], b""

    def _end(self, finish: Finish) -> None:
        self.finish = finish
        if self.settings.until is Until.FORK and finish is Finish.TOKENS:
            self._fork()

    def _tellable(self) -> int:
        """How many runs can be told: not what may still become a banned phrase, nor what a fork may cut off."""
        if self.finish is not None or not (self.bans or self.settings.until is Until.FORK):
            return len(self._runs)
        safe = len(self.text) - self.bans.may_become(self.text[self.healed :])
        told, tokens, characters = 0, 0, 0
        for run in self._runs:
            tokens, characters = tokens + len(run.tokens), characters + len(run.text)
            forks = self.settings.until is Until.FORK and tokens > self.settings.shortest
            if characters > safe or forks:
                break
            told += 1
        return max(told, self._told)

    def _fork(self) -> None:
        """Cut off what follows the place where it could best have gone another way."""
        lengths = [0, *accumulate(len(run.tokens) for run in self._runs)]
        places = [at for at in range(1, len(self._runs)) if lengths[at] >= self.settings.shortest]
        if places:
            at = max(places, key=self._openness)
            self._runs, self.finish = self._runs[:at], Finish.FORK
            self.text = "".join(run.text for run in self._runs)
            self._open, self.length = [], lengths[at]

    def _openness(self, at: int) -> float:
        """How well it could have gone another way before the run at this index."""
        record = self._runs[at].tokens[0].record
        if self.settings.fork_by is ForkBy.UNLIKELY:
            return -record.logprob
        return record.entropy or 0.0

    def _go_back(self, character: int) -> bool:
        """To before the token in which this character stands, which must not be drawn there again."""
        ends = list(accumulate(len(run.text) for run in self._runs))
        at = next(i for i, end in enumerate(ends) if end > character)
        gone = self._runs[at]
        del self._runs[at:]
        self.text = "".join(run.text for run in self._runs)
        self.length = length = sum(len(run.tokens) for run in self._runs)
        self._returns += 1
        if self._returns > _RETURNS:
            self._end(Finish.TOKENS)
            return True
        self._barred = {place: barred for place, barred in self._barred.items() if place <= length}
        self._barred.setdefault(length, set()).add(gone.tokens[0].record.id)
        self.evaluated = min(self.evaluated, max(0, length - 1))
        self.sampler.close()
        self.sampler = self._states.pop(length)
        return False

    def _forget_states(self) -> None:
        """Of the tokens that were told."""
        told = sum(len(run.tokens) for run in self._runs[: self._told])
        for length in [length for length in self._states if length < told]:
            self._states.pop(length).close()

    def _end_in(self, more: str) -> int | None:
        """Where in the text with `more` added the branch ends, counted with the healed characters."""
        end = end_of(self.settings, (self.text + more)[self.healed :])
        return None if end is None else end + self.healed
