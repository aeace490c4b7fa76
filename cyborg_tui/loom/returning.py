"""Coming back to a path as it was: the places that are still there are found, the others made again."""

from collections.abc import Collection, Sequence

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Pieces, cut, join, length, same
from cyborg_tui.loom.tree import ROOT, Tree

__all__ = ["drop_draft", "find", "make_again"]


def find(tree: Tree, node: Node, under: NodeId, kept: Collection[NodeId]) -> NodeId | None:
    """The place below `under` whose path adds just this node's pieces: the node itself, whole or cut, or one like it.

    The nodes in `kept` have a place of their own on the path and cannot stand for another.
    """
    if node.id in tree:
        run: list[Pieces] = []
        at: NodeId | None = node.id
        while at is not None and at != under:
            run.append(tree.node(at).pieces)
            at = tree.node(at).parent
        if at == under and same(join(*reversed(run)), node.pieces):
            return node.id
    if _can_be_restored(tree, node):
        return None
    for child in tree.children(under):
        there = tree.node(child)
        if child in kept:
            continue
        alike = there.branch == node.branch and there.carries == node.carries and same(there.pieces, node.pieces)
        if alike and tree.frame(child) == _held(tree, node):
            return child
    return None


def make_again(tree: Tree, node: Node, under: NodeId, kept: Collection[NodeId], at: float) -> NodeId:
    """A place below `under` with this node's pieces: the draft as it was, a cut in a longer text, or a copy."""
    if node.id in tree.open and not tree.is_frozen(node.id):
        parent = tree.node(node.id).parent or ROOT
        if parent == under or not tree.leans_on(parent, node.id):
            tree.rewrite(node.id, node.pieces)
            if parent != under:
                tree.hang(node.id, under)
            return node.id
    carries = node.carries if node.carries is not None and node.carries in tree else None
    if _can_be_restored(tree, node):
        tree.restore(Node(node.id, under, node.pieces, carries=carries, made_at=node.made_at))
        return node.id
    again = node if node.cut and node.id not in tree else None
    found = _cut_out(tree, join(node.pieces), under, kept, again, frame=_held(tree, node))
    if found is not None:
        return found
    return tree.add(under, node.pieces, at, carries=node.id if node.id in tree else carries)


def _can_be_restored(tree: Tree, node: Node) -> bool:
    """Whether it was a draft that has vanished: what was done to it meanwhile is found again by its id."""
    return node.id not in tree and node.branch is None and not node.cut


def _held(tree: Tree, node: Node) -> Frame | None:
    """What was said from a node on, which may have vanished."""
    if node.id in tree:
        return tree.frame(node.id)
    return tree.frame(node.carries) if node.carries is not None and not node.cut else None


def _cut_out(
    tree: Tree, pieces: Pieces, under: NodeId, kept: Collection[NodeId], again: Node | None, *, frame: Frame | None
) -> NodeId | None:
    """The place below `under` whose path adds these pieces, cut out of a longer text that begins with them. `again`:
    the head that stood there before, if it was one. `frame`: what is said from there on; nothing is before."""
    total = length(pieces)
    if not total:
        return None
    for child in tree.children(under):
        there = tree.node(child)
        shared = min(len(there), total)
        if not shared or not same(cut(there.pieces, 0, shared), cut(pieces, 0, shared)):
            continue
        if len(there) > total and frame is None:
            return tree.split(child, total, again)
        if child in kept or len(there) > total or tree.frame(child) != (frame if len(there) == total else None):
            continue
        rest = cut(pieces, shared, total)
        found = child if len(there) == total else _cut_out(tree, rest, child, kept, again, frame=frame)
        if found is not None:
            return found
    return None


def drop_draft(tree: Tree, node: NodeId, was_open: tuple[NodeId, ...], path: Sequence[Node]) -> None:
    """Remove a draft to which nothing is attached and which is not on the path, unless a frozen node above it would be
    a draft again without it."""
    if node not in tree or tree.children(node) or tree.is_frozen(node) or tree.is_kept(node):
        return
    if any(step.id == node for step in path):
        return
    parent = tree.node(node).parent or ROOT
    if parent not in was_open and tree.leans_on(parent, node):
        return
    now_open, tree.open = tree.open, (node,)
    tree.remove(node)
    tree.open = now_open
    if parent != path[-1].id:
        tree.mend(parent)
