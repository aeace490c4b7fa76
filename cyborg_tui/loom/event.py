"""The process log: what was generated, shown, looked at, taken, cut, edited, moved and marked, and when."""

from dataclasses import dataclass
from enum import Enum

from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.turn import Turn

__all__ = ["Event", "EventKind"]


class EventKind(str, Enum):
    OPENED = "opened"
    EDITED = "edited"
    GENERATED = "generated"
    LOOKED = "looked"
    TAKEN = "taken"
    MOVED = "moved"
    HIDDEN = "hidden"
    BOOKMARKED = "bookmarked"
    TAGGED = "tagged"
    NOTED = "noted"
    NAMED = "named"
    ARRANGED = "arranged"
    FRAMED = "framed"
    """What conditions the model was changed."""
    BESIDE = "beside"
    """A fan is one of several side by side: the amount is their number, the note the name of its source."""
    STEP = "step"
    """A step of a process began; the note has both their names."""
    LEFT = "left"
    """A process was left at this step, or, if none is named, came to its end."""
    SPLIT = "split"
    JOINED = "joined"
    REWRITTEN = "rewritten"
    """Everywhere: an ancestor was changed under all its branches."""
    PURGED = "purged"
    UNDONE = "undone"
    REDONE = "redone"
    CANCELLED = "cancelled"
    SAVED_FILE = "saved file"
    REASONED = "reasoned"
    """Why a branch was taken; the note is the value of a `Reason`."""
    JUDGED = "judged"
    """Looked back at, so many days (the amount) after it was taken; the note is the value of a `Verdict`."""
    PRAISED = "praised"
    """The person calls it good work: what was done here in so many seconds (the amount) before."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log."""

    at: float
    """Seconds since 1970, UTC."""
    kind: EventKind
    node: NodeId | None = None
    fan: FanId | None = None
    branch: BranchId | None = None
    amount: int | None = None
    """Characters taken or changed, where the kind has any."""
    note: str = ""
    turn: Turn | None = None
    """How the manuscript changed; None in the log of an earlier version."""
