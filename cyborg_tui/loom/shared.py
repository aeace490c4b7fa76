"""What two sequences have in common at their beginning and at their end."""

from collections.abc import Sequence

__all__ = ["difference", "shared_end", "shared_length"]


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


def shared_end(some: Sequence[object], others: Sequence[object]) -> int:
    """How many elements both end with."""
    low, high = 0, min(len(some), len(others))
    if some[len(some) - high :] == others[len(others) - high :]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if some[-middle:] == others[-middle:]:
            low = middle
        else:
            high = middle
    return low


def difference(old: Sequence[object], new: Sequence[object]) -> tuple[int, int, int]:
    """The stretch that differs: where it begins in both, where it ends in `old`, and where it ends in `new`."""
    start = shared_length(old, new)
    left = shared_end(old[start:], new[start:])
    return start, len(old) - left, len(new) - left
