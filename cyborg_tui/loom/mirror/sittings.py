"""Sittings: how long somebody wrote without a long pause."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["PAUSE", "Sitting", "Sittings"]

PAUSE = 1800.0
"""Seconds without a line of the log after which the next one begins another sitting."""


@dataclass(slots=True)
class Sitting:
    began: float
    """Seconds since 1970, UTC."""
    ended: float
    seconds: float = 0.0
    """That went by, as far as the clock went forward."""


class Sittings:
    """A sitting goes on as long as no half hour passes without a line of the log, in whatever loom. Its length is the
    time between its lines; where the clock was put back, that gap counts nothing."""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self.all: list[Sitting] = []

    def heed(self, at: float) -> None:
        """A line was written then."""
        last = self.all[-1] if self.all else None
        if last is None or abs(at - last.ended) > self._pause:
            self.all.append(Sitting(at, at))
            return
        if at > last.ended:
            last.seconds += at - last.ended
        last.ended = at

    def follow(self, times: Iterable[float]) -> "Sittings":
        for at in times:
            self.heed(at)
        return self
