"""Taking: where in the tree a branch, or a part of it, stands below its fan's context or a node that carries it."""

from collections.abc import Sequence

from cyborg_tui.loom import carrying
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.tree import Tree

__all__ = ["Path", "begins_with", "branch_place", "carried_branch_place", "follows_the_fan"]

Path = Sequence[Node]
"""The manuscript's nodes from the fan's context, or the node that carries it, on."""


def branch_place(tree: Tree, branch: BranchId, path: Path, upto: int | None) -> tuple[NodeId, int]:
    """The node at which the first `upto` characters of the branch end, and the index on the path after those of its
    characters that are already there."""
    whole = tree.path(tree.branch(branch).node)
    chain = whole[next(i for i, node in enumerate(whole) if node.id == path[0].id) + 1 :]
    ids = {node.id for node in chain}
    past = 1
    while past < len(path) and path[past].id in ids:
        past += 1
    left_over = sum(map(len, chain)) if upto is None else upto
    for node in chain:
        if left_over < len(node):
            return tree.split(node.id, left_over), past
        left_over -= len(node)
        if left_over == 0 and (upto is not None or node is chain[-1]):
            return node.id, past
    return chain[-1].id, past


def carried_branch_place(tree: Tree, branch: BranchId, path: Path, upto: int | None, at: float) -> tuple[NodeId, int]:
    """As `branch_place`, where the path begins at a node that carries the fan's context: the branch is carried too."""
    drawn = tree.branch(branch)
    text = Piece(drawn.text[drawn.healed :], branch, drawn.healed)
    pieces = (text if upto is None else text.part(0, upto),)
    past = 1
    while past < len(path) and path[past].carries and begins_with(path[past], branch):
        past += 1
    place, _ = carrying.carry(tree, [(tree.node(drawn.node), pieces)], path[0].id, at)
    return place, past


def begins_with(node: Node, branch: BranchId) -> bool:
    """Whether the node's text begins with text of this branch."""
    return bool(node.pieces) and node.pieces[0].branch == branch


def follows_the_fan(tree: Tree, node: Node, fan: FanId | None) -> bool:
    """Whether the node carries what followed the fan's context, rather than what came after a take."""
    if node.carries is None or fan is None:
        return False
    branches = tree.fan(fan).branches
    origin = tree.path(tree.origin(node.id).id)
    return not any(piece.branch in branches for step in (*origin, node) for piece in step.pieces)
