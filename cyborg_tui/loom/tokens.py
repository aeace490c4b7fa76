"""Which tokens a text is made of: the stretches of a branch, and where they stand in a manuscript."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from cyborg_tui.loom.fan import Branch, BranchId, TokenRecord, encode, whole_characters
from cyborg_tui.loom.piece import Piece

__all__ = ["Stretch", "TokenAt", "stretches", "within"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The smallest run of a branch's tokens that is whole characters: nearly always a single token."""

    start: int
    end: int
    """Characters of the branch's text."""
    first: int
    """The index of its first token."""
    tokens: Sequence[TokenRecord]


@dataclass(frozen=True, slots=True)
class TokenAt:
    """A token in a manuscript, whole; with the others of its character where it takes several to make one."""

    start: int
    end: int
    """Characters of the manuscript."""
    branch: BranchId | None
    """Of which it is; None if the person typed it, and a model has scored it."""
    first: int
    """The index of its first token in the branch, or in the stretch that was scored."""
    tokens: Sequence[TokenRecord]

    @property
    def logprob(self) -> float:
        """Natural logarithm of the probability of all of it."""
        return sum(token.logprob for token in self.tokens)

    @property
    def entropy(self) -> float | None:
        """Of the distribution from which its first token was drawn, in nats; None if it is not on record."""
        return self.tokens[0].entropy

    @property
    def bits(self) -> float | None:
        """The same in bits."""
        return None if self.entropy is None else self.entropy / log(2)

    @property
    def surprise(self) -> float:
        """How unlikely all of it was, in bits."""
        return -self.logprob / log(2)


def stretches(branch: Branch) -> Iterator[Stretch]:
    """The whole of a branch's text in stretches; what stands for no character is in none."""
    begin = at = first = size = 0
    rest = encode(branch.text)
    for index, token in enumerate(branch.tokens):
        size += token.size
        text = whole_characters(rest[at : at + size])
        if not text:
            continue
        yield Stretch(begin, begin + len(text), first, branch.tokens[first : index + 1])
        begin, at, size, first = begin + len(text), at + size, 0, index + 1


def within(piece: Piece, at: int, parts: Sequence[Stretch], begin: int | None = None) -> Iterator[TokenAt]:
    """The tokens that stand whole in a piece of a branch, which begins at offset `at` of the manuscript. `parts`: the
    branch's stretches; `begin`: from which of its characters on, if some stand before the piece, as a healed one's."""
    assert piece.branch is not None
    shift = at - piece.start
    first = piece.start if begin is None else begin
    for part in parts[bisect_left(parts, first, key=lambda part: part.start) :]:
        if part.end > piece.end:
            break
        yield TokenAt(part.start + shift, part.end + shift, piece.branch, part.first, part.tokens)
