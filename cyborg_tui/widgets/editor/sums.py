"""Running sums of many small numbers of which some change: how far down a line is, in a text of many lines."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, islice

__all__ = ["Sums"]

_BLOCK = 512


class Sums:
    """Numbers in blocks, each with its sum, so that neither a change nor a question goes over all of them."""

    def __init__(self, numbers: Iterable[int]) -> None:
        left = iter(numbers)
        self._blocks = list(iter(lambda: list(islice(left, _BLOCK)), [])) or [[]]
        self._sums = [sum(block) for block in self._blocks]
        self._measure()

    def __len__(self) -> int:
        return self._firsts[-1]

    @property
    def total(self) -> int:
        return self._befores[-1]

    def before(self, index: int) -> int:
        """The sum of the first `index` numbers."""
        block = self._block_of(index)
        return self._befores[block] + sum(self._blocks[block][: index - self._firsts[block]])

    def find(self, amount: int) -> int:
        """The last index of which `before` is not more than `amount`."""
        block = min(bisect_right(self._befores, amount), len(self._blocks)) - 1
        ends = list(accumulate(self._blocks[block]))
        return self._firsts[block] + min(bisect_right(ends, amount - self._befores[block]), max(0, len(ends) - 1))

    def replace(self, first: int, last: int, numbers: Sequence[int]) -> None:
        """Put `numbers` in place of those from `first` up to, not including, `last`."""
        low, high = self._block_of(first), self._block_of(max(first, last - 1))
        kept = self._blocks[low][: first - self._firsts[low]]
        rest = self._blocks[high][last - self._firsts[high] :]
        changed = [*kept, *numbers, *rest]
        size = len(changed) or 1
        if low == high and size <= 2 * _BLOCK:
            cut = [changed]
        else:
            cut = [changed[at : at + _BLOCK] for at in range(0, size, _BLOCK)]
        self._blocks[low : high + 1] = cut
        self._sums[low : high + 1] = map(sum, cut)
        self._measure()

    def _measure(self) -> None:
        self._firsts = [0, *accumulate(map(len, self._blocks))]
        self._befores = [0, *accumulate(self._sums)]

    def _block_of(self, index: int) -> int:
        return min(bisect_right(self._firsts, index), len(self._blocks)) - 1
