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
_ENOUGH = 256
"""With fewer bytes just before the question, an answer says little of how quick the line is."""
_AT_ONCE = 0.02
"""Seconds within which what is sent counts as just before the question."""
_WAY = 2.0
"""Seconds after which the way is measured again, by a question with nothing before it, if something was sent."""
_LEAST = 1536
_AHEAD = 0.3
"""Seconds' worth of bytes that may be under way, beside those that the way itself takes."""
_LATE = 0.4
"""Seconds of waiting, beside the way itself, from which the line is behind."""
_SLOW, _QUICK = 10_000, 20_000
"""Bytes a second under which a line is behind, and from which everything can be painted on it."""
_UNKNOWN = 1000
"""Bytes a second for which a line is taken of which nothing is known yet."""
_SURE = 3.0
"""Seconds of quick answers until the line is believed to be quick again."""
_NOISE = 0.03
"""Seconds that an answer may take longer for other reasons than the line."""
_FIRST = 16384
"""Bytes that are sent while the first answer is waited for: a screen or two."""
_SILENT = 1.0
"""Seconds after which the first answer is not waited for any more."""
_LOST, _LOST_AGAIN = 2.0, 16.0
"""Seconds, beside those that the bytes need, after which an answer is taken for lost; twice as many after each that was
lost, up to so many, since the line may just as well stand still."""


@dataclass(frozen=True, slots=True)
class _Question:
    at: float
    count: int
    """Bytes sent before it, since the beginning."""
    waiting: int
    """Bytes that may have been under way when it was asked."""
    fresh: int
    """Bytes that certainly were, for they had just been sent."""


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
        self._was_asked = self._silent = self._measure_way = False
        self._way_at = self._fresh_at = 0.0
        self._fresh = 0
        self._ways: deque[float] = deque(maxlen=5)
        self._rate: float | None = None
        """As answers had it."""
        self._feared: float | None = None
        """What it may be at best, as long as an answer is late."""
        self._losses = 0
        """Answers that were taken for lost, one after the other."""
        self._quick_since: float | None = None

    def sent(self, count: int, now: float) -> None:
        """So many bytes more were handed over."""
        self._sent += count
        self._fresh = count + (self._fresh if now - self._fresh_at < _AT_ONCE else 0)
        self._fresh_at = now

    def wants_to_ask(self, now: float) -> bool:
        """Whether a question should follow what was sent."""
        if not self.answers:
            return not self._was_asked
        if self._questions:
            return self._sent - self._questions[-1].count >= _OFTEN
        since = self._sent - self._arrived
        if self._measure_way and not since:
            return True
        often = 1 if self.behind else min(_OFTEN, int(self.room))
        return since >= often or (since > 0 and now - self._asked_at >= _SELDOM)

    def asked(self, now: float) -> None:
        self._asked_at, self._was_asked, self._measure_way = now, True, False
        fresh = self._fresh if now - self._fresh_at < _AT_ONCE else 0
        self._questions.append(_Question(now, self._sent, self._sent - self._arrived, fresh))

    def answered(self, now: float) -> None:
        """The terminal has shown all that was sent before the oldest question that is open."""
        if not self._questions:
            return
        question = self._questions.popleft()
        self.answers = True
        self._arrived = question.count
        self._rate, self._feared, self._losses = self._feared or self._rate, None, 0
        delay = now - question.at
        if not question.waiting or not self._ways:
            self._ways.append(delay)
            self._way_at = now
        self._measure_way = now - self._way_at > _WAY and self._sent == self._arrived and not self._questions
        wait = max(0.0, delay - self.way)
        if question.fresh >= _ENOUGH:
            self._learn(question.fresh / max(wait, 0.005))
        self._judge(question.fresh, wait, now)

    def look(self, now: float, *, unwritten: int) -> None:
        """See how late the oldest answer is. `unwritten`: bytes that not even the system has taken."""
        if not self._questions:
            return
        oldest = self._questions[0]
        late = now - oldest.at
        if self.answers and late > self.way + _LATE:
            self._feared = min(self._rate or _QUICK, oldest.waiting / (late - self.way))
            self.behind, self._quick_since = True, None
        if not self.answers:
            self._silent = late > _SILENT
        elif now - self._asked_at > self._patience and not unwritten:
            self._questions.clear()
            self._arrived, self._feared = self._sent, None
            self._losses += 1

    @property
    def _patience(self) -> float:
        """Seconds for which an answer is waited for. What is only feared of the line would grow with the wait."""
        needed = (self._sent - self._arrived) / (self._rate or _UNKNOWN)
        return min(_LOST * 2.0**self._losses, _LOST_AGAIN) + 2 * needed

    @property
    def way(self) -> float:
        """Seconds from a question to its answer when nothing else is under way."""
        return min(self._ways, default=0.0)

    def may_send(self, *, unwritten: int) -> bool:
        """Whether there is room for more on the line. Of a terminal that never answers it is only known what was not
        even written."""
        if not self.answers:
            return unwritten == 0 and (self._silent or self._sent <= _FIRST)
        return self._sent - self._arrived <= self.room

    @property
    def budget(self) -> int | None:
        """How many bytes to send at once on a slow line; None on a quick one."""
        return int(self.room) if self.behind else None

    @property
    def room(self) -> float:
        """How many bytes may be under way."""
        rate = self._feared or self._rate or 0
        return _LEAST if self._losses else max(_LEAST, rate * (self.way + _AHEAD))

    def _learn(self, rate: float) -> None:
        # Quick to believe that a line is slow, slow to believe that it is quick.
        weight = 1.0 if self._rate is None else 0.5 if rate < self._rate else 0.3
        self._rate = rate if self._rate is None else self._rate + weight * (rate - self._rate)

    def _judge(self, fresh: int, wait: float, now: float) -> None:
        if wait > _LATE or (self._rate is not None and self._rate < _SLOW):
            self.behind, self._quick_since = True, None
        elif wait > max(_NOISE, fresh / _QUICK):
            self._quick_since = None
        elif self.behind and fresh >= _ENOUGH:
            self._quick_since = now if self._quick_since is None else self._quick_since
            self.behind = now - self._quick_since < _SURE
