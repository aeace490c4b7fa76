"""Everything the mirror shows of a span: all measures, from one reading of the log."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.mirror.amounts import LETTERS_A_WORD, Amounts
from cyborg_tui.loom.mirror.choices import Choice, choices
from cyborg_tui.loom.mirror.line import Line
from cyborg_tui.loom.mirror.reasons import Held
from cyborg_tui.loom.mirror.shown import Shown
from cyborg_tui.loom.mirror.sittings import Sittings
from cyborg_tui.loom.mirror.spread import Spread, spread
from cyborg_tui.loom.mirror.taking import Afterwards, Bits, Fluency, Lengths, Pace, Positions, Rerolls

__all__ = ["LOOKED_INTO", "Reflection", "reflect"]

LOOKED_INTO = 1000
"""Choices whose branches are looked into; where there are more, so many of them, evenly spaced."""
_QUARTER = 900
"""Seconds that every time zone's days are made of."""


@dataclass(slots=True)
class Reflection:
    sittings: Sittings = field(default_factory=Sittings)
    amounts: Amounts = field(default_factory=Amounts)
    positions: Positions = field(default_factory=Positions)
    pace: Pace = field(default_factory=Pace)
    lengths: Lengths = field(default_factory=Lengths)
    fluency: Fluency = field(default_factory=Fluency)
    rerolls: Rerolls = field(default_factory=Rerolls)
    afterwards: Afterwards = field(default_factory=Afterwards)
    bits: Bits = field(default_factory=Bits)
    spreads: list[Spread] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    held: Held = field(default_factory=Held)
    choices: int = 0
    """Something was taken so often."""
    looked_into: int = 0
    """Of so many of these the branches were looked into."""


def reflect(
    lines: Iterable[Line],
    shown: Callable[[Choice], Shown | None],
    day: Callable[[float], date],
    words_a_minute: int = 250,
) -> Reflection:
    """Read the log. `shown`: a fan as it was shown; None if it is gone. `day`: in which a moment falls."""
    found = Reflection(pace=Pace(words_a_minute))
    days = _Days(day)
    taken: list[Choice] = []
    for choice in choices(_noted(lines, found, days)):
        found.rerolls.add(choice)
        found.afterwards.add(choice)
        if choice.taken is None or choice.taken_at is None:
            continue
        taken.append(choice)
        if choice.stands:
            found.amounts.accepted(days(choice.taken_at), choice.amount)
        if choice.reason:
            found.reasons[choice.reason] = found.reasons.get(choice.reason, 0) + 1
    found.choices = len(taken)
    _look_into(found, _evenly(taken, LOOKED_INTO), shown)
    return found


def _noted(lines: Iterable[Line], found: Reflection, days: "_Days") -> Iterator[Line]:
    """The lines, after what each says by itself was noted."""
    edited, judged = EventKind.EDITED.value, EventKind.JUDGED.value
    for line in lines:
        found.sittings.heed(line.at)
        if line.kind == edited:
            found.amounts.edited(days(line.at), line.amount or 0)
        elif line.kind == judged:
            found.held.add(line.amount or 0, line.note)
        yield line


def _look_into(found: Reflection, some: list[Choice], shown: Callable[[Choice], Shown | None]) -> None:
    for choice in some:
        fan = shown(choice)
        if fan is None or fan.of(choice.taken) is None:
            continue
        found.looked_into += 1
        found.positions.add(choice, fan)
        found.pace.add(choice, fan)
        found.lengths.add(choice, fan)
        found.fluency.add(choice, fan)
        found.bits.add(choice, fan)
        if len(fan.branches) > 1:
            found.spreads.append(spread(fan.branches))
    if found.looked_into:
        typed = found.amounts.total.typed / LETTERS_A_WORD
        found.bits.words += typed * found.looked_into / found.choices


def _evenly(all_of_them: list[Choice], most: int) -> list[Choice]:
    if len(all_of_them) <= most:
        return all_of_them
    return [all_of_them[index * len(all_of_them) // most] for index in range(most)]


class _Days:
    """Days of moments, each quarter of an hour looked up once."""

    def __init__(self, day: Callable[[float], date]) -> None:
        self._day = day
        self._known: dict[int, date] = {}

    def __call__(self, at: float) -> date:
        quarter = int(at // _QUARTER)
        found = self._known.get(quarter)
        if found is None:
            found = self._known[quarter] = self._day(at)
        return found
