"""What an operation changed: the delta that is saved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.event import Event
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.places import Places
from cyborg_tui.loom.showing import Showing

if TYPE_CHECKING:
    from cyborg_tui.loom.history import HistoryChange

__all__ = ["Changes", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the person is in a loom."""

    node: NodeId
    """The end of the path."""
    cursor: int = 0
    """Characters before the cursor in the manuscript."""
    fan: FanId | None = None
    """The fan in the branch pane."""
    highlighted: int = 0
    next_node: NodeId = 0
    """Ids below this have been used, some of them by nodes that are gone."""
    next_fan: FanId = 0
    """The same of fans."""
    next_branch: BranchId = 0
    """The same of branches."""


@dataclass(frozen=True, slots=True)
class Changes:
    """New and changed things, whole; later ones replace earlier ones with the same id."""

    nodes: tuple[Node, ...] = ()
    removed: tuple[NodeId, ...] = ()
    fans: tuple[Fan, ...] = ()
    branches: tuple[Branch, ...] = ()
    """Those of removed fans go with these."""
    events: tuple[Event, ...] = ()
    place: Place | None = None
    alternatives: tuple[tuple[BranchId, bytes], ...] = ()
    """What each of these branches nearly said, packed as `alternatives.pack` has it, token by token."""
    draws: tuple[Draw, ...] = ()
    showings: tuple[Showing, ...] = ()
    removed_fans: tuple[FanId, ...] = ()
    facts: tuple[Facts, ...] = ()
    """Facts that say nothing any more are removed."""
    places: Places | None = None
    history: "HistoryChange | None" = None

    def __bool__(self) -> bool:
        around = (self.events, self.place, self.facts, self.places, self.alternatives, self.history)
        return self.changes_text or any(around) or bool(self.draws or self.showings)

    @property
    def changes_text(self) -> bool:
        """Whether anything was written, generated or deleted; looking does not count."""
        return bool(self.nodes or self.removed or self.fans or self.removed_fans or self.branches)
