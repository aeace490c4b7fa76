"""Which tokens a text is made of: the stretches of a branch, and where they stand in a manuscript."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cyborg_tui.loom.fan import Branch, BranchId, TokenRecord, encode, whole_characters
from cyborg_tui.loom.piece import Piece

__all__ = ["Stretch", "TokenAt", "stretches", "tokens_of"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The smallest run of a branch's tokens that is whole characters: nearly always a single token."""

    start: int
    end: int
    """Characters of the branch's text."""
    first: int
    """The index of its first token."""
    tokens: tuple[TokenRecord, ...]


@dataclass(frozen=True, slots=True)
class TokenAt:
    """A token in a manuscript, whole; with the others of its character where it takes several to make one."""

    start: int
    end: int
    """Characters of the manuscript."""
    branch: BranchId
    first: int
    """The index of its first token in the branch."""
    tokens: tuple[TokenRecord, ...]

    @property
    def logprob(self) -> float:
        """Natural logarithm of the probability of all of it."""
        return sum(token.logprob for token in self.tokens)


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


def tokens_of(pieces: Iterable[Piece], at: int, branch: Callable[[BranchId], Branch]) -> Iterator[TokenAt]:
    """The tokens that stand whole in these pieces, the first of which begins at offset `at` of the manuscript."""
    for piece in pieces:
        if piece.branch is not None:
            shift = at - piece.start
            for part in stretches(branch(piece.branch)):
                if part.start >= piece.end:
                    break
                if part.start >= piece.start and part.end <= piece.end:
                    yield TokenAt(part.start + shift, part.end + shift, piece.branch, part.first, part.tokens)
        at += len(piece.text)
