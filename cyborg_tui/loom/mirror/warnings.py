"""Warnings while one writes: measurements, never diagnoses."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from cyborg_tui.loom.mirror.loops import loop
from cyborg_tui.loom.mirror.shown import Drawn
from cyborg_tui.loom.mirror.spread import alike

__all__ = ["Live", "Warned", "WarningKind"]

_CHOICES = 8
"""Choices that are looked back at."""
_OFTEN = 7
"""Of them from one place, to be spoken of."""
_WORDS = 8
"""Words taken, at least, for their reading to be timed."""


class WarningKind(str, Enum):
    POSITION = "position"
    BEGINNINGS = "beginnings"
    PACE = "pace"
    LOOP = "loop"
    SITTING = "sitting"


@dataclass(frozen=True, slots=True)
class Warned:
    kind: WarningKind
    words: str


@dataclass(slots=True)
class Live:
    """The last choices of this sitting, and what there is to say of them and of the fan in view."""

    words_a_minute: int = 250
    _places: deque[int] = field(default_factory=lambda: deque(maxlen=_CHOICES))
    _hasty: tuple[float, float] | None = None
    """Of the last choice: seconds it took, seconds it takes to read; None if that was no less."""

    def chosen(self, place: int, of: int, words: int, seconds: float | None) -> None:
        """Something was taken: from which place of how many, so many words of it, so long after it was seen."""
        if of > 1:
            self._places.append(place)
        reading = words * 60 / self.words_a_minute
        quick = seconds is not None and words >= _WORDS and seconds < reading / 2
        self._hasty = (seconds, reading) if quick and seconds is not None else None

    def of_choices(self) -> tuple[Warned, ...]:
        found = []
        for place in set(self._places):
            if len(self._places) == _CHOICES and (times := self._places.count(place)) >= _OFTEN:
                words = f"place {place} in {times} of the last {_CHOICES} choices"
                found.append(Warned(WarningKind.POSITION, words))
        if self._hasty is not None:
            seconds, reading = self._hasty
            words = f"chosen in {seconds:.0f} s; reading takes about {reading:.0f}"
            found.append(Warned(WarningKind.PACE, words))
        return tuple(found)

    @staticmethod
    def of_fan(branches: Sequence[Drawn]) -> tuple[Warned, ...]:
        found = alike(branches)
        if found is None:
            return ()
        words = f"{found.count} of {found.of} branches share their first {found.tokens} tokens"
        return (Warned(WarningKind.BEGINNINGS, words),)

    @staticmethod
    def of_text(text: str) -> tuple[Warned, ...]:
        """`text`: up to the cursor; its last 2,400 characters are looked at."""
        found = loop(text)
        if found is None:
            return ()
        return (Warned(WarningKind.LOOP, f"“{found.words}” {found.times} times in 200 words"),)

    @staticmethod
    def of_sitting(minutes: float, limit: int) -> tuple[Warned, ...]:
        """`limit`: minutes that the person set; 0 if they set none."""
        if not limit or minutes < limit:
            return ()
        return (Warned(WarningKind.SITTING, f"{minutes:.0f} min; you set {limit}"),)
