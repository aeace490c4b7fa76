"""Places one has been to, and back and forward among them."""

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.tree import Tree

__all__ = ["Places"]

_KEPT = 200


class Places:
    """A history as of pages: going somewhere forgets what lay forward."""

    def __init__(self) -> None:
        self._places: list[NodeId] = []
        self._at = 0

    def visit(self, node: NodeId) -> None:
        """Somebody is here now."""
        if self._places and self._places[self._at] == node:
            return
        self._places = [*self._places[: self._at + 1], node][-_KEPT:]
        self._at = len(self._places) - 1

    def step(self, by: int, tree: Tree) -> NodeId | None:
        """Back (-1) or forward (1) to a place that is still there; None if there is none."""
        at = self._at + by
        while 0 <= at < len(self._places):
            if self._places[at] in tree:
                self._at = at
                return self._places[at]
            at += by
        return None

    def can_step(self, by: int) -> bool:
        return 0 <= self._at + by < len(self._places)
