"""Spread: how different the branches of a fan are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from cyborg_tui.loom.mirror.shown import BEGINNING, Drawn

__all__ = ["Alike", "Spread", "alike", "spread"]

_SHORTEST = 6
"""Tokens they must have in common."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Distinct beginnings: how many different first tokens the branches of a fan have, for each branch. Overlap: of
    the different words of two branches, in small letters, the part that both have; the mean over all pairs. Branches
    without a word count for nothing. Where the model offers no embeddings, nothing is said of how near they are in
    meaning."""

    branches: int
    beginnings: int
    """Different first tokens, or first words where tokens are not on record."""
    overlap: float | None
    """0 to 1; None if there are no two branches with words."""


@dataclass(frozen=True, slots=True)
class Alike:
    """So many of the branches share their first tokens."""

    count: int
    of: int
    tokens: int


def spread(branches: Sequence[Drawn]) -> Spread:
    with_text = [branch for branch in branches if branch.text.strip()]
    first = {branch.begins[0] if branch.begins else branch.text.split(maxsplit=1)[0] for branch in with_text}
    words = [frozenset(branch.text.lower().split()) for branch in with_text]
    shares = [(both := len(one & other)) / (len(one) + len(other) - both) for one, other in combinations(words, 2)]
    return Spread(len(with_text), len(first), sum(shares) / len(shares) if shares else None)


def alike(branches: Sequence[Drawn]) -> Alike | None:
    """The longest beginning that most of the branches share; None if they do not, or it is short."""
    begins = [branch.begins for branch in branches if branch.begins]
    least = max(3, -(-len(begins) * 3 // 5))
    if len(begins) < least or Counter(begin[:_SHORTEST] for begin in begins).most_common(1)[0][1] < least:
        return None
    for tokens in range(BEGINNING, _SHORTEST - 1, -1):
        most, count = Counter(begin[:tokens] for begin in begins).most_common(1)[0]
        if count >= least and len(most) == tokens:
            return Alike(count, len(begins), tokens)
    return None
