"""What a path is made of, kept up to date: when it changes a little, only that little is counted again."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.fan import BranchId, NodeId
from cyborg_tui.loom.measures import Bits, chosen_bits, tokens_between
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.shared import difference
from cyborg_tui.loom.tree import Tree

__all__ = ["Tally"]

_AT_ONCE = 32
"""Nodes, or places, that are counted without a look at the clock."""


class Tally:
    """Who wrote the characters of a path, and how much was chosen."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._path: list[Node] = []
        self.typed = 0
        """Characters the person typed."""
        self.drawn = 0
        """Characters the model wrote."""
        self._characters: Counter[BranchId] = Counter()
        self._tokens: Counter[BranchId] = Counter()
        self._places: dict[NodeId, Counter[BranchId]] = {}
        """Where something was chosen, with how many pieces of each branch stand on the path."""
        self._chosen: dict[NodeId, float | None] = {}
        """Bits at a place, as long as nothing changes there."""

    @property
    def person_share(self) -> float | None:
        """The part of the characters that the person typed, 0 to 1; None if there are none."""
        return self.typed / (self.typed + self.drawn) if self.typed + self.drawn else None

    def follow(self, path: Sequence[Node]) -> None:
        """Count the path as it is now."""
        old, self._path = self._path, list(path)
        start, old_end, new_end = difference(old, self._path)
        self._tree.load_origins(self._path[start:new_end])
        for node in old[start:old_end]:
            self._count(node, -1)
        for node in self._path[start:new_end]:
            self._count(node, 1)

    def go_on(self, path: Sequence[Node], seconds: float) -> bool:
        """Count the path as it is now, for about so long. Returns whether all of it is counted, and its bits: in a
        large loom the first time takes a while."""
        until = time.monotonic() + seconds
        start, old_end, new_end = difference(self._path, path)
        if max(old_end, new_end) - start <= _AT_ONCE:
            self.follow(path)
        elif start < len(self._path):
            self.follow(path[:start])
        while len(self._path) < len(path):
            more = path[len(self._path) : len(self._path) + _AT_ONCE]
            self._tree.load_origins(more)
            for node in more:
                self._count(node, 1)
            self._path += more
            if time.monotonic() > until:
                return False
        places = [place for place in self._places if place not in self._chosen]
        for number in range(0, len(places), _AT_ONCE):
            some = places[number : number + _AT_ONCE]
            self._tree.load_what_was_drawn(some)
            for place in some:
                self._bits_at(place)
            if time.monotonic() > until and number + _AT_ONCE < len(places):
                return False
        return True

    def heed(self, changes: Changes) -> None:
        """Something in the tree is not as it was; what may depend on it is measured again when it is asked for."""
        for fan in changes.fans:
            self._forget_place(fan.context)
        for branch in changes.branches:
            self._forget(branch.id)
        for node in changes.nodes:
            self._forget_above(node)
        if changes.removed:
            self._chosen.clear()

    def bits(self) -> Bits:
        """Of the whole path."""
        chosen = 0.0
        drawn = unknown = 0
        self._tree.load_what_was_drawn(place for place in self._places if place not in self._chosen)
        for place in self._places:
            bits = self._bits_at(place)
            tokens = sum(self._tokens[branch] for branch in self._places[place])
            if bits is None:
                unknown += tokens
            else:
                chosen, drawn = chosen + bits, drawn + tokens
        return Bits(chosen, drawn, unknown, unscored=self.typed)

    def bits_in(self, pieces: Iterable[Piece]) -> Bits:
        """Of a stretch of the path: of a choice, the part that its characters there are of all it has on the path."""
        bits = Bits()
        for piece in pieces:
            bits += self._bits_of(piece)
        return bits

    def _bits_of(self, piece: Piece) -> Bits:
        if piece.branch is None:
            return Bits(unscored=len(piece.text))
        branch = self._tree.branch(piece.branch)
        place = self._tree.fan(branch.fan).context
        tokens = tokens_between(branch, piece.start, piece.end)
        bits = self._bits_at(place)
        if bits is None:
            return Bits(drawn_unknown=tokens)
        whole = sum(self._characters[other] for other in self._places[place])
        return Bits(bits * len(piece.text) / whole, tokens)

    def _bits_at(self, place: NodeId) -> float | None:
        if place not in self._chosen:
            self._chosen[place] = chosen_bits(self._tree, place, self.taken_at(place))
        return self._chosen[place]

    def taken_at(self, place: NodeId) -> Mapping[BranchId, int]:
        """The branches chosen at a place that stand on the path, with the number of their pieces."""
        return self._places.get(place, {})

    def _count(self, node: Node, sign: int) -> None:
        for piece in node.pieces:
            size = sign * len(piece.text)
            if piece.branch is None:
                self.typed += size
                continue
            branch = self._tree.branch(piece.branch)
            self.drawn += size
            self._characters[branch.id] += size
            self._tokens[branch.id] += sign * tokens_between(branch, piece.start, piece.end)
            self._count_place(self._tree.fan(branch.fan).context, branch.id, sign)

    def _count_place(self, place: NodeId, branch: BranchId, sign: int) -> None:
        here = self._places.setdefault(place, Counter())
        was_there = branch in here
        here[branch] += sign
        if was_there != bool(here[branch]):
            self._chosen.pop(place, None)
        if not here[branch]:
            del here[branch], self._characters[branch], self._tokens[branch]
        if not here:
            del self._places[place]

    def _forget(self, branch: BranchId) -> None:
        self._forget_place(self._tree.fan(self._tree.branch(branch).fan).context)

    def _forget_place(self, place: NodeId) -> None:
        """What carries a place shows its fans too."""
        left = [place]
        while left:
            at = left.pop()
            self._chosen.pop(at, None)
            left += self._tree.carriers(at)

    def _forget_above(self, node: Node) -> None:
        """Whether a branch was gone on with hangs on what stands below it, through what is only carried along."""
        tree = self._tree
        if node.branch is not None:  # one without text has no pieces
            self._forget(node.branch)
        at: Node | None = node
        while at is not None:
            for piece in at.pieces:
                if piece.branch is not None:
                    self._forget(piece.branch)
            if at.parent is None or at.parent not in tree or (at is not node and at.carries is None):
                break
            at = tree.node(at.parent)
