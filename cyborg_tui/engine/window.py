"""Which part of a long context the model sees: its end, cut in large steps so that its beginning seldom changes."""

from collections.abc import Callable, Sequence

__all__ = ["left_out"]


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
