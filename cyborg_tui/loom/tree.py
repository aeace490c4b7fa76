"""The tree of a loom: nodes, the fans made from them, and the promise that a frozen id stands for one text."""

from collections.abc import Iterable
from dataclasses import replace

from cyborg_tui.loom.contents import BrokenTree
from cyborg_tui.loom.fan import BATCHED, Branch, BranchId, Fan, FanId, Finish, ModelIdentity, NodeId, TokenRecord
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, Pieces, cut, join
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.store import ROOT, Store

__all__ = ["ROOT", "BrokenTree", "FrozenText", "Tree"]


class FrozenText(Exception):
    """Something tried to change a text that others depend on: a fault in the program, never the person's doing."""


class Tree(Store):
    """A store that keeps the promise. Only the nodes in `open`, the end of the path that is being written, may change
    their path text."""

    open: tuple[NodeId, ...] = ()
    """From the root's side down."""

    def is_part_of(self, node: NodeId, branch: BranchId) -> bool:
        """Whether the node is the branch's own, or the head of a cut in it."""
        drawn = self.branch(branch)
        context, at = self.fan(drawn.fan).context, self.node(drawn.node)
        while at.id != node and at.parent is not None and at.parent != context and self.node(at.parent).cut:
            at = self.node(at.parent)
        return at.id == node

    def branch_of(self, node: NodeId) -> BranchId | None:
        """The branch that a node is, or is the beginning of, where it was cut."""
        left = [node]
        while left:
            at = self.node(left.pop())
            if at.branch is not None and self.is_part_of(node, at.branch):
                return at.branch
            if at.cut:
                left += self.children(at.id)
        return None

    def is_frozen(self, node: NodeId) -> bool:
        """Whether others depend on the text up to this node: it is a fan's context or branch, or has children.

        The nodes being written are not frozen by one another.
        """
        if self._holds_for_good(node):
            return True
        return node not in self.open and bool(self.children(node))

    def leans_on(self, node: NodeId, child: NodeId) -> bool:
        """Whether a node is frozen by this child alone: without it, it would be a draft again, and might change."""
        others = any(other != child for other in self.children(node))
        return node not in self.open and not others and not self._holds_for_good(node)

    def _holds_for_good(self, node: NodeId) -> bool:
        """Whether a node is frozen with or without children."""
        held = node == ROOT or self.node(node).branch is not None or self.is_context(node)
        return held or self.facts(node).settled

    def add(self, parent: NodeId, pieces: Pieces, at: float, carries: NodeId | None = None) -> NodeId:
        """A new child with this text."""
        node = Node(self.next_node, parent, join(pieces), carries=carries, made_at=at)
        self.next_node += 1
        self.put(node)
        return node.id

    def restore(self, node: Node) -> None:
        """Put back a node that `remove` took away."""
        self.put(node)
        self.next_node = max(self.next_node, node.id + 1)

    def rewrite(self, node: NodeId, pieces: Pieces) -> None:
        """Give a node that is being written another text: pieces as `join` leaves them."""
        self._check_open(node)
        self.put(replace(self.node(node), pieces=pieces))

    def rewrite_everywhere(self, node: NodeId, pieces: Pieces) -> None:
        """Give any node another text, and so everything below it another path text: only if the person says so."""
        self.put(replace(self.node(node), pieces=pieces))

    def hang(self, node: NodeId, parent: NodeId) -> None:
        """Move a node that is being written under another parent. Raises BrokenTree if that stands below it."""
        self._check_open(node)
        if any(step.id == node for step in self.path(parent)):
            raise BrokenTree(f"node {node} cannot stand below itself")
        self.put(replace(self.node(node), parent=parent))

    def remove(self, node: NodeId) -> None:
        """Take away a node that is being written; its child takes its place."""
        self._check_open(node)
        self.drop(node)

    def drop(self, node: NodeId) -> None:
        super().drop(node)
        self.open = tuple(step for step in self.open if step != node)

    def split(self, node: NodeId, at: int, again: Node | None = None) -> NodeId:
        """Cut a node after `at` characters. The new head stands above; the tail keeps the id, and so its path text.
        `again`: a head that stood there before, to have its id."""
        tail = self.node(node)
        id = self.next_node if again is None else again.id
        head = Node(id, tail.parent, cut(tail.pieces, 0, at), carries=tail.carries, cut=True, made_at=tail.made_at)
        if again is not None:
            carries = again.carries if again.carries is not None and again.carries in self else None
            head = replace(head, carries=carries, cut=again.cut, hidden=again.hidden, made_at=again.made_at)
        self.next_node = max(self.next_node, id + 1)
        self.put_above(head, replace(tail, parent=head.id, pieces=cut(tail.pieces, at, len(tail))))
        return head.id

    def join(self, head: NodeId) -> None:
        """Make a node and its only child one, with the child's id: its path text stays what it is."""
        above = self.node(head)
        (child,) = self.children(head)
        self.drop(head)
        self.put(replace(self.node(child), pieces=join(above.pieces, self.node(child).pieces)))

    def is_bare_cut(self, node: NodeId) -> bool:
        """Whether the node is the head of a cut to which nothing but its own tail is attached."""
        head = self.node(node)
        return (
            head.cut
            and not head.hidden
            and not self.is_kept(node)
            and not self.is_context(node)
            and not self.carriers(node)
            and len(self.children(node)) == 1
        )

    def mend(self, node: NodeId) -> None:
        """Make a bare cut undone: the head joins its tail, whose path text stays what it is."""
        if node in self and self.is_bare_cut(node):
            self.join(node)

    def is_kept(self, node: NodeId) -> bool:
        """Whether the node must not vanish by itself: it is a place of its own, or the person marked it."""
        return bool(self.facts(node)) or self.node(node).bookmarked

    def is_marked(self, node: NodeId) -> bool:
        """Whether the person marked the node or said something of it."""
        return self.node(node).bookmarked or bool(replace(self.facts(node), settled=False))

    def settle(self, node: NodeId) -> None:
        """Freeze a node for good."""
        self.put_facts(replace(self.facts(node), settled=True))

    def add_fan(
        self, context: NodeId, model: ModelIdentity, settings: FanSettings, seed: int, at: float, *, mode: str = BATCHED
    ) -> Fan:
        """A new fan from this node, its branches still empty."""
        fan = Fan(self.next_fan, context, model, settings, seed, at, mode)
        self.next_fan += 1
        self.put_fan(fan)
        return self.widen(fan.id, settings.width, at)

    def widen(self, fan: FanId, by: int, at: float) -> Fan:
        """More branches for a fan, still empty."""
        ids: list[BranchId] = []
        for _ in range(by):
            index = len(self.fan(fan).branches) + len(ids)
            branch = Branch(self.next_branch, fan, index, seed=0, node=self.next_node)
            self.next_branch, self.next_node = self.next_branch + 1, self.next_node + 1
            self.put(Node(branch.node, self.fan(fan).context, branch=branch.id, made_at=at))
            self.put_branch(branch)
            ids.append(branch.id)
        self.put_fan(replace(self.fan(fan), branches=(*self.fan(fan).branches, *ids)))
        return self.fan(fan)

    def grow(self, branch: BranchId, text: str, healed: int, tokens: Iterable[TokenRecord], seed: int = 0) -> None:
        """Add what the model drew to a branch that is still growing; a finished one does not change any more."""
        grown = self.branch(branch)
        if grown.finish is not None:
            raise FrozenText(f"branch {branch} has ended")
        grown = replace(
            grown,
            text=grown.text + text,
            healed=grown.healed + healed,
            tokens=(*grown.tokens, *tokens),
            seed=seed or grown.seed,
        )
        self.put_branch(grown)
        pieces = join((Piece(grown.text[grown.healed :], branch, grown.healed),))
        self.put(replace(self.node(grown.node), pieces=pieces))

    def finish(self, branch: BranchId, finish: Finish) -> None:
        if self.branch(branch).finish is None:
            self.put_branch(replace(self.branch(branch), finish=finish))

    def look(self, branch: BranchId) -> None:
        """Note that the person looked at this branch."""
        if not (self.branch(branch).looked or self.branch(branch).purged):
            self.put_branch(replace(self.branch(branch), looked=True))

    def mark(self, node: NodeId, *, hidden: bool | None = None, bookmarked: bool | None = None) -> None:
        marked = self.node(node)
        self.put(
            replace(
                marked,
                hidden=marked.hidden if hidden is None else hidden,
                bookmarked=marked.bookmarked if bookmarked is None else bookmarked,
            )
        )

    def _check_open(self, node: NodeId) -> None:
        if node not in self.open or self.is_frozen(node):
            raise FrozenText(f"node {node} is frozen")
