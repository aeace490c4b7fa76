"""Accepted against typed."""

from dataclasses import dataclass, field
from datetime import date

__all__ = ["Amounts", "DayAmounts"]

LETTERS_A_WORD = 6
"""Characters that count as a word where words are not on record, the space included."""


@dataclass(slots=True)
class DayAmounts:
    typed: int = 0
    removed: int = 0
    accepted: int = 0

    @property
    def all(self) -> int:
        return self.typed + self.accepted


@dataclass(slots=True)
class Amounts:
    """Typed: characters that edits put in beyond what they took out, a paste and text from another program among them.
    Accepted: characters of branches that were taken, and not taken back by undo or by another branch in their place.
    By day. What was removed later is in neither,
    and counted by itself."""

    days: dict[date, DayAmounts] = field(default_factory=dict)

    def edited(self, day: date, amount: int) -> None:
        of = self._of(day)
        if amount > 0:
            of.typed += amount
        else:
            of.removed -= amount

    def accepted(self, day: date, characters: int) -> None:
        self._of(day).accepted += characters

    @property
    def total(self) -> DayAmounts:
        found = DayAmounts()
        for day in self.days.values():
            found.typed += day.typed
            found.removed += day.removed
            found.accepted += day.accepted
        return found

    def _of(self, day: date) -> DayAmounts:
        return self.days.setdefault(day, DayAmounts())
