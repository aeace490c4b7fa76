"""A fan as it was shown, with what the measures need of its branches."""

from dataclasses import dataclass
from math import log

from cyborg_tui.loom.fan import Branch, BranchId
from cyborg_tui.loom.showing import Showing

__all__ = ["BEGINNING", "Drawn", "Shown", "drawn_of"]

BEGINNING = 32
"""Tokens that count as a branch's beginning."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A branch."""

    id: BranchId
    text: str
    """Without what stood before it already."""
    tokens: int = 0
    bits: float | None = None
    """How surprising the model found it: log2(1 / p), the mean over its tokens; None if that is not on record."""
    begins: tuple[int, ...] = ()
    """The ids of its first tokens."""
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    branches: tuple[Drawn, ...]
    """In the order in which they were shown."""
    showing: Showing | None = None
    """None in what an earlier version left: then they stood as they were drawn, and times are not known."""

    def place_of(self, branch: BranchId | None) -> int | None:
        """Where a branch stood, from 1; None if it was not there."""
        return next((place for place, drawn in enumerate(self.branches, 1) if drawn.id == branch), None)

    def of(self, branch: BranchId | None) -> Drawn | None:
        return next((drawn for drawn in self.branches if drawn.id == branch), None)


def drawn_of(branch: Branch) -> Drawn:
    """What the measures need of a branch that is at hand."""
    tokens = [token for token in branch.tokens if token.size]
    bits = -sum(token.logprob for token in tokens) / log(2) / len(tokens) if tokens else None
    begins = tuple(token.id for token in tokens[:BEGINNING])
    return Drawn(branch.id, branch.text[branch.healed :], len(tokens), bits, begins, branch.looked)
