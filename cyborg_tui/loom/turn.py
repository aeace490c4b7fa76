"""Turns: how the manuscript changed from one line of the log to the next, so that a session can be played back."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Pieces, cut, join, length, same, text_of
from cyborg_tui.loom.shared import difference

__all__ = ["Turn", "turn_between", "whole"]


@dataclass(frozen=True, slots=True)
class Turn:
    """`pieces` in place of the characters from `start` to `end`."""

    length: int
    """Characters of the text before this turn; below 0 if `pieces` are all of the text, whatever it was before."""
    start: int
    end: int
    pieces: Pieces


def whole(pieces: Pieces) -> Turn:
    """The text as it is, to begin from."""
    return Turn(-1, 0, 0, join(pieces))


def turn_between(old: Sequence[Node], new: Sequence[Node]) -> Turn:
    """From one path to another."""
    first, old_end, new_end = difference(old, new)
    at = sum(map(len, new[:first]))
    before = join(*(node.pieces for node in old[first:old_end]))
    after = join(*(node.pieces for node in new[first:new_end]))
    start, past, end = difference(text_of(before), text_of(after))
    if not (same(cut(before, 0, start), cut(after, 0, start)) and _same_end(before, past, after, end)):
        start, past, end = 0, length(before), length(after)  # the same words, by another author
    return Turn(sum(map(len, old)), at + start, at + past, cut(after, start, end))


def _same_end(before: Pieces, past: int, after: Pieces, end: int) -> bool:
    return same(cut(before, past, length(before)), cut(after, end, length(after)))
