"""A node: a piece of the tree with a parent and a text."""

from dataclasses import dataclass

from cyborg_tui.loom.fan import BranchId, NodeId
from cyborg_tui.loom.piece import Pieces, length, text_of

__all__ = ["Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """Once frozen, its id stands for one text: the whole path from the root to it."""

    id: NodeId
    parent: NodeId | None
    pieces: Pieces = ()
    branch: BranchId | None = None
    """Set if this node is a branch of a fan."""
    carries: NodeId | None = None
    """The node whose text it carries along after an edit above it, or under another branch."""
    cut: bool = False
    """The head of a cut inside a node: no place of its own until something is attached to it."""
    hidden: bool = False
    bookmarked: bool = False
    made_at: float = 0.0
    """Seconds since 1970, UTC."""

    @property
    def text(self) -> str:
        return text_of(self.pieces)

    def __len__(self) -> int:
        return length(self.pieces)
