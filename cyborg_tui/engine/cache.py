"""Which sequence of the cache holds which tokens. Pure: the scheduler asks here what need not be evaluated again."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from cyborg_tui.loom.shared import shared_length

__all__ = ["Cache"]


class Cache:
    """Sequences by number, each with the tokens evaluated in it; the least recently used one goes first."""

    def __init__(self, sequences: int) -> None:
        self._held: dict[int, list[int]] = {}
        self._used: dict[int, int] = {}
        self._sequences = sequences
        self._clock = 0

    def held(self, sequence: int) -> list[int]:
        return self._held.get(sequence, [])

    def nearest(self, tokens: Sequence[int], *, whole: bool = False) -> tuple[int | None, int]:
        """The sequence that shares the longest beginning with `tokens`, and how long that is. With `whole`, only
        sequences all of whose tokens are shared count: those of a model that cannot go back."""
        best: tuple[int | None, int] = (None, 0)
        for sequence, held in self._held.items():
            shared = shared_length(held, tokens)
            if shared > best[1] and (not whole or shared == len(held)):
                best = (sequence, shared)
        return best

    def hold(self, sequence: int, tokens: Sequence[int]) -> None:
        self._held[sequence] = list(tokens)
        self.use(sequence)

    def extend(self, sequence: int, tokens: Sequence[int]) -> None:
        self._held.setdefault(sequence, []).extend(tokens)
        self.use(sequence)

    def use(self, sequence: int) -> None:
        self._clock += 1
        self._used[sequence] = self._clock

    def forget(self, sequence: int) -> None:
        self._held.pop(sequence, None)
        self._used.pop(sequence, None)

    def shrink(self, tokens: Sequence[int], budget: int) -> list[int]:
        """Forget the least recently used sequences until no more than `budget` cells hold anything but `tokens`.
        Returns those that were forgotten."""
        nearest, _ = self.nearest(tokens)
        keep, gone = {nearest}, []
        while self._cells_beside(tokens) > budget and (oldest := self.oldest(keep)) is not None:
            self.forget(oldest)
            gone.append(oldest)
        return gone

    def _cells_beside(self, tokens: Sequence[int]) -> int:
        """Sequences share the cells of what they begin with alike, so sorted neighbours tell how many there are."""
        held = sorted([*self._held.values(), list(tokens)])
        shared = sum(shared_length(one, next_one) for one, next_one in pairwise(held))
        return sum(map(len, held)) - shared - len(tokens)

    def vacant(self, keep: Collection[int]) -> int:
        """A sequence to write in: an empty one, else the least recently used one that is not in `keep`."""
        for sequence in range(self._sequences):
            if sequence not in self._held and sequence not in keep:
                return sequence
        oldest = self.oldest(keep)
        assert oldest is not None, "more branches than sequences"
        return oldest

    def oldest(self, keep: Collection[int | None]) -> int | None:
        """The least recently used sequence that holds something and is not in `keep`."""
        return min((s for s in self._held if s not in keep), key=lambda s: self._used[s], default=None)
