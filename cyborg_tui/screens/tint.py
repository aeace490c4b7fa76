"""The manuscript in the colours of the model's mind: each token by how likely it was, or how open the place."""

from collections.abc import Iterable
from enum import Enum
from math import exp

from cyborg_tui.loom.tokens import TokenAt
from cyborg_tui.session.inside import Inside

__all__ = ["Tint", "TintedManuscript"]

_CHANCES = (0.5, 0.25, 0.1, 0.03, 0.01)
"""A token less likely than the n-th of these has level n or higher."""
_BITS = (1.0, 2.0, 3.0, 4.0, 5.5)
"""A place at least as open as the n-th of these has level n or higher."""


class Tint(str, Enum):
    PROBABILITY = "by probability"
    ENTROPY = "by entropy"
    AUTHOR = "by author"


class TintedManuscript:
    """What an editor draws that only shows."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self.tint = Tint.PROBABILITY
        self.borders = False
        """Whether every other token is underlined."""

    def authors(self, start: int, end: int) -> Iterable[tuple[int, int, str]]:
        """Names of styles for the whole stretch: of its tokens, and of the authors of what is between them."""
        at = start
        tokens = () if self.tint is Tint.AUTHOR and not self.borders else self._inside.between(start, end)
        for token in tokens:
            low, high = max(token.start, at), min(token.end, end)
            if low > at:
                yield from self._inside.authors(at, low)
            yield low, high, self._name(token)
            at = high
        if at < end:
            yield from self._inside.authors(at, end)

    def _name(self, token: TokenAt) -> str:
        level = self._level(token)
        author = "person" if token.branch is None else "model"
        name = author if level is None else f"level-{level}"
        return f"{name} odd" if self.borders and token.first % 2 else name

    def _level(self, token: TokenAt) -> int | None:
        if self.tint is Tint.PROBABILITY:
            chance = exp(token.logprob)
            return sum(chance < border for border in _CHANCES)
        if self.tint is Tint.ENTROPY and token.bits is not None:
            return sum(token.bits >= border for border in _BITS)
        return None

    def edit(self, start: int, end: int, text: str) -> None:
        """Nothing is edited here."""

    def keep_provisional(self, shown: int) -> int:
        """Nothing stands here provisionally."""
        return 0

    def move_cursor(self, offset: int) -> None:
        """The cursor here is not the session's."""
