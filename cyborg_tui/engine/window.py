"""Which part of a long context the model sees: its end, whose beginning stays where it is as long as it can. Pure."""

from array import array
from collections.abc import Callable, Sequence

__all__ = ["Window", "left_out"]

_NEARLY_FULL = 0.85
"""From which on the next window is worth having ready."""
_MARK = 64
"""Tokens by which the beginning of a window is known again."""


class Window:
    """Where the part that is seen begins. It is known by the tokens there, so that it stays, whatever is left out, or
    edited, before it."""

    def __init__(self) -> None:
        self._begins = self._goes_on = b""

    def place(self, tokens: Sequence[int], budget: int, ends_paragraph: Callable[[int], bool]) -> int:
        """How many tokens from the start are left out, so that no more than `budget` are left: as before, or as in the
        window that was made ready, or in a large step."""
        at = self.where(tokens, budget, ends_paragraph)
        self._begins = _mark(tokens, at) if at else b""
        return at

    def where(self, tokens: Sequence[int], budget: int, ends_paragraph: Callable[[int], bool]) -> int:
        """As `place`, which changes nothing yet."""
        least = len(tokens) - budget
        if least <= 0:
            return 0
        data = array("i", tokens).tobytes()
        for mark in (self._begins, self._goes_on):
            at = _find(mark, data, least)
            if at is not None:
                return at
        return left_out(tokens, budget, ends_paragraph)

    def next(self, tokens: Sequence[int], budget: int, ends_paragraph: Callable[[int], bool]) -> int | None:
        """How many of the tokens that are seen now are left out of the next window; None while this one has room."""
        if len(tokens) < _NEARLY_FULL * budget or len(tokens) < 2 * _MARK:
            return None
        at = _find(self._goes_on, array("i", tokens).tobytes(), 1)
        if at is None:
            at = left_out(tokens, len(tokens) - 1, ends_paragraph)
            self._goes_on = _mark(tokens, at)
        return at


def left_out(tokens: Sequence[int], budget: int, ends_paragraph: Callable[[int], bool]) -> int:
    """How many tokens from the start do not fit into `budget`, rounded up to a step of a quarter of it, and on to the
    next end of a paragraph if one is near."""
    excess = len(tokens) - budget
    if excess <= 0:
        return 0
    step = max(1, budget // 4)
    cut = -(-excess // step) * step
    for at in range(cut, min(cut + step // 2, len(tokens) - 1)):
        if ends_paragraph(tokens[at - 1]):
            return at
    return min(cut, len(tokens) - 1)


def _mark(tokens: Sequence[int], at: int) -> bytes:
    return array("i", tokens[at : at + _MARK]).tobytes()


def _find(mark: bytes, data: bytes, least: int) -> int | None:
    """Where the tokens of a mark stand, not before the token `least`."""
    size = array("i").itemsize
    at = data.find(mark, least * size) if mark else -1
    while at >= 0 and at % size:
        at = data.find(mark, at + 1)
    return at // size if at >= 0 else None
