"""The tree over the token ids in the cache: what paths begin with alike stands there once. Pure.

Each run of tokens is a run of cells. A sequence, by its number, is a path from the root to the end of some run, and
keeps every run above it; a run that no sequence goes through is not there.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from cyborg_tui.loom.shared import shared_length

__all__ = ["Radix", "Run"]


@dataclass(eq=False, slots=True)
class Run:
    """Tokens one after the other in the cache, shared by every path through them."""

    tokens: list[int] = field(default_factory=list)
    above: "Run | None" = None
    below: list["Run"] = field(default_factory=list)
    sequences: set[int] = field(default_factory=set)
    """Those that end with it."""
    used: int = 0
    """When a path through it was last used, by the cache's clock."""
    visited: bool = False
    """Whether someone was at its end: not merely drawn."""

    @property
    def is_leaf(self) -> bool:
        return not self.below

    @property
    def length(self) -> int:
        """Tokens from the beginning of the path to its end."""
        return sum(len(run.tokens) for run in self.up())

    def up(self) -> Iterator["Run"]:
        """The run and those above it, without the root."""
        run = self
        while run.above is not None:
            yield run
            run = run.above

    def any_sequence(self) -> int:
        """Of the sequences that go through it, one."""
        run = self
        while not run.sequences:
            run = run.below[-1]
        return next(iter(run.sequences))


class Radix:
    """Runs of cells, and the sequences that go through them. Two branches that draw the same tokens evaluate them in
    cells of their own: then two runs side by side begin alike."""

    def __init__(self) -> None:
        self.root = Run()
        """Of the paths that are looked for now."""
        self._roots: dict[Hashable, Run] = {None: self.root}
        self.cells = 0
        """Of all runs together."""
        self._ends: dict[int, Run] = {}

    def turn_to(self, key: Hashable) -> None:
        """Look for paths that were read in this way alone, and begin new ones there."""
        self._roots = {key: root for key, root in self._roots.items() if root.below or root.sequences}
        self.root = self._roots.setdefault(key, Run())

    @property
    def roots(self) -> tuple[Run, ...]:
        """One for each way to read."""
        return tuple(self._roots.values())

    def __contains__(self, sequence: int) -> bool:
        return sequence in self._ends

    def __len__(self) -> int:
        """How many sequences there are."""
        return len(self._ends)

    def end(self, sequence: int) -> Run:
        """The run that a sequence ends with."""
        return self._ends[sequence]

    def runs(self) -> Iterator[Run]:
        """All of them, without the roots."""
        stack = [run for root in self._roots.values() for run in root.below]
        while stack:
            run = stack.pop()
            yield run
            stack += run.below

    def tokens(self, sequence: int) -> list[int]:
        """The tokens of a sequence, from the beginning."""
        return [token for run in reversed([*self._ends[sequence].up()]) for token in run.tokens]

    def find(self, tokens: Sequence[int], *, whole: bool = False) -> tuple[Run, int]:
        """The run in which the longest shared beginning with `tokens` ends, and how long that is. With `whole`, only
        beginnings at the end of a sequence count."""
        best, longest = self.root, 0
        stack = [(run, 0) for run in self.root.below]
        while stack:
            run, at = stack.pop()
            shared = shared_length(run.tokens, tokens[at : at + len(run.tokens)])
            all_of_it = shared == len(run.tokens)
            if at + shared > longest and (not whole or (all_of_it and run.sequences)):
                best, longest = run, at + shared
            if all_of_it:
                stack += [(below, at + shared) for below in run.below]
        return best, longest

    def split(self, run: Run, at: int) -> Run:
        """Cut a run after `at` of its tokens. Returns the upper part; the lower one stays what it was."""
        assert run.above is not None
        upper = Run(run.tokens[:at], run.above, [run], used=run.used)
        run.above.below[run.above.below.index(run)] = upper
        run.tokens, run.above = run.tokens[at:], upper
        return upper

    def place(self, sequence: int, upto: int) -> Run:
        """The run that ends after the first `upto` tokens of a sequence; the root for none."""
        run, end = self._ends[sequence], self._ends[sequence].length
        while end - len(run.tokens) >= upto and run.above is not None:
            end -= len(run.tokens)
            run = run.above
        return run if end == upto else self.split(run, len(run.tokens) - (end - upto))

    def begin(self, sequence: int, run: Run | None = None) -> None:
        """A sequence that is not there yet ends with this run, or is empty."""
        run = run or self.root
        run.sequences.add(sequence)
        self._ends[sequence] = run

    def extend(self, sequence: int, tokens: Sequence[int], now: int) -> None:
        """These tokens stand in cells at the end of a sequence. Others that ended there stay as long as they were."""
        if not tokens:
            return
        run = self._ends[sequence]
        if run is self.root or run.below or run.visited or len(run.sequences) > 1:
            run.sequences.discard(sequence)
            run = Run(above=run, sequences={sequence}, used=now)
            assert run.above is not None
            run.above.below.append(run)
            self._ends[sequence] = run
        run.tokens.extend(tokens)
        self.cells += len(tokens)

    def move(self, sequence: int, run: Run) -> None:
        """A sequence ends with a run above its own from now on."""
        self.drop(sequence, upto=run)
        self.begin(sequence, run)

    def drop(self, sequence: int, *, upto: Run | None = None) -> None:
        """A sequence is gone, and with it the runs that no other goes through, up to a run that stays in any case."""
        run = self._ends.pop(sequence)
        run.sequences.discard(sequence)
        while run.above is not None and run is not upto and not run.sequences and not run.below:
            self.cells -= len(run.tokens)
            run.above.below.remove(run)
            run = run.above

    def join(self) -> None:
        """What was cut and has nothing attached to the cut any more is one run again."""
        for run in [*self.runs()]:
            if not run.visited and not run.sequences and len(run.below) == 1 and run.above is not None:
                (lower,) = run.below
                lower.tokens, lower.above = run.tokens + lower.tokens, run.above
                run.above.below[run.above.below.index(run)] = lower
