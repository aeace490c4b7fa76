"""The rows of logits at the ends of paths, so that another fan from such a place evaluates nothing."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tips"]

_MOST_BYTES = 32 * 2**20
_MOST = 256


class Tips:
    """Rows by the tokens they come after; the one used longest ago goes first. 53 of a vocabulary of 152,000."""

    def __init__(self) -> None:
        self._rows: OrderedDict[tuple[Hashable, tuple[int, ...]], NDArray[np.float32]] = OrderedDict()
        self._key: Hashable = None

    def turn_to(self, key: Hashable) -> None:
        """As `Cache.turn_to`."""
        self._key = key

    def keep(self, tokens: Sequence[int], row: NDArray[np.float32]) -> None:
        place = (self._key, tuple(tokens))
        self._rows[place] = row
        self._rows.move_to_end(place)
        while len(self._rows) > max(2, min(_MOST, _MOST_BYTES // row.nbytes)):
            self._rows.popitem(last=False)

    def get(self, tokens: Sequence[int]) -> NDArray[np.float32] | None:
        """The row after these tokens, if it is at hand."""
        place = (self._key, tuple(tokens))
        row = self._rows.get(place)
        if row is not None:
            self._rows.move_to_end(place)
        return row

    def clear(self) -> None:
        self._rows.clear()
