"""A row's text as the texts of its nodes."""

from collections.abc import Sequence

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.shared import difference
from cyborg_tui.loom.tree import Tree

__all__ = ["part_at", "rewritten", "text_of"]


def text_of(tree: Tree, nodes: Sequence[NodeId]) -> str:
    """What some nodes say, one after the other."""
    return "".join(tree.node(node).text for node in nodes)


def part_at(tree: Tree, nodes: Sequence[NodeId], offset: int) -> tuple[NodeId, int] | None:
    """The node inside whose text an offset lies, and where there; None if it lies between two, or at an end."""
    for node in nodes:
        size = len(tree.node(node))
        if 0 < offset < size:
            return node, offset
        offset -= size
        if offset <= 0:
            return None
    return None


def rewritten(tree: Tree, nodes: Sequence[NodeId], text: str) -> list[tuple[NodeId, str]]:
    """The nodes whose text changes if they are to say this together, each with its new text. What is new belongs to the
    node in which something goes for it, else to the one at whose end, or in which, it begins."""
    start, end, new_end = difference(text_of(tree, nodes), text)
    new = text[start:new_end]
    changed: list[tuple[NodeId, str]] = []
    begin = 0
    for node in nodes:
        old = tree.node(node).text
        low, high = max(0, start - begin), max(0, end - begin)
        said = old
        holds = low < len(old) if end > start else low <= len(old)
        if new and (holds or node == nodes[-1]):
            said, new = old[:low] + new + old[min(high, len(old)) :], ""
        elif low < min(high, len(old)):
            said = old[:low] + old[min(high, len(old)) :]
        if said != old:
            changed.append((node, said))
        begin += len(old)
    return changed
