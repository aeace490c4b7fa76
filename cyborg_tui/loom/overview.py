"""The tree seen from above: children in the person's order, how much is below, what has been seen."""

from itertools import pairwise

from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.tree import Tree

__all__ = ["Overview"]


class Overview:
    """Questions about a tree. What takes long to find out is kept until the tree has another shape."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def children(self, node: NodeId) -> tuple[NodeId, ...]:
        """In the order shown: as the person arranged them, then as they were made."""
        children = self._tree.children(node)
        order = self._tree.facts(node).order
        if not order:
            return tuple(children)
        place = {self._standing_for(child, node): index for index, child in reversed([*enumerate(order)])}
        return tuple(sorted(children, key=lambda child: place.get(child, len(order))))

    def is_unread(self, fan: FanId) -> bool:
        """Whether none of a fan's branches was looked at."""
        return not any(branch.looked for branch in self._tree.branches(fan))

    def next_bookmark(self, node: NodeId, *, backwards: bool = False) -> NodeId | None:
        """The next bookmarked node after this one from top to bottom, beginning again at the other end."""
        marked = [other for other in self._tree.bookmarked if other != node]
        if not marked:
            return None
        here = self._place(node)
        ranked = sorted((self._place(other), other) for other in marked)
        after = [other for place, other in ranked if place > here]
        before = [other for place, other in ranked if place < here]
        return (*reversed(before), *reversed(after))[0] if backwards else (*after, *before)[0]

    def _place(self, node: NodeId) -> tuple[int, ...]:
        """Where a node stands from top to bottom: its number among its siblings, and so for all above it."""
        path = [*self._tree.ancestors(node)]
        return tuple(self.children(above).index(at) for at, above in reversed([*pairwise(path)]))

    def _standing_for(self, child: NodeId, parent: NodeId) -> NodeId:
        """The child of `parent` that a node has become, if it was cut since."""
        at: NodeId | None = child
        while at is not None and at in self._tree and self._tree.parent(at) != parent:
            above = self._tree.parent(at)
            at = above if above is not None and self._tree.node(above).cut else None
        return child if at is None else at
