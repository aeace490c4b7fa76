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
_TAGS = 2
"""So many tags are shown in a row."""
_LEAD = 16
"""Characters before a word that was looked for."""
_NAME = 50
"""Characters by which a place is called at most."""
_BREAK = re.compile(r" *\n\s*")


def outline_row(outline: Outline, number: int, marked: NodeId | None = None, words: Sequence[str] = ()) -> OutlineRow:
    """A row of the outline. `marked`: the place that is to be compared with another. `words`: what is looked for."""
    row, sight = outline.row(number), outline.sight
    if not row.nodes:
        said = _of_no_fan(row) if row.fan is None else _of_fan(sight.tree, row, row.fan)
        return OutlineRow(rails=row.rails, joint="──", text=((own(said), "aside"),), right="▸" if row.closed else "")
    stands = standing(sight, row.nodes)
    on_path = stands in (Standing.HERE, Standing.PATH)
    return OutlineRow(
        mark=_MARKS[stands],
        rails=row.rails,
        joint=_joint(sight.tree, row) if row.begins else "",
        text=(*_name(sight.tree, row), *first_words(sight.tree, row.nodes, words, aside=not on_path)),
        right=_right(sight, row, marked),
    )


def _of_fan(tree: Tree, row: Row, fan: FanId) -> str:
    """What the head of a fan says."""
    made = tree.fan(fan)
    unread = sum(is_unread(tree, branch.node) for branch in tree.branches(fan) if branch.node in tree)
    said = f"fan {fan} · {row.lines} branch{'' if row.lines == 1 else 'es'}"
    said += f" · {unread} unread" if unread else ""
    return said + (f" · {made.model.name}" if made.model.name else "")


def _of_no_fan(row: Row) -> str:
    """What the head of those lines says that stand beside fans and belong to none."""
    return f"written here · {row.lines}"


def _joint(tree: Tree, row: Row) -> str:
    branch = branch_of(tree, row.nodes[0])
    return "──" if branch is None or branch.node == 0 else f"{branch.index + 1:>2}"


def _name(tree: Tree, row: Row) -> tuple[tuple[str, str], ...]:
    names = [name for node in row.nodes if (name := tree.facts(node).name)]
    return ((f"{own(' · ').join(names)}: ", "name"),) if names else ()


def _right(sight: Sight, row: Row, marked: NodeId | None) -> str:
    """Marks at the end: to be compared, hidden, from before an edit, a note, a bookmark, tags, and what is folded."""
    tree = sight.tree
    there = [tree.node(node) for node in row.nodes]
    facts = [tree.facts(node) for node in row.nodes]
    from_before = any(tree.carriers(node) and not sight.is_on_path(node) for node in row.nodes)
    parts = ["compare"] if marked in row.nodes else []
    parts += ["✗"] if any(node.hidden for node in there) else []
    parts += ["←"] if from_before else []
    parts += ['"'] if any(known.note for known in facts) else []
    parts += ["*"] if any(node.bookmarked for node in there) else []
    tags = [f"#{tag}" for known in facts for tag in known.tags]
    parts += [*tags[:_TAGS], *(["…"] if len(tags) > _TAGS else [])]
    unread = sum(is_unread(tree, node) for node in row.beside)
    parts += [f"◦{unread}"] if unread else []
    parts += [f"+{len(row.beside)}"] if row.beside else []
    parts += ["▸"] if row.closed else []
    return " ".join(parts)


def place_name(tree: Tree, node: NodeId) -> str:
    """What a place is called, for a person: its branch, and how it begins."""
    if name := tree.facts(node).name:
        return name
    branch = branch_of(tree, node)
    words = " ".join("".join(text for text, _ in first_words(tree, (node,), aside=True)).split())
    begins = words if len(words) <= _NAME else words[:_NAME].rpartition(" ")[0] + own("…")
    if branch is None:
        return f"“{begins}”"
    return f"branch {branch.index + 1} of fan {branch.fan}: “{begins}”"


def first_words(
    tree: Tree, nodes: Sequence[NodeId], words: Sequence[str] = (), *, aside: bool
) -> tuple[tuple[str, str], ...]:
    """The text of some nodes on one line, as much as fills any row, with who wrote it; `aside` if that does not matter.
    If one of the `words` stands in it, it begins shortly before that."""
    runs: list[tuple[str, str]] = []
    skipped = _before_words(tree, nodes, words)
    skip, left = skipped, _LONG_ENOUGH
    for node in nodes:
        for piece in tree.node(node).pieces:
            text = piece.text[skip : skip + left]
            skip, left = max(0, skip - len(piece.text)), left - len(text)
            if text:
                who = "aside" if aside else "person" if piece.branch is None else "model"
                runs.append((text if runs else text.lstrip(), who))
            if left <= 0:
                break
        if left <= 0:
            break
    if skipped:
        runs.insert(0, (own("…"), "aside"))
    if any(text for text, _ in runs):
        return _on_one_line(runs)
    is_root = tree.node(nodes[0]).parent is None
    blank = any(tree.node(node).pieces for node in nodes)
    return (("the beginning" if is_root else "(white space)" if blank else "(empty)", "aside"),)


def _before_words(tree: Tree, nodes: Sequence[NodeId], words: Sequence[str]) -> int:
    """How many characters are left out, so that the first of the words is seen."""
    if not words:
        return 0
    text = "".join(tree.node(node).text for node in nodes)
    at = text.casefold().find(words[0])
    return text.rfind(" ", 0, at - _LEAD) + 1 if at > 2 * _LEAD else 0


def _on_one_line(runs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    paragraph = own(" ¶ ")
    return tuple((_BREAK.sub(paragraph, text), who) for text, who in runs)
