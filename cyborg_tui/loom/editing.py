"""Several edits at once: what the path is made of afterwards, from the first of them on."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

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


def rewritten(path: Sequence[Node], edits: Sequence[Edit]) -> Iterator[tuple[Node | None, Pieces]]:
    """What stands on a path from the first edit on: nodes of which the end is carried along, and without a node what is
    written between. Every character that is kept keeps its author. The edits are in order."""
    ends = list(accumulate(map(len, path)))
    written: Pieces = ()
    at = edits[0].start
    for edit in (*edits, Edit(ends[-1], ends[-1], "")):
        for node, begin, end in _between(path, ends, at, edit.start):
            pieces = cut(node.pieces, begin, end)
            if end < len(node):
                written = join(written, pieces)
                continue
            if written:
                yield None, written
            yield node, pieces
            written = ()
        written = join(written, typed(edit.text))
        at = edit.end
    if written:
        yield None, written


def _between(path: Sequence[Node], ends: Sequence[int], start: int, end: int) -> Iterator[tuple[Node, int, int]]:
    """The nodes that have characters between two offsets, with which of theirs these are."""
    for index in range(bisect_right(ends, start), len(path)):
        node = path[index]
        begin = ends[index] - len(node)
        if begin >= end:
            break
        if node.pieces:
            yield node, max(0, start - begin), min(len(node), end - begin)
