"""Which paths stay in the cache, and which go when there is no room. Pure: the model is told what comes out of it."""

from collections.abc import Collection, Hashable, Sequence

from cyborg_tui.engine.radix import Radix, Run

__all__ = ["Cache", "Cut"]

_AHEAD = 16
"""Where someone was stays as long as what was only drawn so many visits later."""

Cut = tuple[int, int]
"""A sequence, and the position from which on it is forgotten; 0 for all of it."""


class Cache:
    """Sequences by number, and the tree of what they share. What was used longest ago goes first, leaf by leaf: the
    paths above it stay."""

    def __init__(self, sequences: int, *, rolls_back: bool = True) -> None:
        """`rolls_back`: whether a sequence can be cut, or shared up to a place before its end."""
        self._tree = Radix()
        self._sequences, self._rolls_back = sequences, rolls_back
        self._clock = 0
        self._key: Hashable = None

    def turn_to(self, key: Hashable) -> None:
        """What was read in another way, as by a steered model, is held, but not found from now on."""
        self._key = key
        self._tree.turn_to(key)

    @property
    def cells(self) -> int:
        """Cells that hold something."""
        return self._tree.cells

    @property
    def paths(self) -> int:
        """Places in which someone was, and that can be gone on from at once."""
        return sum(run.visited for run in self._tree.runs())

    def length(self, sequence: int) -> int:
        """How many tokens a sequence holds."""
        return self._tree.end(sequence).length if sequence in self._tree else 0

    def held(self, sequence: int) -> list[int]:
        """The tokens of a sequence."""
        return self._tree.tokens(sequence) if sequence in self._tree else []

    def nearest(self, tokens: Sequence[int]) -> tuple[int | None, int]:
        """A sequence that shares the longest beginning with `tokens`, and how long that is. If sequences cannot be cut,
        only those count all of whose tokens are shared."""
        run, shared = self._tree.find(tokens, whole=not self._rolls_back)
        return (run.any_sequence(), shared) if shared else (None, 0)

    def fork(self, source: int, target: int, upto: int) -> None:
        """A vacant sequence shares the first `upto` tokens of another."""
        self._tree.begin(target, self._tree.place(source, upto))

    def begin(self, sequence: int) -> None:
        """A vacant sequence is written in; it holds nothing yet."""
        self._tree.begin(sequence)

    def extend(self, sequence: int, tokens: Sequence[int]) -> None:
        """These tokens were evaluated at the end of a sequence."""
        self._tree.extend(sequence, tokens, self._clock)

    def visit(self, sequence: int) -> None:
        """Someone is at the end of this sequence."""
        self._clock += 1
        end = self._tree.end(sequence)
        end.visited = True
        for run in end.up():
            run.used = self._clock
        self._tree.join()

    def shrink(self, tokens: Sequence[int], budget: int, keep: Collection[int] = ()) -> list[Cut]:
        """Forget what was used longest ago until no more than `budget` cells hold anything but `tokens` and the
        sequences in `keep`."""
        run, shared = self._tree.find(tokens)
        on_path = {*run.up()}
        if shared < run.length:
            on_path.discard(run)
            if self._rolls_back:
                on_path.add(self._tree.split(run, len(run.tokens) - (run.length - shared)))
        kept = {run for sequence in keep if sequence in self._tree for run in self._tree.end(sequence).up()}
        spared = shared + sum(len(run.tokens) for run in kept - on_path)
        cuts: list[Cut] = []
        while self.cells - spared > budget and (oldest := self._oldest(on_path | kept)) is not None:
            cuts += self._forget(oldest)
        return cuts

    def make_room(self, keep: Collection[int]) -> list[Cut]:
        """Forget what was used longest ago, none of it of the sequences in `keep`; nothing if there is nothing else."""
        oldest = self._oldest({self._tree.end(sequence) for sequence in keep if sequence in self._tree})
        return [] if oldest is None else self._forget(oldest)

    def vacate(self, keep: Collection[int]) -> tuple[int, list[Cut]]:
        """A sequence to write in, which is none of `keep`, and what has to be forgotten for it."""
        cuts: list[Cut] = []
        while True:
            for sequence in range(self._sequences):
                if sequence not in self._tree and sequence not in keep:
                    return sequence, cuts
            spare = self._spare(keep)
            if spare is not None:
                self._tree.drop(spare)
                cuts.append((spare, 0))
                continue
            more = self.make_room(keep)
            assert more, "more branches than sequences"
            cuts += more

    def forget(self, sequence: int) -> None:
        """A sequence is vacant again."""
        self._tree.drop(sequence)

    def clear(self) -> None:
        """Nothing is held any more."""
        self._tree = Radix()
        self._tree.turn_to(self._key)

    def _spare(self, keep: Collection[int]) -> int | None:
        """A sequence all of whose tokens others hold too; of several the one used longest ago."""
        spare = [
            (run.used, sequence)
            for run in (*self._tree.roots, *self._tree.runs())
            for sequence in run.sequences
            if sequence not in keep and (len(run.sequences) > 1 or (run.below and self._rolls_back))
        ]
        return min(spare)[1] if spare else None

    def _oldest(self, keep: Collection[Run]) -> Run | None:
        """Of the runs with which a path ends and that are not in `keep`, the one used longest ago."""
        ends = (run for run in self._tree.runs() if run.sequences and run not in keep)
        ends = (run for run in ends if run.is_leaf or not self._rolls_back)
        return min(ends, key=lambda run: run.used + _AHEAD * run.visited, default=None)

    def _forget(self, run: Run) -> list[Cut]:
        """Forget the sequences that end with this run. One of them stays where nothing else holds the path above it."""
        above = run.above
        assert above is not None
        cuts: list[Cut] = []
        gone = sorted(run.sequences)
        if self._rolls_back and above.above is not None and not above.sequences and len(above.below) == 1:
            stays = gone.pop()
            self._tree.move(stays, above)
            cuts.append((stays, above.length))
        for sequence in gone:
            self._tree.drop(sequence)
            cuts.append((sequence, 0))
        return cuts
