"""A path: the nodes from the root to a place, their text as one, and what stands where in it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, Pieces, cut, join
from cyborg_tui.loom.tree import ROOT, Tree

__all__ = ["Path", "Snapshot"]

Snapshot = tuple[Node, ...]
"""A path as it was: enough to come back to it."""


class Path:
    """Offsets count the characters of its text."""

    def __init__(self, tree: Tree, leaf: NodeId = ROOT) -> None:
        self.tree = tree
        self._path: list[Node] = []
        self._ends: list[int] = []
        self._text: str | None = None
        self._indices: dict[NodeId, int] | None = None
        self._follow(leaf)

    @property
    def leaf(self) -> NodeId:
        return self._path[-1].id

    @property
    def path(self) -> Sequence[Node]:
        return self._path

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "".join(node.text for node in self._path)
        return self._text

    @property
    def pieces(self) -> Pieces:
        return join(*(node.pieces for node in self._path))

    def __len__(self) -> int:
        return self._ends[-1]

    def pieces_around(self, start: int, end: int) -> Iterator[tuple[Piece, int]]:
        """The pieces of which something stands between two offsets, uncut, each with the offset at which it begins."""
        for index in range(bisect_left(self._ends, start + 1), len(self._path)):
            at = self._begin(index)
            if at >= end:
                return
            for piece in self._path[index].pieces:
                if at < end and at + len(piece.text) > start:
                    yield piece, at
                at += len(piece.text)

    def pieces_between(self, start: int, end: int) -> Pieces:
        first = bisect_left(self._ends, start + 1)
        kept: list[Piece] = []
        for index in range(first, len(self._path)):
            begin = self._begin(index)
            if begin >= end:
                break
            kept += cut(self._path[index].pieces, start - begin, end - begin)
        return join(kept)

    def snapshot(self) -> Snapshot:
        return tuple(self._path)

    def is_as(self, other: Snapshot) -> bool:
        """Whether another path is of the same nodes, with the same texts."""
        return [(node.id, node.pieces) for node in self._path] == [(node.id, node.pieces) for node in other]

    def node_at(self, offset: int) -> NodeId | None:
        """The node that ends at this offset, the last if several do."""
        index = self._ending_at(offset)
        return None if index is None else self._path[index].id

    def index_of(self, node: NodeId) -> int | None:
        """Where on the path a node stands; None if it is not on it."""
        if self._indices is None:
            self._indices = {step.id: index for index, step in enumerate(self._path)}
        return self._indices.get(node)

    def end_of(self, index: int) -> int:
        """Where in the manuscript the path's node at `index` ends."""
        return self._ends[index]

    def _begin(self, index: int) -> int:
        return self._ends[index - 1] if index else 0

    def _ending_at(self, offset: int) -> int | None:
        index = bisect_left(self._ends, offset)
        if index == len(self._ends) or self._ends[index] != offset:
            return None
        while index + 1 < len(self._ends) and self._ends[index + 1] == offset:
            index += 1
        return index

    def _see_again(self, first: int) -> None:
        """The same nodes, of which those from index `first` on have other texts."""
        self._text = None
        del self._ends[first:]
        end = self._ends[-1] if first else 0
        for index in range(first, len(self._path)):
            self._path[index] = node = self.tree.node(self._path[index].id)
            end += len(node)
            self._ends.append(end)

    def _follow(self, leaf: NodeId) -> None:
        """See the path to `leaf` as it is now."""
        self._path = self.tree.path(leaf)
        self._text = self._indices = None
        self._ends = [*accumulate(map(len, self._path))]
