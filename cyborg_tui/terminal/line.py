"""How quick the line to the terminal is, from what was sent and when the terminal said that it had arrived.

Pure accounting: bytes, and seconds on any clock that only goes forward.
"""

from collections import deque
from dataclasses import dataclass

__all__ = ["Line"]

_OFTEN = 1024
"""Bytes after which the terminal is asked again."""
_SELDOM = 2.0
"""Seconds after which it is asked in any case, when something is sent."""
_LIGHT = 400
"""With no more bytes under way than this, an answer tells how long the way is, however slow the line."""
_LEAST = 1536
_AHEAD = 0.3
"""Seconds' worth of bytes that may be under way, beside those that the way itself takes."""
_LATE = 0.4
"""Seconds of waiting, beside the way itself, from which the line is behind."""
_QUICK = 1 / 20_000
"""Seconds for a byte on a line that everything can be painted on."""
_SURE = 3.0
"""Seconds of quick answers until the line is believed to be quick again."""
_NOISE = 0.03
"""Seconds that an answer may take longer for other reasons than the line."""
_SILENT = 3.0
"""Seconds after which a terminal that has never answered is not asked again."""
_LOST = 5.0
"""Seconds after which an answer is taken for lost, if everything was handed over and nothing came."""


@dataclass(frozen=True, slots=True)
class _Question:
    at: float
    count: int
    """Bytes sent before it, since the beginning."""
    waiting: int
    """Bytes that were under way when it was asked."""


class Line:
    """Counts bytes. The terminal is asked now and then; an answer says that all that was sent before has been shown."""

    def __init__(self) -> None:
        self.behind = False
        """Whether the terminal shows things so late that less should be painted."""
        self.answers = False
        """Whether the terminal has ever answered."""
        self._sent = 0
        self._arrived = 0
        self._questions: deque[_Question] = deque()
        self._asked_at = float("-inf")
        self._first_asked: float | None = None
        self._ways: deque[float] = deque(maxlen=5)
        self._rate: float | None = None
        self._quick_since: float | None = None

    def sent(self, count: int) -> None:
        """So many bytes more were handed over."""
        self._sent += count

    def wants_to_ask(self, now: float) -> bool:
        """Whether a question should follow what was sent."""
        if not self.answers:
            return self._first_asked is None
        since = self._sent - (self._questions[-1].count if self._questions else self._arrived)
        return since >= _OFTEN or (not self._questions and since > 0 and now - self._asked_at >= _SELDOM)

    def asked(self, now: float) -> None:
        if self._first_asked is None:
            self._first_asked = now
        self._asked_at = now
        self._questions.append(_Question(now, self._sent, self._sent - self._arrived))

    def answered(self, now: float) -> None:
        """The terminal has shown all that was sent before the oldest question that is open."""
        if not self._questions:
            return
        question = self._questions.popleft()
        self.answers = True
        self._arrived = question.count
        delay = now - question.at
        if question.waiting <= _LIGHT or not self._ways:
            self._ways.append(delay)
        wait = max(0.0, delay - self.way)
        self._learn(question.waiting, wait)
        self._judge(question.waiting, wait, now)

    def look(self, now: float, *, unwritten: int) -> None:
        """See how late the oldest answer is. `unwritten`: bytes that not even the system has taken."""
        if not self._questions:
            return
        late = now - self._questions[0].at
        if self.answers and late > self.way + _LATE:
            self.behind, self._quick_since = True, None
        if not self.answers and late > _SILENT and not unwritten:
            self._questions.clear()
        if self.answers and late > _LOST and now - self._asked_at > _LOST and not unwritten:
            self._questions.clear()
            self._arrived = self._sent

    @property
    def way(self) -> float:
        """Seconds from a question to its answer when nothing else is under way."""
        return min(self._ways, default=0.0)

    def may_send(self, *, unwritten: int) -> bool:
        """Whether there is room for more on the line. Of a terminal that never answers it is only known what was not
        even written."""
        if not self.answers:
            return unwritten == 0
        return self._sent - self._arrived <= self.room

    @property
    def budget(self) -> int | None:
        """How many bytes to send at once on a slow line; None on a quick one."""
        slow = self.behind or (self._rate is not None and self._rate * _QUICK < 1)
        return int(self.room) if slow else None

    @property
    def room(self) -> float:
        """How many bytes may be under way."""
        return _LEAST if self._rate is None else max(_LEAST, self._rate * (self.way + _AHEAD))

    def _learn(self, count: int, wait: float) -> None:
        if count < _LIGHT:
            return
        rate = count / max(wait, 0.005)
        # Quick to believe that a line is slow, slow to believe that it is quick.
        weight = 1.0 if self._rate is None else 0.5 if rate < self._rate else 0.3
        self._rate = rate if self._rate is None else self._rate + weight * (rate - self._rate)

    def _judge(self, count: int, wait: float, now: float) -> None:
        if wait > _LATE:
            self.behind, self._quick_since = True, None
        elif wait > max(_NOISE, count * _QUICK):
            self._quick_since = None
        elif self.behind:
            self._quick_since = now if self._quick_since is None else self._quick_since
            self.behind = now - self._quick_since < _SURE
