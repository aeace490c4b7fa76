"""Side by side: fans of several sources from one place, read as one; and what was taken of which, counted."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import Branch, FanId
from cyborg_tui.loom.interval import share_interval

__all__ = ["BLIND", "Standing", "Tallied", "Trial", "tallied", "tally_words", "trials"]

BLIND = "blind · "
"""Stands in the log before the name of a source that was not to be seen."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Fans from one place, each of a source of its own, with as many branches each."""

    number: int
    """The id of the first of the fans."""
    sources: tuple[tuple[FanId, str], ...]
    blind: bool

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.sources)

    def source(self, fan: FanId) -> str:
        """The name of the source that a fan is of; empty if it is of none."""
        return dict(self.sources).get(fan, "")

    def interleaved(self, fans: Sequence[Sequence[Branch]]) -> tuple[Branch, ...]:
        """The branches of its fans as they are read: by turns; blind, in an order that tells nothing, and is the same
        each time."""
        branches = [branch for row in zip_longest(*fans) for branch in row if branch is not None]
        if self.blind:
            random.Random(self.number).shuffle(branches)
        return tuple(branches)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands among others."""

    source: str
    taken: int
    of: int
    """Trials in which a branch of any of the sources was taken."""

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, at 95 %."""
        return share_interval(self.taken, self.of)


@dataclass(frozen=True, slots=True)
class Tallied:
    """What was taken of the same sources, over all their trials."""

    standings: tuple[Standing, ...]
    trials: int
    """In which something was taken."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(standing.source for standing in self.standings)


def trials(log: Iterable[Event]) -> dict[FanId, Trial]:
    """The trials of one loom, by each of their fans."""
    sources: dict[int, list[tuple[FanId, str]]] = {}
    blind: set[int] = set()
    for event in log:
        if event.kind is EventKind.BESIDE and event.fan is not None and event.amount is not None:
            sources.setdefault(event.amount, []).append((event.fan, event.note.removeprefix(BLIND)))
            if event.note.startswith(BLIND):
                blind.add(event.amount)
    made = (Trial(number, tuple(ones), number in blind) for number, ones in sources.items())
    return {fan: trial for trial in made for fan, _ in trial.sources}


def tallied(logs: Iterable[Sequence[Event]]) -> list[Tallied]:
    """What was taken, by sources; those with the most trials first. Of a trial the first take counts: after it, the
    sources are seen. `logs`: of each loom, at least the lines of its trials and takes, in their order."""
    taken: dict[frozenset[str], Counter[str]] = {}
    for log in logs:
        for names, source in _taken_in(log):
            taken.setdefault(names, Counter())[source] += 1
    found = []
    for names, counts in taken.items():
        of = sum(counts.values())
        order = sorted(names, key=lambda name: (-counts[name], name))
        found.append(Tallied(tuple(Standing(name, counts[name], of) for name in order), of))
    return sorted(found, key=lambda one: (-one.trials, sorted(one.names)))


def tally_words(tally: Tallied) -> str:
    """How the sources stand: counts, and between which shares the true ones lie."""
    parts = [
        f"{one.source} {one.taken} ({100 * one.interval[0]:.0f}–{100 * one.interval[1]:.0f} %)"
        for one in tally.standings
    ]
    often = "1 time" if tally.trials == 1 else f"{tally.trials} times"
    return f"Taken, of {often}: {', '.join(parts)}; {100 / len(tally.standings):.0f} % each would be chance."


def _taken_in(log: Sequence[Event]) -> Iterator[tuple[frozenset[str], str]]:
    """Of each trial of a loom its sources, and the one that was taken first."""
    of_fans, over = trials(log), set[int]()
    for event in log:
        trial = of_fans.get(event.fan) if event.kind is EventKind.TAKEN and event.fan is not None else None
        if trial is not None and event.fan is not None and trial.number not in over and len(trial.sources) > 1:
            over.add(trial.number)
            yield frozenset(trial.names), trial.source(event.fan)
