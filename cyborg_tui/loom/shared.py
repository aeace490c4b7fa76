"""What two sequences have in common at their beginning."""

from collections.abc import Sequence

__all__ = ["shared_length"]


def shared_length(some: Sequence[object], others: Sequence[object]) -> int:
    """How many elements both begin with."""
    end = min(len(some), len(others))
    if some[:end] == others[:end]:
        return end
    low, high = 0, end
    while high - low > 1:
        middle = (low + high) // 2
        if some[low:middle] == others[low:middle]:
            low = middle
        else:
            high = middle
    return low
