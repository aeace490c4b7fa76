"""Several edits at once: what the path is made of afterwards, from the first of them on."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Pieces, cut, join, typed

__all__ = ["Edit", "in_order", "rewritten"]


class Edit(NamedTuple):
    """A text in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def in_order(edits: Sequence[Edit], length: int) -> list[Edit]:
    """The edits that change something, the first in the text first. Raises ValueError if they overlap or lie outside a
    text of this length."""
    changing = [edit for edit in edits if edit.text or edit.start != edit.end]
    ordered = sorted(changing, key=lambda edit: (edit.start, edit.end))
    at = 0
    for edit in ordered:
        if not at <= edit.start <= edit.end <= length:
            raise ValueError(f"no characters {edit.start} to {edit.end} to edit")
        at = edit.end
    return ordered


HoldsOn = Callable[[NodeId], bool]
"""Whether something holds from the end of a node on: that end has its place though no text is left before it."""


def rewritten(path: Sequence[Node], edits: Sequence[Edit], holds_on: HoldsOn) -> Iterator[tuple[Node | None, Pieces]]:
    """What stands on a path from the first edit on: nodes of which the end is carried along, and without a node what is
    written between. Every character that is kept keeps its author. The edits are in order."""
    written: Pieces = ()
    for node, pieces in _parts(path, edits, holds_on):
        if node is None:
            written = join(written, pieces)
            continue
        if written:
            yield None, written
        yield node, pieces
        written = ()
    if written:
        yield None, written


def _parts(path: Sequence[Node], edits: Sequence[Edit], holds_on: HoldsOn) -> Iterator[tuple[Node | None, Pieces]]:
    """As `rewritten`, in smaller parts: without a node also what is kept of one that does not end there."""
    ends = list(accumulate(map(len, path)))
    at = edits[0].start
    for edit in (*edits, Edit(ends[-1], ends[-1], "")):
        for index in range(bisect_right(ends, at), len(path)):
            node, begin = path[index], ends[index] - len(path[index])
            if begin > edit.start or (begin == edit.start and node.pieces):
                break
            pieces = cut(node.pieces, max(0, at - begin), min(len(node), edit.start - begin))
            if pieces or holds_on(node.id):
                yield node if ends[index] <= edit.start else None, pieces
        yield None, typed(edit.text)
        for node in path[bisect_right(ends, edit.start) : bisect_right(ends, edit.end)]:
            if holds_on(node.id):
                yield node, ()
        at = edit.end
