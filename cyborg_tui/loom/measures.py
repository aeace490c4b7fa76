"""Measures of a manuscript: who wrote it, and how much was chosen."""

from collections.abc import Iterable
from math import log2

from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.tree import Tree

__all__ = ["bits", "person_share"]


def person_share(pieces: Iterable[Piece]) -> float | None:
    """The part of the characters that the person typed, 0 to 1; None if there are none."""
    typed = drawn = 0
    for piece in pieces:
        if piece.branch is None:
            typed += len(piece.text)
        else:
            drawn += len(piece.text)
    return typed / (typed + drawn) if typed + drawn else None


def bits(pieces: Iterable[Piece], tree: Tree) -> float:
    """Bits of selection: log2(n) for each fan from which something stands in the manuscript, n being the different
    texts among the branches looked at ("Quantifying curation", generative.ink, 2021)."""
    fans = {tree.branch(piece.branch).fan for piece in pieces if piece.branch is not None}
    return sum(log2(max(1, tree.looked_at(fan))) for fan in fans)
