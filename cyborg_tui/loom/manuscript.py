"""The manuscript: one path through the tree, and every way the person changes or leaves it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cyborg_tui.loom import carrying, returning, taking
from cyborg_tui.loom.editing import Edit, rewritten
from cyborg_tui.loom.fan import BATCHED, BranchId, Fan, FanId, ModelIdentity, NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.path import Path, Snapshot
from cyborg_tui.loom.piece import Pieces, cut, join, length, splice, typed
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tree import ROOT, Tree

__all__ = ["Manuscript", "NotHere", "Spot"]


class NotHere(Exception):
    """A fan was used from a place where it does not stand."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the manuscript from which a fan can be seen."""

    node: NodeId
    """The fan's context, or the node that carries it."""
    offset: int
    """Where in the manuscript that node ends."""
    fan: FanId | None = None


class Manuscript(Path):
    """The path from the root to `leaf`, whose text the person reads and edits.

    Edits at its end change the draft there; edits above frozen text fork the path and carry along what follows.
    """

    def __init__(self, tree: Tree, leaf: NodeId = ROOT) -> None:
        super().__init__(tree, leaf)
        self._arrive(leaf)

    def edit(self, start: int, end: int, pieces: Pieces, at: float) -> None:
        """Put `pieces` in place of the characters from `start` to `end`."""
        if not 0 <= start <= end <= len(self):
            raise ValueError(f"no characters {start} to {end} in {len(self)}")
        if start == end and not length(pieces):
            return
        first = self._first_open()
        writing = first < len(self._path) and start >= self._begin(first)
        if writing and start == self._begin(first) and length(pieces) and self._path[first].carries is not None:
            writing = False
        if writing and length(pieces) and self.tree.holds_on(self.leaf) and start == len(self):
            writing = False
        if writing:
            self._write(first, start, end, pieces)
        else:
            self._fork(start, end, pieces, at)

    def edit_all(self, edits: Sequence[Edit], at: float) -> None:
        """Make several edits, given in order, as one. Of what stands between them everything keeps its author, and
        nodes that are whole are carried along with their fans."""
        first = self._first_open()
        if len(edits) == 1 or (first < len(self._path) and edits[0].start > self._begin(first)):
            for edit in reversed(edits):
                self.edit(edit.start, edit.end, typed(edit.text), at)
            return
        left = self.leaf
        parts = list(rewritten(self._path, edits, self.tree.holds_on))
        under = self._anchor(edits[0].start)
        fresh: set[NodeId] = set()
        for node, pieces in parts:
            if node is None:
                under = self.tree.add(under, pieces, at)
                fresh.add(under)
            else:
                under, made = carrying.carry(self.tree, [(node, pieces)], under, at)
                fresh |= made
        self._arrive(under, keep_open=fresh)
        self._mend(left)

    def fan(
        self, offset: int, model: ModelIdentity, settings: FanSettings, seed: int, at: float, *, mode: str = BATCHED
    ) -> Fan:
        """A new fan from the manuscript up to `offset`. What was being written is frozen from now on."""
        fan = self.tree.add_fan(self._anchor(offset), model, settings, seed, at, mode=mode)
        self._arrive(self.leaf)
        return fan

    def place(self, offset: int) -> NodeId:
        """The node that ends at an offset; one that goes over it is cut there. The cut stays if something holds it
        before the path is gone along again."""
        return self._anchor(offset)

    def cut_again(self, node: NodeId, then: Snapshot) -> None:
        """Cut where a node ended that `place` made on this path, if that was undone meanwhile."""
        index = next((i for i, step in enumerate(then) if step.id == node and step.cut), None)
        if index is None or node in self.tree:
            return
        end = sum(map(len, then[: index + 1]))
        if end <= len(self) and self._ending_at(end) is None:
            at = bisect_left(self._ends, end)
            self.tree.split(self._path[at].id, end - self._begin(at), then[index])
            self._follow(self.leaf)

    def go(self, node: NodeId) -> None:
        """Make the path to this node the manuscript."""
        left = self.leaf
        self._arrive(node)
        self._mend(left)

    def refresh(self) -> None:
        """The tree was changed beside the manuscript: see its path as it is now."""
        self._arrive(self.leaf, keep_open=set(self.tree.open))

    def take(self, branch: BranchId, spot: NodeId, at: float, upto: int | None = None) -> int:
        """Put a branch, or its first `upto` characters, into the manuscript, and carry along what follows.

        `spot` is its fan's context, or a node that carries it. Returns the offset at which the taken text ends.
        """
        index = self.index_of(spot)
        if index is None:
            raise NotHere
        if spot in self.tree.open:
            self.tree.open = ()
        path = self._path[index:]
        if self.tree.fan(self.tree.branch(branch).fan).context == spot:
            target, past = taking.branch_place(self.tree, branch, path, upto)
        else:
            target, past = taking.carried_branch_place(self.tree, branch, path, upto, at)
        suffix = [(node, node.pieces) for node in path[past:]]
        left = self.leaf
        self._hang(suffix, target, at)
        offset = self._ends[next(i for i, node in enumerate(self._path) if node.id == target)]
        self._mend(left)
        return offset

    def taken(self, before: int) -> Spot | None:
        """The spot of the last take on the path before an offset: where *parent* goes."""
        for index in range(len(self._path) - 1, 0, -1):
            if self._begin(index) >= before and len(self._path[index]):
                continue
            spot = self._taken_at(index)
            if spot is not None and spot.offset <= before:
                return spot
        return None

    def untake(self, spot: Spot, at: float) -> None:
        """Go back to a spot above the cursor, carrying along what was carried when something was taken there."""
        index = next(i for i, node in enumerate(self._path) if node.id == spot.node)
        after = self._path[index + 1 :]
        first = next(
            (i for i, node in enumerate(after) if taking.follows_the_fan(self.tree, node, spot.fan)), len(after)
        )
        left = self.leaf
        self._hang([(node, node.pieces) for node in after[first:]], spot.node, at, copy=True)
        self._mend(left)

    def reach(self, snapshot: Snapshot, at: float, made_since: Iterable[NodeId] = ()) -> None:
        """Come back to a path as it was, making as little as is needed.

        Of the nodes made since then, drafts that are left behind and to which nothing is attached vanish.
        """
        tree = self.tree
        was_open = tree.open
        if self.leaf not in was_open:
            tree.mend(self.leaf)
        place = ROOT
        fresh: set[NodeId] = set(was_open)
        kept = {node.id for node in snapshot}
        for node in snapshot[1:]:
            following = returning.find(tree, node, place, kept)
            if following is None:
                new = tree.next_node
                following = returning.make_again(tree, node, place, kept, at)
                if following >= new:
                    fresh.add(following)
            place = following
        self._arrive(place, keep_open=fresh)
        for node_id in made_since:
            if node_id in was_open:
                returning.drop_draft(tree, node_id, was_open, self._path)
        self._arrive(place, keep_open=set(tree.open))

    def _first_open(self) -> int:
        return len(self._path) - len(self.tree.open)

    def _arrive(self, leaf: NodeId, keep_open: set[NodeId] | None = None) -> None:
        """Make `leaf` the end of the path. Of the drafts at its end those in `keep_open` may go on being written."""
        tree = self.tree
        for node in tree.path(leaf)[:-1]:
            tree.mend(node.id)
        self._follow(leaf)
        tree.open = ()
        if leaf == ROOT or tree.is_frozen(leaf):
            return
        chain = [leaf]
        for node in reversed(self._path[1:-1]):
            if keep_open is None or node.id not in keep_open or self._depended_on(node):
                break
            chain.append(node.id)
        tree.open = tuple(reversed(chain))

    def _depended_on(self, node: Node) -> bool:
        tree = self.tree
        held = node.branch is not None or node.cut or tree.is_context(node.id) or tree.facts(node.id).settled
        return held or len(tree.children(node.id)) > 1

    def _write(self, first: int, start: int, end: int, pieces: Pieces) -> None:
        """Change the drafts at the end of the path in place."""
        tree = self.tree
        index = max(first, bisect_left(self._ends, start))
        emptied = []
        for i in range(index, len(self._path)):
            node, begin = self._path[i], self._begin(i)
            if i > index and begin >= end:
                break
            last = min(end, self._ends[i]) - begin
            text = splice(node.pieces, max(0, start - begin), last, pieces if i == index else ())
            tree.rewrite(node.id, text)
            if not text and not tree.is_kept(node.id) and not tree.holds_on(node.id):
                emptied.append(node.id)
        if not emptied and all(node.id in tree.open for node in self._path[first:]):
            self._see_again(index)
            return
        leaf = self.leaf
        if leaf in emptied and all(not tree.node(node_id).pieces for node_id in tree.open):
            emptied.remove(leaf)  # without a child, the frozen node above would be a draft again
        for node_id in emptied:
            if node_id == leaf:
                leaf = tree.node(leaf).parent or ROOT
            tree.remove(node_id)
        self._arrive(leaf, keep_open=set(tree.open))

    def _fork(self, start: int, end: int, pieces: Pieces, at: float) -> None:
        """Begin a new path at `start`; what stood after `end` is carried along."""
        tree = self.tree
        suffix = self._after(start, end)
        left = self.leaf
        anchor = self._anchor(start)
        if not length(pieces):
            self._hang(suffix, anchor, at)
        else:
            written = tree.add(anchor, pieces, at)
            self._hang(suffix, written, at, above=written)
        self._mend(left)

    def _after(self, start: int, end: int) -> list[tuple[Node, Pieces]]:
        """The nodes after `end`, each with the part of its text that stands there; before them those that end after
        `start`, without text, from which on something holds."""
        return [
            (node, cut(node.pieces, end - self._begin(i), len(node)))
            for i, node in enumerate(self._path)
            if self._ends[i] > end or (self._ends[i] > start and self.tree.holds_on(node.id))
        ]

    def _anchor(self, offset: int) -> NodeId:
        """The node of the path that ends at `offset`, made by a cut if there is none."""
        index = self._ending_at(offset)
        if index is not None:
            return self._path[index].id
        index = bisect_left(self._ends, offset)
        head = self.tree.split(self._path[index].id, offset - self._begin(index))
        self._follow(self.leaf)
        return head

    def _hang(
        self,
        suffix: list[tuple[Node, Pieces]],
        under: NodeId,
        at: float,
        *,
        above: NodeId | None = None,
        copy: bool = False,
    ) -> None:
        """Make the path to `under`, followed by `suffix`, the manuscript.

        A suffix that is still being written below a bare cut is moved, for the edit that made it goes on. Anything else
        stays where it is and is carried: made again from the same pieces. `above` is a new node just written there.
        """
        fresh = set() if above is None else {above}
        parent = self.tree.node(self.tree.open[0]).parent if self.tree.open else None
        if not copy and suffix and parent is not None and self._edit_goes_on(suffix, parent, under, above):
            self._move(suffix, under)
            self.tree.mend(parent)
            leaf = suffix[-1][0].id
            fresh |= {node.id for node, _ in suffix}
        else:
            leaf, made = carrying.carry(self.tree, suffix, under, at)
            fresh |= made
        self._arrive(leaf, keep_open=fresh)

    def _edit_goes_on(
        self, suffix: list[tuple[Node, Pieces]], parent: NodeId, under: NodeId, above: NodeId | None
    ) -> bool:
        """Whether the drafts below `parent` may move: the place they leave is none anybody could come back to."""
        tree = self.tree
        beside = parent == under or (above is not None and tree.node(above).parent == parent)
        passing = tree.node(parent).cut and not tree.is_context(parent)
        staying = {node.id for node, _ in suffix}
        left = [node_id for node_id in tree.open if node_id not in staying]
        if any(tree.is_kept(node_id) or tree.holds_on(node_id) for node_id in left):
            return False
        return (beside or passing) and under not in tree.open and staying <= {*tree.open}

    def _move(self, suffix: list[tuple[Node, Pieces]], under: NodeId) -> None:
        tree = self.tree
        staying = {node.id for node, _ in suffix}
        for node_id in tree.open:
            if node_id not in staying:
                tree.remove(node_id)
        for node, pieces in suffix:
            if pieces != node.pieces:
                tree.rewrite(node.id, join(pieces))
        if tree.node(suffix[0][0].id).parent != under:
            tree.hang(suffix[0][0].id, under)

    def _mend(self, left: NodeId) -> None:
        """Undo the cut at a place that was left, if nothing was attached to it."""
        if left in self.tree and left != self.leaf:
            self.tree.mend(left)
            self._follow(self.leaf)

    def _taken_at(self, index: int) -> Spot | None:
        """The spot of the fan from which the path's node at `index` was taken, or which it carries from there."""
        tree = self.tree
        node = self._path[index]
        branch = node.pieces[0].branch if node.pieces else node.branch
        if branch is None:
            return None
        drawn = tree.branch(branch)
        if tree.is_part_of(node.id, branch):
            context = tree.fan(drawn.fan).context
            at = next(i for i, step in enumerate(self._path) if step.id == context)
            return Spot(context, self._ends[at], drawn.fan)
        if node.carries is not None and node.pieces[0].start == drawn.healed:
            return Spot(self._path[index - 1].id, self._begin(index), drawn.fan)
        return None
