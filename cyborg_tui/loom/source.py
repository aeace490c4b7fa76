"""Where a tree reads what it does not hold yet, so that a large loom opens as quickly as a small one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.node import Node

__all__ = ["Skeleton", "Source"]


@dataclass(slots=True)
class Skeleton:
    """How a tree hangs together, without its texts."""

    parents: dict[NodeId, NodeId | None] = field(default_factory=dict)
    """Of every node; siblings in the order they were made."""
    carried: Iterable[tuple[NodeId, NodeId]] = ()
    """Nodes that carry another, and which."""
    bookmarked: Iterable[NodeId] = ()
    contexts: dict[FanId, NodeId] = field(default_factory=dict)
    last_branch: BranchId = 0


class Source(Protocol):
    """What was there when the loom was opened; what has changed since, the tree holds. All methods raise BrokenTree if
    something cannot be read or is missing."""

    def nodes(self, ids: Sequence[NodeId]) -> Iterable[Node]: ...

    def fans(self, ids: Sequence[FanId]) -> Iterable[Fan]: ...

    def branches(self, ids: Sequence[BranchId]) -> Iterable[Branch]: ...
