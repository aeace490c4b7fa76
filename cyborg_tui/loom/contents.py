"""What a tree contains: nodes, fans and branches by id, read from where they are kept when they are asked for."""

from collections.abc import Iterable, Iterator, Sequence

from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.source import Source

__all__ = ["BrokenTree", "Contents"]


class BrokenTree(Exception):
    """A node that is its own ancestor: the tree was damaged where it was kept."""


class Contents:
    """That they are there is known of all of them; what they say, of those that were read."""

    def __init__(self) -> None:
        self._source: Source | None = None
        self._nodes: dict[NodeId, Node] = {}
        self._parents: dict[NodeId, NodeId | None] = {}
        self._fans: dict[FanId, Fan] = {}
        self._contexts: dict[FanId, NodeId] = {}
        self._fans_at: dict[NodeId, list[FanId]] = {}
        self._branches: dict[BranchId, Branch] = {}
        self._gone_branches: set[BranchId] = set()

    def __contains__(self, node: NodeId) -> bool:
        return node in self._parents

    def __len__(self) -> int:
        return len(self._parents)

    def __iter__(self) -> Iterator[Node]:
        """All nodes, which reads the whole tree."""
        self.load(self._parents)
        return iter([self._nodes[node] for node in self._parents])

    def node(self, node: NodeId) -> Node:
        found = self._nodes.get(node)
        if found is None:
            if node in self._parents:
                self.load((node,))
            found = self._nodes[node]
        return found

    def has_fan(self, fan: FanId) -> bool:
        return fan in self._contexts

    def fan(self, fan: FanId) -> Fan:
        found = self._fans.get(fan)
        if found is None:
            if fan in self._contexts:
                self.load_fans((fan,))
            found = self._fans[fan]
        return found

    @property
    def fans(self) -> tuple[Fan, ...]:
        """All fans, which reads every one of them."""
        self.load_fans(self._contexts)
        return tuple(self._fans[fan] for fan in self._contexts)

    def has_branch(self, branch: BranchId) -> bool:
        """Whether a branch is there, if only as one that was purged."""
        try:
            self.branch(branch)
        except (KeyError, BrokenTree):
            return False
        return True

    def branch(self, branch: BranchId) -> Branch:
        found = self._branches.get(branch)
        if found is None:
            if branch not in self._gone_branches:
                self.load_branches((branch,))
            found = self._branches[branch]
        return found

    def branches(self, fan: FanId) -> tuple[Branch, ...]:
        """The fan's branches in the order they were drawn, without those that were purged."""
        return tuple(branch for branch in self.drawn(fan) if not branch.purged)

    def drawn(self, fan: FanId) -> tuple[Branch, ...]:
        """The same with what is left of those that were purged: that they were drawn, and whether they were looked
        at."""
        ids = self.fan(fan).branches
        self.load_branches(ids)
        return tuple(self._branches[branch] for branch in ids)

    def is_context(self, node: NodeId) -> bool:
        """Whether a fan was made from this very node."""
        return node in self._fans_at

    def own_fans(self, node: NodeId) -> Sequence[FanId]:
        """Fans made from this very node."""
        return self._fans_at.get(node, ())

    def load(self, nodes: Iterable[NodeId]) -> None:
        """Read these nodes at once, as far as they have not been. Raises BrokenTree."""
        if self._source is not None:
            wanted = [node for node in nodes if node not in self._nodes]
            if wanted:
                self._nodes.update((node.id, node) for node in self._source.nodes(wanted))

    def load_branches(self, branches: Iterable[BranchId]) -> None:
        """Read these branches at once, as far as they have not been. Raises BrokenTree."""
        if self._source is not None:
            wanted = [branch for branch in branches if branch not in self._branches]
            if wanted:
                self._branches.update((branch.id, branch) for branch in self._source.branches(wanted))

    def load_fans(self, fans: Iterable[FanId]) -> None:
        """Read these fans at once, as far as they have not been. Raises BrokenTree."""
        if self._source is not None:
            wanted = [fan for fan in fans if fan not in self._fans]
            if wanted:
                self._fans.update((fan.id, fan) for fan in self._source.fans(wanted))

    def load_what_was_drawn(self, nodes: Iterable[NodeId]) -> None:
        """Read what was drawn from these nodes at once: the fans made there, and their branches with their nodes, as
        far as they were looked at. Raises BrokenTree."""
        if self._source is not None:
            fans = [fan for node in nodes for fan in self._fans_at.get(node, ())]
            self.load_fans(fans)
            drawn = [branch for fan in fans for branch in self._fans[fan].branches]
            self.load_branches(drawn)
            seen = (self._branches[branch] for branch in drawn)
            self.load([branch.node for branch in seen if branch.looked and not branch.purged])

    def load_origins(self, nodes: Iterable[Node]) -> None:
        """Read the branches and fans of the pieces of these nodes at once. Raises BrokenTree."""
        if self._source is not None:
            branches = {piece.branch for node in nodes for piece in node.pieces if piece.branch is not None}
            self.load_branches(sorted(branches))
            self.load_fans(sorted({self._branches[branch].fan for branch in branches}))
