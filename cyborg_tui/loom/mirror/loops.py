"""Repetition and loops in a text."""

import re
from collections import Counter
from dataclasses import dataclass

__all__ = ["Loop", "Repetition", "loop", "repetition"]

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_RUN = 4
"""Words in a row that must come again to be a repetition."""
_STRETCH = 100
"""Words of a stretch of which a share is said."""
_BACK = 1000
"""Words before it that are looked through."""
_LONGEST = 20_000
"""Words of a text that are measured: the last ones."""
_NEAR, _TIMES, _PHRASE = 200, 3, 5
"""A loop: so many words, so many times, among the last ones."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """Repetition: of the runs of four words, in small letters and without punctuation, the part that stands already
    among the 1,000 words before; for each stretch of 100 words of the manuscript, at most the last 20,000."""

    shares: tuple[float, ...]
    """0 to 1, stretch by stretch."""

    @property
    def mean(self) -> float | None:
        return sum(self.shares) / len(self.shares) if self.shares else None


@dataclass(frozen=True, slots=True)
class Loop:
    """The same five words three times or more among the last 200: those that come most often."""

    words: str
    times: int


def repetition(text: str) -> Repetition:
    words = [word.lower() for word in _WORD.findall(text[-_LONGEST * 12 :])][-_LONGEST:]
    last: dict[tuple[str, ...], int] = {}
    again = [0] * (len(words) // _STRETCH + 1)
    runs = [0] * len(again)
    for at, run in enumerate(zip(*(words[shift:] for shift in range(_RUN)), strict=False)):
        before = last.get(run)
        last[run] = at
        stretch = at // _STRETCH
        runs[stretch] += 1
        again[stretch] += before is not None and at - before <= _BACK
    return Repetition(tuple(some / all for some, all in zip(again, runs, strict=True) if all))


def loop(text: str) -> Loop | None:
    """Whether the text goes in a circle at its end."""
    words = [word.lower() for word in _WORD.findall(text[-_NEAR * 12 :])][-_NEAR:]
    runs = Counter(zip(*(words[shift:] for shift in range(_PHRASE)), strict=False))
    most = runs.most_common(1)
    return Loop(" ".join(most[0][0]), most[0][1]) if most and most[0][1] >= _TIMES else None
