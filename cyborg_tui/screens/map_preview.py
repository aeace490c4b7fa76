"""What the preview says of a place: where it came from, its text, and how that differs from the current path."""

import time
from collections.abc import Iterable, Iterator, Sequence

from cyborg_tui.loom.comparing import compare, likeness
from cyborg_tui.loom.fan import Branch, Fan, Finish, NodeId
from cyborg_tui.loom.piece import Piece, Pieces
from cyborg_tui.loom.settings import Until
from cyborg_tui.loom.tree import Tree
from cyborg_tui.outline.outline import Outline, Row
from cyborg_tui.outline.shape import Sight
from cyborg_tui.outline.standing import branch_of, standing
from cyborg_tui.screens.compare import differences
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.preview import Paragraph

__all__ = ["preview"]

_BEFORE, _TEXT, _OTHER = 160, 4000, 1200
"""Characters shown of what stands before, of the text itself, and compared with the current path."""
_LITTLE_BEFORE = 60
"""Of what stands before, where there is little room: of its last line alone."""
_ALIKE = 0.5
_EMPTY = Paragraph()


def preview(outline: Outline, *, little_room: bool = False, text_first: bool = False) -> list[Paragraph]:
    """Everything worth saying of the row in which an outline's cursor is. `little_room`: for a few rows; `text_first`:
    for fewer still."""
    sight, row = outline.sight, outline.current
    tree = sight.tree
    if not row.nodes and row.fan is None:
        return [_said("What was written here, or carried along with what was edited: it is of no fan.")]
    if row.fan is not None:
        fan = tree.fan(row.fan)
        return [_said(", ".join(_of_fan(fan))), _EMPTY, *_branches(tree, fan)]
    if not any(tree.node(node).pieces for node in row.nodes):
        only = len(tree.children(row.end)) == 0 and tree.node(row.nodes[0]).parent is None
        return [_said("Nothing is written here yet. Esc: back to the page." if only else "Nothing is written here.")]
    origin, text = [*_origin(sight, row)], _text(tree, row, little_room=little_room)
    both = [text, _EMPTY, *origin] if text_first else [*origin, _EMPTY, text]
    return [*both, *_difference(sight, row)]


def _said(text: str, manner: str = "muted") -> Paragraph:
    return Paragraph(((own(text), manner),))


def _origin(sight: Sight, row: Row) -> Iterator[Paragraph]:
    """Who wrote it, from which fan, when, with what settings; and what it is to the person."""
    tree = sight.tree
    branch = branch_of(tree, row.nodes[0])
    pieces = [piece for node in row.nodes for piece in tree.node(node).pieces]
    drawn = branch or next((tree.branch(piece.branch) for piece in pieces if piece.branch is not None), None)
    if branch is not None:
        fan = tree.fan(branch.fan)
        yield _said(f"branch {branch.index + 1} of {len(fan.branches)} · {' · '.join(_of_fan(fan))}", "accent")
    elif drawn is not None:
        yield _said(f"{_authors(tree, pieces)} · {_when(tree.node(row.end).made_at)}", "accent")
    elif pieces:
        yield _said(f"written by you · {_when(tree.node(row.end).made_at)}", "accent")
    yield _said(" · ".join(_states(sight, row, branch)))
    for node in row.nodes:
        facts = tree.facts(node)
        if facts.name:
            yield _said(facts.name, "accent")
        if facts.note:
            yield Paragraph(((own("» "), "accent"), (facts.note, "person")))


def _authors(tree: Tree, pieces: Sequence[Piece]) -> str:
    models = {tree.fan(tree.branch(piece.branch).fan).model.name for piece in pieces if piece.branch is not None}
    you = ["you"] if any(piece.branch is None for piece in pieces) else []
    return "written by " + " and ".join([*you, *sorted(models)])


def _of_fan(fan: Fan) -> Iterator[str]:
    settings = fan.settings
    yield f"fan {fan.id}"
    if fan.model.name:
        yield fan.model.name
    yield _when(fan.made_at)
    yield f"{settings.max_tokens} tokens" if settings.until is Until.TOKENS else settings.until.value
    yield f"temperature {settings.sampling.temperature:g}"
    yield f"seed {fan.seed}"


def _states(sight: Sight, row: Row, branch: Branch | None) -> Iterator[str]:
    tree = sight.tree
    stands = standing(sight, row.nodes)
    yield stands.value
    there = [tree.node(node) for node in row.nodes]
    if any(node.hidden for node in there):
        yield "hidden"
    if any(tree.carriers(node.id) for node in there if not sight.is_on_path(node.id)):
        yield "from before an edit"
    if any(node.bookmarked for node in there):
        yield "bookmarked"
    for node in there:
        facts = tree.facts(node.id)
        yield from (f"#{tag}" for tag in facts.tags)
        if facts.rewritten_at is not None:
            yield f"rewritten everywhere {_when(facts.rewritten_at)}"
    if branch is not None and branch.finish is None:
        yield "still growing"
    elif branch is not None and branch.finish is Finish.END:
        yield "the model ended the text here"
    below = len(sight.children(row.end))
    if below > 1:
        yield f"{below} ways on"


def _when(at: float) -> str:
    return time.strftime("%d %b %Y %H:%M", time.localtime(at)).lstrip("0")


def _branches(tree: Tree, fan: Fan) -> Iterator[Paragraph]:
    for branch in tree.branches(fan.id):
        text = " ".join(branch.text[branch.healed :].split())
        yield Paragraph(((f"{branch.index + 1} ", "muted"), (text[:200], "model")))


def _text(tree: Tree, row: Row, *, little_room: bool) -> Paragraph:
    """The text of the row, after the end of what stands before it."""
    before = _before(tree, row.nodes[0])
    if little_room:
        before = _end_of(before.rpartition("\n")[2], _LITTLE_BEFORE)
    runs = [(before, "muted")] if before else []
    left = _TEXT
    for node in row.nodes:
        for who, text in _by_author(tree.node(node).pieces, left):
            runs.append((text, who))
            left -= len(text)
    if left <= 0:
        runs.append((own("…"), "muted"))
    return Paragraph(tuple(runs))


def _before(tree: Tree, node: NodeId) -> str:
    text = ""
    at = tree.node(node).parent
    while at is not None and len(text) <= _BEFORE:
        text = tree.node(at).text[-_BEFORE - 1 :] + text
        at = tree.node(at).parent
    return _end_of(text, _BEFORE)


def _end_of(text: str, most: int) -> str:
    """Its last words."""
    if len(text) <= most:
        return text
    text = text[-most:]
    return own("…") + text[text.find(" ") + 1 :]


def _by_author(pieces: Pieces, room: int) -> Iterator[tuple[str, str]]:
    for piece in pieces:
        if room <= 0:
            return
        yield "person" if piece.branch is None else "model", piece.text[:room]
        room -= len(piece.text)


def _difference(sight: Sight, row: Row) -> Iterator[Paragraph]:
    """How the path to this place differs from the current one, from where they part."""
    tree = sight.tree
    steps: list[NodeId] = []
    at: NodeId | None = row.end
    while at is not None and not sight.is_on_path(at):
        steps.append(at)
        at = tree.node(at).parent
    if not steps or at is None:
        return
    fork = sight.path.index(at)
    now = _beginning(tree, sight.path[fork + 1 :])
    if not now:
        yield from (_EMPTY, _said("Your text ends where this begins."))
        return
    there = _beginning(tree, steps[::-1])
    stretches = compare(now, there)
    yield _EMPTY
    if likeness(stretches) >= _ALIKE:
        yield _said("Against your text:", "accent")
        yield Paragraph(tuple(differences(stretches)))
    else:
        yield _said("Your text goes on there:", "accent")
        yield Paragraph(((now, "muted"),))


def _beginning(tree: Tree, nodes: Iterable[NodeId]) -> str:
    text = ""
    for node in nodes:
        text += tree.node(node).text[:_OTHER]
        if len(text) >= _OTHER:
            return text[:_OTHER]
    return text
