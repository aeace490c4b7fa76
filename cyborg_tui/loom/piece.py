"""Pieces: runs of characters with one origin. A node's text is its pieces, and they are also who wrote it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from cyborg_tui.loom.fan import BranchId

__all__ = ["Piece", "Pieces", "cut", "join", "length", "same", "splice", "text_of", "typed"]

_LONGEST_RUN = 4096
"""Longer runs of typing stand in several pieces, so that a key in a long text makes a short new piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run typed by the person, or characters `start` to `end` of a branch's text."""

    text: str
    branch: BranchId | None = None
    """None: typed by the person."""
    start: int = 0
    """Where in the branch's text it begins."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def part(self, start: int, end: int) -> "Piece":
        """Characters `start` to `end` of this piece."""
        if start <= 0 and end >= len(self.text):
            return self
        start = max(0, start)
        return Piece(self.text[start:end], self.branch, self.start + start if self.branch is not None else 0)

    def goes_on_in(self, other: "Piece") -> bool:
        """Whether `other`, standing right after this piece, is the same run going on."""
        return self.branch == other.branch and (self.branch is None or self.end == other.start)


Pieces = tuple[Piece, ...]


def typed(text: str) -> Pieces:
    """Text the person wrote."""
    return tuple(Piece(text[at : at + _LONGEST_RUN]) for at in range(0, len(text), _LONGEST_RUN))


def text_of(pieces: Pieces) -> str:
    return pieces[0].text if len(pieces) == 1 else "".join(piece.text for piece in pieces)


def length(pieces: Pieces) -> int:
    return sum(len(piece.text) for piece in pieces)


def join(*runs: Iterable[Piece]) -> Pieces:
    """The runs one after the other, without empty pieces, neighbours of one origin made one."""
    joined: list[Piece] = []
    for run in runs:
        for piece in run:
            if not piece.text:
                continue
            last = joined[-1] if joined else None
            if last and last.goes_on_in(piece) and (last.branch is not None or _fits(last, piece)):
                joined[-1] = Piece(last.text + piece.text, last.branch, last.start)
            else:
                joined.append(piece)
    return tuple(joined)


def cut(pieces: Pieces, start: int, end: int) -> Pieces:
    """Characters `start` to `end` of the pieces' text."""
    ends = list(accumulate(len(piece.text) for piece in pieces))
    first, past = bisect_right(ends, start), bisect_left(ends, end) + 1
    at = ends[first - 1] if first else 0
    kept: list[Piece] = []
    for piece in pieces[first:past]:
        if at < end:
            kept.append(piece.part(start - at, end - at))
        at += len(piece.text)
    return tuple(kept)


def splice(pieces: Pieces, start: int, end: int, new: Pieces) -> Pieces:
    """`new` in place of the characters from `start` to `end`, joined with what stands beside it."""
    ends = list(accumulate(len(piece.text) for piece in pieces))
    first, past = max(0, bisect_left(ends, start) - 1), bisect_left(ends, end) + 2
    base = ends[first - 1] if first else 0
    near = pieces[first:past]
    changed = join(cut(near, 0, start - base), new, cut(near, end - base, length(near)))
    return pieces[:first] + changed + pieces[past:]


def same(some: Pieces, others: Pieces) -> bool:
    """Whether both are the same characters by the same authors, however they are divided into pieces."""
    return some == others or (length(some) == length(others) and _runs(some) == _runs(others))


def _fits(last: Piece, piece: Piece) -> bool:
    return len(last.text) + len(piece.text) <= _LONGEST_RUN


def _runs(pieces: Pieces) -> list[tuple[BranchId | None, int, str]]:
    runs: list[tuple[BranchId | None, int, list[str]]] = []
    previous: Piece | None = None
    for piece in pieces:
        if previous and previous.goes_on_in(piece):
            runs[-1][2].append(piece.text)
        else:
            runs.append((piece.branch, piece.start, [piece.text]))
        previous = piece
    return [(branch, start, "".join(texts)) for branch, start, texts in runs]
