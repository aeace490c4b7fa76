"""How what a tree holds hangs together, and what of it changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.contents import BrokenTree, Contents
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Pieces, join
from cyborg_tui.loom.source import Skeleton, Source
from cyborg_tui.loom.unsaved import Unsaved

__all__ = ["ROOT", "Store"]

ROOT: NodeId = 1
"""The root has no text and never changes; what is written on an empty page is its child."""


class Store(Contents):
    """Nodes under their parents, fans at their contexts, facts at their nodes; and what changed since it was last
    saved."""

    def __init__(
        self,
        nodes: Iterable[Node] = (),
        fans: Iterable[Fan] = (),
        branches: Iterable[Branch] = (),
        next_node: NodeId = ROOT + 1,
        facts: Iterable[Facts] = (),
        *,
        next_fan: FanId = 1,
        next_branch: BranchId = 1,
    ) -> None:
        super().__init__()
        self._children: dict[NodeId, list[NodeId]] = {}
        self._carriers: dict[NodeId, set[NodeId]] = {}
        self._bookmarked: set[NodeId] = set()
        self._facts: dict[NodeId, Facts] = {}
        self.shape = 0
        """Another number whenever nodes came, went or moved."""
        self._unsaved = Unsaved()
        for node in sorted(nodes, key=lambda node: node.id):
            self.put(node)
        for fan in sorted(fans, key=lambda fan: fan.id):
            self.put_fan(fan)
        for branch in branches:
            self.put_branch(branch)
        for known in facts:
            self.put_facts(known)
        self.next_node = max(next_node, max(self._parents, default=ROOT) + 1)
        """Ids below this have been used; none is used twice, even if its node is gone. So it is with fans and branches,
        of which the log goes on telling."""
        self.next_fan = max(next_fan, max(self._contexts, default=0) + 1)
        self.next_branch = max(next_branch, max(self._branches, default=0) + 1)
        if ROOT in self._nodes:
            self._unsaved = Unsaved()
        else:
            self.put(Node(ROOT, None))

    def read_from(self, source: Source, skeleton: Skeleton) -> None:
        """Begin as what the source has: all of its nodes and fans are here, and read when they are asked for."""
        self._source = source
        self._nodes = {}
        self._unsaved = Unsaved()
        self._parents = skeleton.parents
        for node, parent in skeleton.parents.items():
            if parent is not None:
                self._children.setdefault(parent, []).append(node)
        for node, carried in skeleton.carried:
            self._carriers.setdefault(carried, set()).add(node)
        self._bookmarked.update(skeleton.bookmarked)
        self._contexts = skeleton.contexts
        for fan, context in skeleton.contexts.items():
            self._fans_at.setdefault(context, []).append(fan)
        self.next_node = max(self.next_node, max(self._parents, default=ROOT) + 1)
        self.next_fan = max(self.next_fan, max(self._contexts, default=0) + 1)
        self.next_branch = max(self.next_branch, skeleton.last_branch + 1)

    def parent(self, node: NodeId) -> NodeId | None:
        return self._parents[node]

    def children(self, node: NodeId) -> Sequence[NodeId]:
        """In the order they were made."""
        return self._children.get(node, ())

    def carriers(self, node: NodeId) -> frozenset[NodeId]:
        """The nodes that carry this one."""
        return frozenset(self._carriers.get(node, ()))

    def facts(self, node: NodeId) -> Facts:
        return self._facts.get(node) or Facts(node)

    @property
    def has_frames(self) -> bool:
        """Whether any node has a frame."""
        return any(facts.frame is not None for facts in self._facts.values())

    def frame(self, node: NodeId) -> Frame | None:
        """What was said from this node on, or from what it carries."""
        at: NodeId | None = node
        while at is not None and at in self:
            frame = self.facts(at).frame
            if frame is not None:
                return frame
            here = self.node(at)
            at = None if here.cut else here.carries  # what was cut off ends before what it carries
        return None

    def holds_on(self, node: NodeId) -> bool:
        """Whether something holds from the end of this node on, so that it has its place without any text too."""
        return self.frame(node) is not None

    @property
    def bookmarked(self) -> tuple[NodeId, ...]:
        return tuple(sorted(self._bookmarked))

    @property
    def all_facts(self) -> tuple[Facts, ...]:
        return tuple(self._facts.values())

    def fans_at(self, node: NodeId) -> tuple[FanId, ...]:
        """Fans made from this node, and from what it carries, if it has any of that text."""
        fans = list(self._fans_at.get(node, ()))
        carrier = self.node(node)
        if carrier.carries is not None and carrier.carries in self and carrier.pieces and not carrier.cut:
            fans += self.fans_at(carrier.carries)
        return tuple(dict.fromkeys(fans))

    def path(self, node: NodeId) -> list[Node]:
        """The nodes from the root to this one. Raises BrokenTree."""
        ids = [*self.ancestors(node)]
        self.load(ids)
        return [self._nodes[id] for id in reversed(ids)]

    def ancestors(self, node: NodeId) -> Iterator[NodeId]:
        """The node and all above it, up to the root. Raises BrokenTree."""
        at: NodeId | None = node
        left = len(self._parents)
        while at is not None:
            if left <= 0:
                raise BrokenTree(f"node {node} is its own ancestor")
            yield at
            at, left = self._parents[at], left - 1

    def below(self, node: NodeId) -> Iterator[NodeId]:
        """The node and all below it, each before its children."""
        left = [node]
        while left:
            at = left.pop()
            yield at
            left.extend(reversed(self.children(at)))

    def path_text(self, node: NodeId) -> str:
        return "".join(step.text for step in self.path(node))

    def path_pieces(self, node: NodeId) -> Pieces:
        return join(*(step.pieces for step in self.path(node)))

    def origin(self, node: NodeId) -> Node:
        """The node itself, or what it carries at the end of the chain of carrying."""
        at = self.node(node)
        while at.carries is not None and at.carries in self:
            at = self.node(at.carries)
        return at

    # changing it: whoever does answers for what the tree promises

    def put(self, node: Node) -> None:
        """A new node, or another version of one, hung under its parent."""
        new = node.id not in self._parents
        before = self._parents.get(node.id)
        if new or before != node.parent:
            if before is not None:
                self._children[before].remove(node.id)
            if node.parent is not None:
                self._children.setdefault(node.parent, []).append(node.id)
            self.shape += 1
        self._put_in_place(node)

    def put_above(self, head: Node, tail: Node) -> None:
        """A new node in the place of another, which is its child from now on; `tail` is how that one is then."""
        siblings = self._children[self._parents[tail.id] or ROOT]
        siblings[siblings.index(tail.id)] = head.id
        self.shape += 1
        self._children[head.id] = [tail.id]
        self._put_in_place(head)
        self._put_in_place(tail)

    def drop(self, node: NodeId) -> None:
        """Forget a node with at most one child, which takes its place; its carriers carry what it carried."""
        gone = self.node(node)
        parent = gone.parent or ROOT
        children = self._children.pop(node, [])
        siblings = self._children[parent]
        if children:
            siblings[siblings.index(node)] = children[0]
            self._put_in_place(replace(self.node(children[0]), parent=parent))
        else:
            siblings.remove(node)
        for carrier in tuple(self._carriers.get(node, ())):
            self._put_in_place(replace(self.node(carrier), carries=gone.carries))
        self._forget(node)

    def drop_all(self, nodes: Iterable[NodeId]) -> None:
        """Forget nodes, each with all that is below it and all fans made there. What carried them carries nothing."""
        gone = set(nodes)
        self.load(gone)
        for node in gone:
            parent = self._parents[node]
            if parent is not None and parent not in gone:
                self._children[parent].remove(node)
        for node in gone:
            for carrier in tuple(self._carriers.get(node, ())):
                if carrier not in gone:
                    self._put_in_place(replace(self.node(carrier), carries=self._kept_origin(node, gone)))
        for node in gone:
            for fan in self._fans_at.pop(node, ()):
                for branch in self.fan(fan).branches:
                    self._branches.pop(branch, None)
                    self._unsaved.branches.pop(branch, None)
                    self._gone_branches.add(branch)
                del self._fans[fan], self._contexts[fan]
                self._unsaved.fans[fan] = None
            self._children.pop(node, None)
            self._forget(node)

    def put_fan(self, fan: Fan) -> None:
        if fan.id not in self._contexts:
            self._contexts[fan.id] = fan.context
            self._fans_at.setdefault(fan.context, []).append(fan.id)
        self._fans[fan.id] = self._unsaved.fans[fan.id] = fan

    def put_branch(self, branch: Branch) -> None:
        self._branches[branch.id] = self._unsaved.branches[branch.id] = branch

    def put_facts(self, facts: Facts) -> None:
        if facts:
            self._facts[facts.node] = facts
        else:
            self._facts.pop(facts.node, None)
        self._unsaved.facts[facts.node] = facts

    def drain(self) -> Changes:
        """What changed since the last call."""
        changes, self._unsaved = self._unsaved.changes, Unsaved()
        return changes

    def _put_in_place(self, node: Node) -> None:
        """Another version of a node where it hangs already, or of one that the caller has hung."""
        before = self.node(node.id) if node.id in self._parents else None
        if before is not None and before.carries is not None and before.carries != node.carries:
            self._carriers.get(before.carries, set()).discard(node.id)
        if node.carries is not None:
            self._carriers.setdefault(node.carries, set()).add(node.id)
        if node.bookmarked:
            self._bookmarked.add(node.id)
        else:
            self._bookmarked.discard(node.id)
        self._parents[node.id] = node.parent
        self._nodes[node.id] = self._unsaved.nodes[node.id] = node

    def _forget(self, node: NodeId) -> None:
        carried = self._nodes.pop(node).carries
        del self._parents[node]
        self._bookmarked.discard(node)
        if carried is not None:
            self._carriers.get(carried, set()).discard(node)
        self._carriers.pop(node, None)
        self._unsaved.nodes[node] = None
        self.shape += 1
        if self._facts.pop(node, None):
            self._unsaved.facts[node] = Facts(node)

    def _kept_origin(self, node: NodeId, gone: set[NodeId]) -> NodeId | None:
        """What a node that goes carries in the end, of what stays."""
        at = self.node(node).carries
        while at in gone:
            at = self.node(at).carries
        return at
