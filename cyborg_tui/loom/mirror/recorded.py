"""What is on record of a fan, as it is handed on."""

from dataclasses import dataclass

from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.fan import Branch, BranchId, Fan
from cyborg_tui.loom.mirror.choices import Choice
from cyborg_tui.loom.mirror.reasons import Verdict
from cyborg_tui.loom.showing import Showing

__all__ = ["Judgement", "Praise", "RecordedFan", "good_because"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Looking back at what was taken."""

    at: float
    branch: BranchId
    days: int
    """After it was taken."""
    verdict: str
    """The value of a `Verdict`."""


@dataclass(frozen=True, slots=True)
class Praise:
    """The person calls good work, or no more, what was done between two moments."""

    since: float
    until: float
    good: bool


@dataclass(frozen=True, slots=True)
class RecordedFan:
    fan: Fan
    """Its `branches` are not named here."""
    branches: tuple[Branch, ...]
    """As they were drawn, without those that were purged."""
    showing: Showing | None
    draws: tuple[Draw, ...]
    bookmarked: frozenset[BranchId]

    @property
    def in_order(self) -> tuple[Branch, ...]:
        """The branches in the order in which they were shown."""
        order = self.showing.order if self.showing is not None else ()
        place = {branch: number for number, branch in enumerate(order)}
        return tuple(sorted(self.branches, key=lambda branch: (place.get(branch.id, len(place)), branch.index)))


def good_because(
    choice: Choice, fan: RecordedFan, judgements: list[Judgement], praises: list[Praise]
) -> tuple[str, ...]:
    """Why a choice counts as good: what the person said of it. Empty if they said nothing, or it does not stand.

    "sitting": what was done then was called good work; "bookmark": the branch is marked; "judged": when it was looked
    back at last, it held.
    """
    if not choice.stands:
        return ()
    found = []
    at = choice.taken_at or 0.0
    said = [praise.good for praise in praises if praise.since <= at <= praise.until]
    if said and said[-1]:
        found.append("sitting")
    if choice.taken in fan.bookmarked:
        found.append("bookmark")
    verdicts = [one.verdict for one in judgements if one.branch == choice.taken]
    if verdicts and verdicts[-1] == Verdict.HOLDS.value:
        found.append("judged")
    return tuple(found)
