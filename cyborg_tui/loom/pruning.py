"""Pruning: what can be deleted for good of that which is hidden, and deleting it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from cyborg_tui.loom.fan import BranchId, NodeId
from cyborg_tui.loom.tree import Tree

__all__ = ["Prunable", "prunable", "prune"]


@dataclass(frozen=True, slots=True)
class Prunable:
    """What a purge would delete, and what it would not, though it is hidden."""

    nodes: frozenset[NodeId]
    """Hidden nodes, with all that is below them."""
    on_the_path: int = 0
    """Hidden nodes that stay, for the manuscript goes through them."""
    in_use: int = 0
    """Hidden nodes that stay, for what stays is made of their text, or carries them to keep their fans reachable."""

    def characters(self, tree: Tree) -> int:
        return sum(len(tree.node(node)) for node in self.nodes)


def prunable(tree: Tree, path: Collection[NodeId]) -> Prunable:
    """`path`: the manuscript's nodes."""
    hidden = {node.id: frozenset(tree.below(node.id)) for node in tree if node.hidden}
    kept_path = {top for top, nodes in hidden.items() if not nodes.isdisjoint(path)}
    left = {top: nodes for top, nodes in hidden.items() if top not in kept_path}
    needed = _Needs(tree)
    while True:
        gone = frozenset[NodeId]().union(*left.values())
        used = needed.by_those_outside(gone)
        kept = [top for top, nodes in left.items() if not nodes.isdisjoint(used)]
        if not kept:
            return Prunable(gone, len(kept_path), len(hidden) - len(kept_path) - len(left))
        for top in kept:
            del left[top]


def prune(tree: Tree, gone: frozenset[NodeId]) -> frozenset[BranchId]:
    """Delete nodes for good. Of a branch whose fan stays it is still known that it was drawn, and looked at. Returns
    the branches whose text is gone."""
    above = {parent for node in gone if (parent := tree.parent(node)) is not None and parent not in gone}
    frozen = [node for node in above if tree.is_frozen(node)]
    branches = {branch for node in gone if (branch := tree.node(node).branch) is not None}
    for branch in branches:
        if tree.fan(tree.branch(branch).fan).context not in gone:
            _empty(tree, branch)
    tree.drop_all(gone)
    for node in above:
        _close_the_cut(tree, node)
    for node in frozen:
        if not tree.is_frozen(node):
            tree.settle(node)
    return frozenset(branches)


class _Needs:
    """Which nodes' text or fans other nodes need."""

    def __init__(self, tree: Tree) -> None:
        self._needs: dict[NodeId, set[NodeId]] = {}
        for node in tree:
            branches = {piece.branch for piece in node.pieces} - {None, node.branch}
            needs = {tree.branch(branch).node for branch in branches if branch is not None}
            if (
                node.carries is not None
                and not node.cut
                and (_leads_to_a_fan(tree, node.carries) or tree.holds_on(node.carries))
            ):
                needs.add(node.carries)
            if needs:
                self._needs[node.id] = needs

    def by_those_outside(self, gone: Collection[NodeId]) -> set[NodeId]:
        return {need for node, needs in self._needs.items() if node not in gone for need in needs}


def _leads_to_a_fan(tree: Tree, carried: NodeId) -> bool:
    """Whether a node that is carried has fans, or stood after the place of one when a branch was taken there."""
    if carried not in tree:
        return False
    above = tree.parent(carried)
    return bool(tree.fans_at(carried) or (above is not None and tree.fans_at(above)))


def _empty(tree: Tree, branch: BranchId) -> None:
    """What is left of a branch says that it was drawn; and that it was looked at, if no other has the same text."""
    drawn = tree.branch(branch)
    again = any(other.looked and other.text == drawn.text and other.id != branch for other in tree.branches(drawn.fan))
    tree.put_branch(replace(drawn, node=0, text="", healed=0, tokens=(), looked=drawn.looked and not again))


def _close_the_cut(tree: Tree, head: NodeId) -> None:
    """The head of a cut whose tail is gone is a node like any other, and carries nothing: that was the tail's too."""
    above = tree.node(head)
    if above.cut and tree.branch_of(head) is None:
        tree.put(replace(above, cut=False, carries=None))
