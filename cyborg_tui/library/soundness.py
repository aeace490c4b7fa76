"""Whether a tree holds together."""

from collections.abc import Iterator

from cyborg_tui.loom.fan import BranchId, NodeId
from cyborg_tui.loom.tree import ROOT, BrokenTree, Tree

__all__ = ["breaks", "faults", "hangs_on"]


def faults(tree: Tree) -> list[str]:
    """What is not as it should be in a tree, each in a few words; empty if all is sound."""
    return breaks(tree) or [*_half_fans(tree), *_pieces(tree)]


def breaks(tree: Tree) -> list[str]:
    """What makes a tree unusable, each in a few words."""
    return [*_nodes(tree), *_contexts(tree), *_branches(tree)]


def _nodes(tree: Tree) -> Iterator[str]:
    if ROOT not in tree or tree.node(ROOT).parent is not None or tree.node(ROOT).pieces:
        yield "there is no root"
    for node in tree:
        if node.id != ROOT and (node.parent is None or node.parent not in tree):
            yield f"node {node.id} hangs on nothing"
    yield from _circles(tree)


def _circles(tree: Tree) -> Iterator[str]:
    reached, left = {ROOT}, [ROOT]
    while left:
        for child in tree.children(left.pop()):
            if child not in reached:
                reached.add(child)
                left.append(child)
    for node in tree:
        if node.id in reached:
            continue
        try:
            tree.path(node.id)
        except BrokenTree:
            yield f"node {node.id} is its own ancestor"
        except KeyError:
            pass  # said already: it, or what stands above it, hangs on nothing


def _contexts(tree: Tree) -> Iterator[str]:
    for fan in tree.fans:
        if fan.context not in tree:
            yield f"fan {fan.id} has no context"


def _half_fans(tree: Tree) -> Iterator[str]:
    for fan in tree.fans:
        if len(fan.branches) < fan.settings.width:
            yield f"fan {fan.id} has only {len(fan.branches)} of its {fan.settings.width} branches"
        if [branch.index for branch in tree.drawn(fan.id)] != list(range(len(fan.branches))):
            yield f"fan {fan.id} has gaps"


def _branches(tree: Tree) -> Iterator[str]:
    for fan in tree.fans:
        for branch in tree.branches(fan.id):
            if branch.finish is None:
                yield f"branch {branch.id} has no end"
            if not 0 <= branch.healed <= len(branch.text):
                yield f"branch {branch.id} begins outside its text"
            if branch.node not in tree or tree.node(branch.node).branch != branch.id:
                yield f"branch {branch.id} has no node"
            elif not hangs_on(tree, branch.node, fan.context):
                yield f"branch {branch.id} does not hang on the context of its fan"
    known: set[BranchId | None] = {None, *_known(tree)}
    for node in tree:
        if not {node.branch, *(piece.branch for piece in node.pieces)} <= known:
            yield f"node {node.id} is of a branch that is not there"


def _pieces(tree: Tree) -> Iterator[str]:
    for node in tree:
        for piece in node.pieces:
            if piece.branch is None:
                continue
            if not piece.text or tree.branch(piece.branch).text[piece.start : piece.end] != piece.text:
                yield f"node {node.id} has text that its branch does not have"


def hangs_on(tree: Tree, node: NodeId, context: NodeId) -> bool:
    """Whether a node follows right after its context, or after the heads of cuts in the node itself."""
    at = tree.node(node).parent
    while at is not None and at != context and at in tree and tree.node(at).cut:
        at = tree.node(at).parent
    return at == context


def _known(tree: Tree) -> set[BranchId]:
    return {branch for fan in tree.fans for branch in fan.branches}
