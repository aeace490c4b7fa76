"""A line of the process log as the mirror reads it: light, for there are many."""

from typing import NamedTuple

from cyborg_tui.loom.fan import BranchId, FanId, NodeId

__all__ = ["Line"]


class Line(NamedTuple):
    loom: int
    at: float
    """Seconds since 1970, UTC, by the clock of then; it may have been put back since."""
    kind: str
    """The value of an `EventKind`."""
    node: NodeId | None = None
    fan: FanId | None = None
    branch: BranchId | None = None
    amount: int | None = None
    note: str = ""
    start: int | None = None
    """Where in the text something changed, and how far what stood there before went; None if it is not on record."""
    end: int | None = None
    text: str | None = None
    """What stands there now; None if nobody asked for it."""
