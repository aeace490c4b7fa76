"""Carrying: the same chain of text again under another node, made of the same pieces; nothing is copied."""

from collections.abc import Iterable

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Pieces, same
from cyborg_tui.loom.tree import Tree

__all__ = ["Suffix", "carry"]

Suffix = Iterable[tuple[Node, Pieces]]
"""Nodes that follow one another, each with the part of its text that is carried."""


def carry(tree: Tree, suffix: Suffix, under: NodeId, at: float) -> tuple[NodeId, set[NodeId]]:
    """The same chain again below `under`; a copy already there is used. Of nodes without text only those from which on
    something holds. Returns its end and what was made."""
    made: set[NodeId] = set()
    for node, pieces in suffix:
        if not pieces and not tree.holds_on(node.id):
            continue
        there = next((child for child in tree.children(under) if _carries_same(tree, child, node, pieces)), None)
        if there is None:
            there = tree.add(under, pieces, at, carries=node.id)
            made.add(there)
        under = there
    return under, made


def _carries_same(tree: Tree, child: NodeId, node: Node, pieces: Pieces) -> bool:
    there = tree.node(child)
    kin = tree.origin(child).id == tree.origin(node.id).id
    return kin and not there.hidden and same(there.pieces, pieces)
