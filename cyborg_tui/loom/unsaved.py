"""What changed in a tree since it was last saved: of each thing the latest version."""

from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.node import Node

__all__ = ["Unsaved"]


class Unsaved:
    def __init__(self) -> None:
        self.nodes: dict[NodeId, Node | None] = {}
        """None: gone."""
        self.fans: dict[FanId, Fan | None] = {}
        """None: gone, with its branches."""
        self.branches: dict[BranchId, Branch] = {}
        self.facts: dict[NodeId, Facts] = {}
        """Facts that say nothing are gone."""

    @property
    def changes(self) -> Changes:
        return Changes(
            nodes=tuple(node for node in self.nodes.values() if node is not None),
            removed=tuple(node for node, now in self.nodes.items() if now is None),
            fans=tuple(fan for fan in self.fans.values() if fan is not None),
            removed_fans=tuple(fan for fan, now in self.fans.items() if now is None),
            branches=tuple(self.branches.values()),
            facts=tuple(self.facts.values()),
        )
