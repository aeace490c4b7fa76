"""The tree of a loom: nodes, the fans made from them, and the promise that a frozen id stands for one text."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, Finish, ModelIdentity, NodeId, TokenRecord
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, Pieces, cut, join
from cyborg_tui.loom.settings import FanSettings

__all__ = ["ROOT", "BrokenTree", "FrozenText", "Tree"]

ROOT: NodeId = 1
"""The root has no text and never changes; what is written on an empty page is its child."""


class FrozenText(Exception):
    """Something tried to change a text that others depend on: a fault in the program, never the person's doing."""


class BrokenTree(Exception):
    """A node that is its own ancestor: the tree was damaged where it was kept."""


class Tree:
    """Nodes by id. Only the nodes in `open`, the end of the path that is being written, may change their path text."""

    def __init__(
        self,
        nodes: Iterable[Node] = (),
        fans: Iterable[Fan] = (),
        branches: Iterable[Branch] = (),
        next_node: NodeId = ROOT + 1,
    ) -> None:
        self._nodes: dict[NodeId, Node] = {}
        self._children: dict[NodeId, list[NodeId]] = {}
        self._carriers: dict[NodeId, set[NodeId]] = {}
        self._fans: dict[FanId, Fan] = {}
        self._fans_at: dict[NodeId, list[FanId]] = {}
        self._branches: dict[BranchId, Branch] = {}
        self._changed: tuple[dict[NodeId, Node | None], dict[FanId, Fan], dict[BranchId, Branch]] = ({}, {}, {})
        self.open: tuple[NodeId, ...] = ()
        for node in sorted(nodes, key=lambda node: node.id):
            self._put(node)
        for fan in sorted(fans, key=lambda fan: fan.id):
            self._put_fan(fan)
        for branch in branches:
            self._put_branch(branch)
        self.next_node = max(next_node, max(self._nodes, default=ROOT) + 1)
        """Ids below this have been used; none is used twice, even if its node is gone."""
        self._next_fan = max(self._fans, default=0) + 1
        self._next_branch = max(self._branches, default=0) + 1
        if ROOT in self._nodes:
            self.drain()
        else:
            self._put(Node(ROOT, None))

    def __contains__(self, node: NodeId) -> bool:
        return node in self._nodes

    def __iter__(self) -> Iterator[Node]:
        return iter(tuple(self._nodes.values()))

    def node(self, node: NodeId) -> Node:
        return self._nodes[node]

    def children(self, node: NodeId) -> Sequence[NodeId]:
        return self._children.get(node, ())

    def fan(self, fan: FanId) -> Fan:
        return self._fans[fan]

    @property
    def fans(self) -> tuple[Fan, ...]:
        return tuple(self._fans.values())

    def branch(self, branch: BranchId) -> Branch:
        return self._branches[branch]

    def branches(self, fan: FanId) -> tuple[Branch, ...]:
        """The fan's branches in the order they were drawn."""
        return tuple(self._branches[branch] for branch in self._fans[fan].branches)

    def fans_at(self, node: NodeId) -> tuple[FanId, ...]:
        """Fans made from this node, and from what it carries."""
        fans = list(self._fans_at.get(node, ()))
        carrier = self._nodes[node]
        if carrier.carries in self._nodes and not carrier.cut:
            fans += self.fans_at(carrier.carries)
        return tuple(dict.fromkeys(fans))

    def is_context(self, node: NodeId) -> bool:
        """Whether a fan was made from this very node."""
        return node in self._fans_at

    def carriers(self, node: NodeId) -> Set[NodeId]:
        """The nodes that carry this one along."""
        return self._carriers.get(node, frozenset())

    def path(self, node: NodeId) -> list[Node]:
        """The nodes from the root to this one. Raises BrokenTree."""
        path = []
        at: NodeId | None = node
        while at is not None:
            path.append(self._nodes[at])
            at = path[-1].parent
            if len(path) > len(self._nodes):
                raise BrokenTree(f"node {node} is its own ancestor")
        return path[::-1]

    def path_text(self, node: NodeId) -> str:
        return "".join(step.text for step in self.path(node))

    def path_pieces(self, node: NodeId) -> Pieces:
        return join(*(step.pieces for step in self.path(node)))

    def origin(self, node: NodeId) -> Node:
        """The node itself, or what it carries at the end of the chain of carrying."""
        at = self._nodes[node]
        while at.carries in self._nodes:
            at = self._nodes[at.carries]
        return at

    def is_part_of(self, node: NodeId, branch: BranchId) -> bool:
        """Whether the node is the branch's own, or the head of a cut in it."""
        at = self._nodes[self._branches[branch].node]
        while at.id != node and at.parent is not None and self._nodes[at.parent].cut:
            at = self._nodes[at.parent]
        return at.id == node

    def is_frozen(self, node: NodeId) -> bool:
        """Whether others depend on the text up to this node: it is a fan's context or branch, or has children.

        The nodes being written are not frozen by one another.
        """
        if self._nodes[node].branch is not None or node == ROOT or self.is_context(node):
            return True
        return node not in self.open and bool(self._children.get(node))

    def leans_on(self, node: NodeId, child: NodeId) -> bool:
        """Whether a node is frozen by this child alone: without it, it would be a draft again, and might change."""
        others = any(other != child for other in self.children(node))
        return node not in self.open and not (
            others or node == ROOT or self._nodes[node].branch is not None or self.is_context(node)
        )

    def add(self, parent: NodeId, pieces: Pieces, at: float, carries: NodeId | None = None) -> NodeId:
        """A new child with this text."""
        node = Node(self.next_node, parent, join(pieces), carries=carries, made_at=at)
        self.next_node += 1
        self._put(node)
        return node.id

    def restore(self, node: Node) -> None:
        """Put back a node that `remove` took away."""
        self._put(node)
        self.next_node = max(self.next_node, node.id + 1)

    def rewrite(self, node: NodeId, pieces: Pieces) -> None:
        """Give a node that is being written another text: pieces as `join` leaves them."""
        self._check_open(node)
        self._put(replace(self._nodes[node], pieces=pieces))

    def hang(self, node: NodeId, parent: NodeId) -> None:
        """Move a node that is being written under another parent. Raises BrokenTree if that stands below it."""
        self._check_open(node)
        if any(step.id == node for step in self.path(parent)):
            raise BrokenTree(f"node {node} cannot stand below itself")
        self._put(replace(self._nodes[node], parent=parent))

    def remove(self, node: NodeId) -> None:
        """Take away a node that is being written; its child takes its place."""
        self._check_open(node)
        self._drop(node)

    def split(self, node: NodeId, at: int) -> NodeId:
        """Cut a node after `at` characters. The new head stands above; the tail keeps the id, and so its path text."""
        tail = self._nodes[node]
        head = Node(
            self.next_node, tail.parent, cut(tail.pieces, 0, at), carries=tail.carries, cut=True, made_at=tail.made_at
        )
        self.next_node += 1
        self._put(head)
        self._children[tail.parent or ROOT].remove(head.id)
        self._swap_child(tail.parent or ROOT, tail.id, head.id)
        self._children[head.id] = [tail.id]
        self._put_unlinked(replace(tail, parent=head.id, pieces=cut(tail.pieces, at, len(tail))))
        return head.id

    def is_bare_cut(self, node: NodeId) -> bool:
        """Whether the node is the head of a cut to which nothing but its own tail is attached."""
        head = self._nodes[node]
        return (
            head.cut
            and not head.bookmarked
            and not self.is_context(node)
            and not self._carriers.get(node)
            and len(self.children(node)) == 1
        )

    def mend(self, node: NodeId) -> None:
        """Make a bare cut undone: the head joins its tail, whose path text stays what it is."""
        if node not in self._nodes or not self.is_bare_cut(node):
            return
        head, tail = self._nodes[node], self._nodes[self._children[node][0]]
        self._drop(node)
        self._put_unlinked(replace(self._nodes[tail.id], pieces=join(head.pieces, tail.pieces)))

    def add_fan(
        self,
        context: NodeId,
        model: ModelIdentity,
        settings: FanSettings,
        seed: int,
        at: float,
        *,
        mode: str = "batched",
    ) -> Fan:
        """A new fan from this node, its branches still empty."""
        fan = Fan(self._next_fan, context, model, settings, seed, at, mode)
        self._next_fan += 1
        self._put_fan(fan)
        return self.widen(fan.id, settings.width, at)

    def widen(self, fan: FanId, by: int, at: float) -> Fan:
        """More branches for a fan, still empty."""
        ids: list[BranchId] = []
        for _ in range(by):
            index = len(self._fans[fan].branches) + len(ids)
            branch = Branch(self._next_branch, fan, index, seed=0, node=self.next_node)
            self._next_branch, self.next_node = self._next_branch + 1, self.next_node + 1
            self._put(Node(branch.node, self._fans[fan].context, branch=branch.id, made_at=at))
            self._put_branch(branch)
            ids.append(branch.id)
        self._put_fan(replace(self._fans[fan], branches=(*self._fans[fan].branches, *ids)))
        return self._fans[fan]

    def grow(self, branch: BranchId, text: str, healed: int, tokens: Iterable[TokenRecord], seed: int = 0) -> None:
        """Add what the model drew to a branch that is still growing; a finished one does not change any more."""
        grown = self._branches[branch]
        if grown.finish is not None:
            raise FrozenText(f"branch {branch} has ended")
        grown = replace(
            grown,
            text=grown.text + text,
            healed=grown.healed + healed,
            tokens=(*grown.tokens, *tokens),
            seed=seed or grown.seed,
        )
        self._put_branch(grown)
        pieces = join((Piece(grown.text[grown.healed :], branch, grown.healed),))
        self._put(replace(self._nodes[grown.node], pieces=pieces))

    def finish(self, branch: BranchId, finish: Finish) -> None:
        if self._branches[branch].finish is None:
            self._put_branch(replace(self._branches[branch], finish=finish))

    def look(self, branch: BranchId) -> None:
        """Note that the person looked at this branch."""
        if not self._branches[branch].looked:
            self._put_branch(replace(self._branches[branch], looked=True))

    def mark(self, node: NodeId, *, hidden: bool | None = None, bookmarked: bool | None = None) -> None:
        marked = self._nodes[node]
        self._put(
            replace(
                marked,
                hidden=marked.hidden if hidden is None else hidden,
                bookmarked=marked.bookmarked if bookmarked is None else bookmarked,
            )
        )

    def drain(self) -> Changes:
        """What changed since the last call."""
        nodes, fans, branches = self._changed
        self._changed = ({}, {}, {})
        return Changes(
            nodes=tuple(node for node in nodes.values() if node is not None),
            removed=tuple(node for node, now in nodes.items() if now is None),
            fans=tuple(fans.values()),
            branches=tuple(branches.values()),
        )

    def _check_open(self, node: NodeId) -> None:
        if node not in self.open or self.is_frozen(node):
            raise FrozenText(f"node {node} is frozen")

    def _put(self, node: Node) -> None:
        before = self._nodes.get(node.id)
        if before is None or before.parent != node.parent:
            if before is not None and before.parent is not None:
                self._children[before.parent].remove(node.id)
            if node.parent is not None:
                self._children.setdefault(node.parent, []).append(node.id)
        if before is None and node.carries is not None:
            self._carriers.setdefault(node.carries, set()).add(node.id)
        self._put_unlinked(node)

    def _put_unlinked(self, node: Node) -> None:
        self._nodes[node.id] = node
        self._changed[0][node.id] = node

    def _put_fan(self, fan: Fan) -> None:
        if fan.id not in self._fans:
            self._fans_at.setdefault(fan.context, []).append(fan.id)
        self._fans[fan.id] = self._changed[1][fan.id] = fan

    def _put_branch(self, branch: Branch) -> None:
        self._branches[branch.id] = self._changed[2][branch.id] = branch

    def _swap_child(self, parent: NodeId, old: NodeId, new: NodeId) -> None:
        siblings = self._children[parent]
        siblings[siblings.index(old)] = new

    def _drop(self, node: NodeId) -> None:
        """Forget a node with at most one child, which takes its place."""
        gone = self._nodes[node]
        parent = gone.parent or ROOT
        children = self._children.pop(node, [])
        if children:
            self._swap_child(parent, node, children[0])
            self._put_unlinked(replace(self._nodes[children[0]], parent=parent))
        else:
            self._children[parent].remove(node)
        if gone.carries is not None:
            self._carriers.get(gone.carries, set()).discard(node)
        for carrier in self._carriers.pop(node, ()):
            self._put_unlinked(replace(self._nodes[carrier], carries=gone.carries))
            if gone.carries is not None:
                self._carriers.setdefault(gone.carries, set()).add(carrier)
        del self._nodes[node]
        self._changed[0][node] = None
        self.open = tuple(step for step in self.open if step != node)
