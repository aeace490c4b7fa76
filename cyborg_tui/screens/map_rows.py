"""What the tree has, as the outline pane shows it."""

import re
from collections.abc import Sequence

from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.tree import Tree
from cyborg_tui.outline.outline import Outline, Row
from cyborg_tui.outline.shape import Sight
from cyborg_tui.outline.standing import Standing, branch_of, is_unread, standing
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.outline import OutlineRow

__all__ = ["first_words", "outline_row", "place_name"]

_MARKS = {
    Standing.HERE: "❯",
    Standing.PATH: "┃",
    Standing.TAKEN: "✓",
    Standing.UNREAD: "◦",
    Standing.READ: " ",
    Standing.WRITTEN: " ",
}
_LONG_ENOUGH = 400
"""Characters that fill any row."""
_NAME = 50
"""Characters by which a place is called at most."""
_BREAK = re.compile(r" *\n\s*")


def outline_row(outline: Outline, number: int, marked: NodeId | None = None) -> OutlineRow:
    """A row of the outline. `marked`: the place that is to be compared with another."""
    row, sight = outline.row(number), outline.sight
    if row.fan is not None and not row.nodes:
        return _head_of_fan(sight.tree, row, row.fan)
    stands = standing(sight, row.nodes)
    on_path = stands in (Standing.HERE, Standing.PATH)
    return OutlineRow(
        mark=_MARKS[stands],
        rails=row.rails,
        joint=_joint(sight.tree, row) if row.begins else "",
        text=first_words(sight.tree, row.nodes, aside=not on_path),
        right=_right(sight, row, marked),
    )


def _head_of_fan(tree: Tree, row: Row, fan: FanId) -> OutlineRow:
    made = tree.fan(fan)
    unread = sum(is_unread(tree, branch.node) for branch in tree.branches(fan) if branch.node in tree)
    said = f"fan {fan} · {row.lines} branch{'' if row.lines == 1 else 'es'}"
    said += f" · {unread} not looked at" if unread else ""
    said += f" · {made.model.name}" if made.model.name else ""
    return OutlineRow(rails=row.rails, joint="──", text=((said, "aside"),), right="▸" if row.closed else "")


def _joint(tree: Tree, row: Row) -> str:
    branch = branch_of(tree, row.nodes[0])
    return "──" if branch is None or branch.node == 0 else f"{branch.index + 1:>2}"


def _right(sight: Sight, row: Row, marked: NodeId | None) -> str:
    tree = sight.tree
    there = [tree.node(node) for node in row.nodes]
    parts = ["compare"] if marked in row.nodes else []
    parts += ["✗"] if any(node.hidden for node in there) else []
    parts += ["*"] if any(node.bookmarked for node in there) else []
    unread = sum(is_unread(tree, node) for node in row.beside)
    parts += [f"◦{unread}"] if unread else []
    parts += [f"+{len(row.beside)}"] if row.beside else []
    parts += ["▸"] if row.closed else []
    return " ".join(parts)


def place_name(tree: Tree, node: NodeId) -> str:
    """What a place is called, for a person: its branch, and how it begins."""
    branch = branch_of(tree, node)
    words = " ".join("".join(text for text, _ in first_words(tree, (node,), aside=True)).split())
    begins = words if len(words) <= _NAME else words[:_NAME].rpartition(" ")[0] + own("…")
    if branch is None:
        return f"“{begins}”"
    return f"branch {branch.index + 1} of fan {branch.fan}: “{begins}”"


def first_words(tree: Tree, nodes: Sequence[NodeId], *, aside: bool) -> tuple[tuple[str, str], ...]:
    """The beginning of the text of some nodes, on one line, with who wrote it; `aside` if that does not matter."""
    runs: list[tuple[str, str]] = []
    left = _LONG_ENOUGH
    for node in nodes:
        for piece in tree.node(node).pieces:
            text = piece.text[:left]
            left -= len(text)
            who = "aside" if aside else "person" if piece.branch is None else "model"
            runs.append((text if runs else text.lstrip(), who))
            if left <= 0:
                return _on_one_line(runs)
    if not any(text for text, _ in runs):
        is_root = tree.node(nodes[0]).parent is None
        blank = any(tree.node(node).pieces for node in nodes)
        return (("the beginning" if is_root else "(white space)" if blank else "(empty)", "aside"),)
    return _on_one_line(runs)


def _on_one_line(runs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    paragraph = own(" ¶ ")
    return tuple((_BREAK.sub(paragraph, text), who) for text, who in runs)
