"""Where one is in the tree, in a few numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyborg_tui.loom.fan import FanId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.tree import Tree
from cyborg_tui.outline.standing import branch_of

__all__ = ["Whereabouts", "whereabouts"]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    depth: int = 0
    """How many times the text might have gone on otherwise."""
    number: int = 0
    """Which of the ways on was the last one, from 1; 0 if there was no other."""
    ways: int = 0
    """How many there were, it among them."""
    unread: int = 0
    """Fans along the path of which no branch was looked at or taken, without the one in view."""


def whereabouts(tree: Tree, path: Sequence[Node], in_view: FanId | None = None) -> Whereabouts:
    forks = [index for index, node in enumerate(path[1:], 1) if len(tree.children(path[index - 1].id)) > 1]
    number, ways = _among(tree, path[forks[-1]], path[forks[-1] - 1]) if forks else (0, 0)
    fans = dict.fromkeys(fan for node in path for fan in tree.fans_at(node.id) if fan != in_view)
    taken = {piece.branch for node in path for piece in node.pieces}
    unread = sum(not any(branch.looked or branch.id in taken for branch in tree.branches(fan)) for fan in fans)
    return Whereabouts(len(forks), number, ways, unread)


def _among(tree: Tree, node: Node, above: Node) -> tuple[int, int]:
    """Which of a fan's branches the node is, and of how many; else which of the children."""
    branch = branch_of(tree, node.id)
    if branch is not None:
        return branch.index + 1, len(tree.fan(branch.fan).branches)
    shown = [child for child in tree.children(above.id) if child == node.id or not tree.node(child).hidden]
    return (shown.index(node.id) + 1, len(shown)) if len(shown) > 1 else (0, 0)
