"""Looking back: what was taken or marked some days ago is brought up again, without what was said of it then."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from cyborg_tui.library.library import Library
from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.mirror.days import days_ago
from cyborg_tui.loom.mirror.reasons import Verdict

__all__ = ["DAYS", "LookingBack", "Remembered"]

DAYS = (1, 7, 30)
"""After which something is brought up."""
_BEFORE = 300
"""Characters before it that are shown."""
_SHORTEST = 12
"""Characters, at least, of what is brought up."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Something that was taken or marked."""

    loom: int
    title: str
    node: NodeId | None
    fan: FanId
    branch: BranchId
    days: int
    before: str
    text: str


class LookingBack:
    """One thing at a time, a few a day."""

    def __init__(
        self,
        library: Library,
        most: int,
        turns_at: int = 4,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`most`: in a day."""
        self._library, self._most, self._turns_at, self._clock = library, most, turns_at, clock
        self._passed: set[tuple[int, BranchId]] = set()

    @property
    def left(self) -> int:
        """How many may be brought up today still. Raises LibraryError."""
        today, _ = days_ago(0, self._clock(), self._turns_at)
        return max(0, self._most - self._library.log.judged_since(today))

    def next(self) -> Remembered | None:
        """Something to look back at; None if there is nothing, or it is enough for today. Raises LibraryError."""
        self._library.flush(1)
        if not self.left:
            return None
        found = [one for days in DAYS for one in self._of(days)]
        random.shuffle(found)
        for loom, fan, branch, days in found:
            remembered = self._remember(loom, fan, branch, days)
            if remembered is not None:
                return remembered
        return None

    def _of(self, days: int) -> list[tuple[int, FanId, BranchId, int]]:
        since, until = days_ago(days, self._clock(), self._turns_at)
        found = self._library.log.kept_between(since, until, days)
        return [(*one, days) for one in found if (one[0], one[2]) not in self._passed]

    def _remember(self, loom: int, fan: FanId, branch: BranchId, days: int) -> Remembered | None:
        recorded = self._library.records.fan(loom, fan)
        drawn = next((one for one in recorded.branches if one.id == branch), None) if recorded else None
        if recorded is None or drawn is None:
            return None
        text = drawn.text[drawn.healed :][: self._library.taken(loom).get(branch)]
        if len(text.strip()) < _SHORTEST:
            return None
        context, _ = self._library.records.context(loom, recorded.fan.context, _BEFORE)
        title = self._library.loom(loom).title
        return Remembered(loom, title, drawn.node, fan, branch, days, context.text[-_BEFORE:], text)

    def judge(self, remembered: Remembered, verdict: Verdict) -> None:
        """What the person says of it now."""
        self._passed.add((remembered.loom, remembered.branch))
        event = Event(
            self._clock(),
            EventKind.JUDGED,
            remembered.node,
            remembered.fan,
            remembered.branch,
            remembered.days,
            verdict.value,
        )
        self._library.save(remembered.loom, Changes(events=(event,)))

    def pass_over(self, remembered: Remembered) -> None:
        """Nothing is said of it; it does not come again before the app is started anew."""
        self._passed.add((remembered.loom, remembered.branch))
