"""Rows by number: which run or head of a fan stands in which row, of those that are shown."""

from bisect import bisect_right
from itertools import accumulate

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.outline.folds import Folds
from cyborg_tui.outline.shape import Group, Line, Run, Sight, complete, groups_beside, line_from

__all__ = ["Rows", "Spot"]

Spot = Run | Group
"""What a row shows: the text of a run, or the head of a fan."""


class Rows:
    """The rows of the part of the tree below `top`, from 0. Lines are made as far as they are asked for."""

    def __init__(self, sight: Sight, top: NodeId, folds: Folds) -> None:
        self._sight, self._folds = sight, folds
        self._runs: dict[NodeId, Run] = {}
        self.line = line_from(sight, top, None)
        """The outline's own."""
        self._note(self.line.runs)
        self.complete(self.line)

    def __len__(self) -> int:
        return self._rows_of_line(self.line)

    # what there is

    def run_with(self, node: NodeId) -> Run | None:
        """The run of a node, if it is made already."""
        return self._runs.get(node)

    def reach(self, node: NodeId) -> Run | None:
        """The run of a node, made if need be; None if it is not seen here."""
        tree = self._sight.tree
        while node not in self._runs:
            below, at = node, tree.node(node).parent if node in tree else None
            while at is not None and at not in self._runs:
                below, at = at, tree.node(at).parent
            if at is None:
                return None
            run = self._runs[at]
            if run.follows == below:
                self.complete(run.line)
            elif below in run.beside:
                self.groups_of(run)
            if below not in self._runs:
                return None
        return self._runs[node]

    def groups_of(self, run: Run) -> list[Group]:
        """The lines that part at the end of a run."""
        if run.groups is None:
            for made in groups_beside(self._sight, run):
                for line in made.lines:
                    self._note(line.runs)
        return groups_beside(self._sight, run)

    def complete(self, line: Line) -> None:
        """Make the runs of a line that are not made yet."""
        self._note(complete(self._sight, line))

    def has_heads(self, run: Run) -> bool:
        """Whether each fan has a row of its own: where there are several."""
        return sum(group.fan is not None for group in self.groups_of(run)) > 1

    def is_shown(self, run: Run) -> bool:
        while True:
            line = run.line
            if run.index and not self._folds.shows_line(line):
                return False
            if line.group is None:
                return True
            run = line.group.run
            shown = self._folds.shows_line(run.line) and self._folds.shows_fork(run)
            if not (shown and self._folds.shows_fan(line.group)):
                return False

    # finding

    def find(self, number: int) -> tuple[Spot, tuple[bool, ...]]:
        """What stands in a row, and the rails beside it."""
        line = self.line
        rails: tuple[bool, ...] = ()
        while True:
            offsets = self._offsets(line)
            index = bisect_right(offsets, number)
            number -= offsets[index - 1] if index else 0
            run = line.runs[index]
            if number == 0:
                return run, rails
            number -= 1
            beside, number, last = self._find_beside(run, number)
            rails = (*rails, not last)
            if isinstance(beside, Group):
                return beside, rails
            line = beside

    def _find_beside(self, run: Run, number: int) -> tuple[Line | Group, int, bool]:
        """The line or the fan's head that has this row of those beside a run, which row of it, and whether it is the
        last there."""
        groups = self.groups_of(run)
        heads = self.has_heads(run)
        for group in groups:
            final = group is groups[-1]
            if heads:
                if number == 0:
                    return group, 0, final and not self._folds.shows_fan(group)
                number -= 1
            if not self._folds.shows_fan(group):
                continue
            for line in group.lines:
                rows = self._rows_of_line(line)
                if number < rows:
                    return line, number, final and line is group.lines[-1]
                number -= rows
        raise IndexError(number)

    def number_of(self, spot: Spot) -> int:
        """The row of what is shown."""
        if isinstance(spot, Group):
            return self.number_of(spot.run) + 1 + self._rows_before(spot)
        line = spot.line
        before = self._offsets(line)[spot.index - 1] if spot.index else 0
        if line.group is None:
            return before
        group = line.group
        number = self.number_of(group) + self.has_heads(group.run)
        for other in group.lines:
            if other is line:
                break
            number += self._rows_of_line(other)
        return number + before

    def _rows_before(self, group: Group) -> int:
        rows = 0
        for other in self.groups_of(group.run):
            if other is group:
                break
            rows += self._rows_of_group(other)
        return rows

    # counting

    def _rows_of_line(self, line: Line) -> int:
        if not self._folds.shows_line(line):
            return 1
        return self._offsets(line)[-1]

    def _offsets(self, line: Line) -> list[int]:
        if line.offsets is None:
            if self._folds.shows_line(line):
                self.complete(line)
            line.offsets = list(accumulate(map(self._rows_of_run, line.runs)))
        return line.offsets

    def _rows_of_run(self, run: Run) -> int:
        if not self._folds.shows_fork(run):
            return 1
        return 1 + sum(map(self._rows_of_group, self.groups_of(run)))

    def _rows_of_group(self, group: Group) -> int:
        rows = sum(map(self._rows_of_line, group.lines)) if self._folds.shows_fan(group) else 0
        return rows + self.has_heads(group.run)

    def _note(self, runs: list[Run]) -> None:
        for run in runs:
            self._runs.update(dict.fromkeys(run.nodes, run))
