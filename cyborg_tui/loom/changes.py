"""What an operation changed: the delta that is saved."""

from dataclasses import dataclass

from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.event import Event
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.node import Node

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


@dataclass(frozen=True, slots=True)
class Changes:
    """New and changed things, whole; later ones replace earlier ones with the same id."""

    nodes: tuple[Node, ...] = ()
    removed: tuple[NodeId, ...] = ()
    fans: tuple[Fan, ...] = ()
    branches: tuple[Branch, ...] = ()
    events: tuple[Event, ...] = ()
    place: Place | None = None
    alternatives: tuple[tuple[BranchId, bytes], ...] = ()
    """What each of these branches nearly said, packed as `alternatives.pack` has it, token by token."""
    draws: tuple[Draw, ...] = ()

    def __bool__(self) -> bool:
        things = (self.nodes, self.removed, self.fans, self.branches, self.events, self.alternatives, self.draws)
        return any(things) or self.place is not None
