"""The outline: rows of the tree, opened and closed, with a cursor that stays where it is when the tree changes."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.tree import ROOT
from cyborg_tui.outline.shape import Group, Line, Run, Sight, complete, groups_beside, line_from

__all__ = ["Outline", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in one row, and where."""

    nodes: tuple[NodeId, ...] = ()
    """Whose texts are read as one; none for the head of a fan."""
    fan: FanId | None = None
    """The fan whose head this is."""
    rails: tuple[bool, ...] = ()
    """For each level down to its own, whether another line parts further down at the same place."""
    begins: bool = False
    """Whether a line begins here."""
    beside: tuple[NodeId, ...] = ()
    """Children whose lines part here and are not shown now."""
    closed: bool = False
    """Whether the line goes on in rows that are not shown now."""
    lines: int = 0
    """How many lines a fan has; of its head alone."""

    @property
    def end(self) -> NodeId:
        """The place that the row is: the end of its text."""
        return self.nodes[-1]


_Spot = Run | Group


class Outline:
    """Rows by number, from 0. Made as far as they are asked for; forget them with `renew` when the tree has changed."""

    def __init__(self, sight: Sight, top: NodeId = ROOT, *, opened: bool = False) -> None:
        """`top`: the node with which it begins. `opened`: whether everything is open at first."""
        self.top = top
        self._opened = opened
        self._turned_lines: set[NodeId] = set()
        self._turned_forks: set[NodeId] = set()
        self._closed_fans: set[tuple[NodeId, FanId | None]] = set()
        self._cursor = 0
        self._at: NodeId | tuple[NodeId, FanId | None] = top
        self._make(sight)
        self.move_to(0)

    def renew(self, sight: Sight) -> None:
        """The tree has changed, or what is seen of it. What was open stays open, and the cursor is where it was, as
        far as that is still there; else in the row that took its place."""
        at, before = self._at, self._cursor
        if self.top not in sight.tree:
            self.top = ROOT
        self._make(sight)
        node, fan = at if isinstance(at, tuple) else (at, None)
        if not self.reveal(node):
            self.move_to(before)
        elif isinstance(at, tuple):
            head = next((group for group in self._groups_of(self._runs[node]) if group.fan == fan), None)
            if head is not None and self._is_open(self._runs[node]) and self._has_heads(self._runs[node]):
                self.move_to(self._number(head))

    def _make(self, sight: Sight) -> None:
        self._sight = sight
        self._runs: dict[NodeId, Run] = {}
        self._line = line_from(sight, self.top, None)
        self._note(self._line.runs)
        self._note(complete(sight, self._line))

    # rows

    def __len__(self) -> int:
        return self._rows_of_line(self._line)

    def __iter__(self) -> Iterator[Row]:
        return (self.row(number) for number in range(len(self)))

    def row(self, number: int) -> Row:
        """Raises IndexError."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        spot, rails = self._find(number)
        if isinstance(spot, Group):
            return Row((), spot.fan, rails, lines=len(spot.lines), closed=not self._shows(spot))
        shut = not self._line_is_open(spot.line)
        return Row(
            spot.nodes,
            rails=rails,
            begins=spot.index == 0 and spot.line.group is not None,
            beside=() if self._is_open(spot) and not shut else spot.beside,
            closed=shut and spot.line.goes_on,
        )

    def number_of(self, node: NodeId) -> int | None:
        """The row in which a node stands; None if none is shown with it."""
        run = self._runs.get(node)
        return None if run is None or not self._is_shown(run) else self._number(run)

    # the cursor

    @property
    def sight(self) -> Sight:
        return self._sight

    @property
    def cursor(self) -> int:
        """The number of its row."""
        return self._cursor

    @property
    def current(self) -> Row:
        return self.row(self._cursor)

    @property
    def place(self) -> NodeId:
        """The node at the end of the cursor's row; for the head of a fan, the one it was made from."""
        return self._run(self._cursor).end

    def move_to(self, number: int) -> None:
        """Put the cursor into a row, the nearest if there is none with this number."""
        self._cursor = max(0, min(number, len(self) - 1))
        spot, _ = self._find(self._cursor)
        self._at = (spot.run.end, spot.fan) if isinstance(spot, Group) else spot.end

    def reveal(self, node: NodeId) -> bool:
        """Open what hides a node, and put the cursor there. False if it is not seen in this outline."""
        run = self._reach(node)
        if run is None:
            return False
        self._open_up_to(run)
        self.move_to(self._number(run))
        return True

    def turn_left(self) -> None:
        """Close what is open in the cursor's row; else go to the row from which it parts."""
        spot, _ = self._find(self._cursor)
        if isinstance(spot, Group):
            if self._shows(spot):
                self._closed_fans.add((spot.run.end, spot.fan))
                self._stale(spot.run.line)
            else:
                self._go_to(spot.run)
        elif spot.beside and self._line_is_open(spot.line) and self._is_open(spot):
            self._turn(self._turned_forks, spot.end, spot.line)
        elif spot.index:
            self._go_to(spot.line.runs[spot.index - 1])
        elif spot.line.group is not None:
            if self._line_is_open(spot.line) and spot.line.goes_on:
                self._turn(self._turned_lines, spot.line.head, spot.line)
            else:
                self._go_to(spot.line.group if self._has_heads(spot.line.group.run) else spot.line.group.run)

    def turn_right(self) -> None:
        """Open what is closed in the cursor's row; else go to the row that follows from it."""
        spot, _ = self._find(self._cursor)
        if isinstance(spot, Group):
            if self._shows(spot):
                self.move_to(self._cursor + 1)
            else:
                self._closed_fans.discard((spot.run.end, spot.fan))
                self._stale(spot.run.line)
        elif not self._line_is_open(spot.line) and spot.line.goes_on:
            self._turn(self._turned_lines, spot.line.head, spot.line)
        elif spot.beside and not self._is_open(spot):
            self._open(spot)
        elif spot.beside or spot.follows is not None:
            self.move_to(self._cursor + 1)

    def open_fork(self, node: NodeId) -> None:
        """Show what parts at the end of the row in which a node stands."""
        run = self._reach(node)
        if run is not None and not self._is_open(run):
            self._open_up_to(run)
            self._open(run)
            self._find_again()

    def open_all(self) -> None:
        """Open everything that hangs on the cursor's row."""
        spot, _ = self._find(self._cursor)
        for run in [spot.run] if isinstance(spot, Group) else self._rest_of_line(spot):
            self._open_below(run)
        self._find_again()

    def close_all(self) -> None:
        """Close everything, so that only the outline's own line is shown."""
        line = self._run(self._cursor).line
        run = self._run(self._cursor)
        while line.group is not None:
            run = line.group.run
            line = run.line
        self._turned_lines.clear()
        self._turned_forks.clear()
        self._closed_fans.clear()
        self._opened = False
        self._make(self._sight)
        self.reveal(run.end)

    def beside(self, by: int) -> bool:
        """Go to the next line (`by` is 1) or the one before (-1) of those that part at the same place, and of the one
        that goes on from there. False if there is none."""
        run = self._run(self._cursor)
        parent = self._parent_of(run)
        if parent is None:
            return False
        heads = self._sight.children(parent.end)
        own = next((i for i, head in enumerate(heads) if self._runs.get(head) is run), 0)
        return 0 <= own + by < len(heads) and self.reveal(heads[own + by])

    # finding

    def _find(self, number: int) -> tuple[_Spot, tuple[bool, ...]]:
        """What stands in a row, and the rails beside it."""
        line = self._line
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
        groups = self._groups_of(run)
        heads = self._has_heads(run)
        for group in groups:
            final = group is groups[-1]
            if heads:
                if number == 0:
                    return group, 0, final and not self._shows(group)
                number -= 1
            if not self._shows(group):
                continue
            for line in group.lines:
                rows = self._rows_of_line(line)
                if number < rows:
                    return line, number, final and line is group.lines[-1]
                number -= rows
        raise IndexError(number)

    def _run(self, number: int) -> Run:
        spot, _ = self._find(number)
        return spot.run if isinstance(spot, Group) else spot

    def _number(self, spot: _Spot) -> int:
        """The row of what is shown."""
        if isinstance(spot, Group):
            return self._number(spot.run) + 1 + self._rows_before(spot)
        line = spot.line
        before = self._offsets(line)[spot.index - 1] if spot.index else 0
        if line.group is None:
            return before
        group = line.group
        number = self._number(group) + self._has_heads(group.run)
        for other in group.lines:
            if other is line:
                break
            number += self._rows_of_line(other)
        return number + before

    def _rows_before(self, group: Group) -> int:
        rows = 0
        for other in self._groups_of(group.run):
            if other is group:
                break
            rows += self._rows_of_group(other)
        return rows

    def _reach(self, node: NodeId) -> Run | None:
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
                self._note(complete(self._sight, run.line))
            elif below in run.beside:
                self._groups_of(run)
            if below not in self._runs:
                return None
        return self._runs[node]

    def _parent_of(self, run: Run) -> Run | None:
        if run.index:
            return run.line.runs[run.index - 1]
        return run.line.group.run if run.line.group is not None else None

    # what is open

    def _line_is_open(self, line: Line) -> bool:
        return line.group is None or (line.head in self._turned_lines) != self._opened

    def _is_open(self, run: Run) -> bool:
        return bool(run.beside) and (run.end in self._turned_forks) != self._opened

    def _shows(self, group: Group) -> bool:
        return (group.run.end, group.fan) not in self._closed_fans

    def _has_heads(self, run: Run) -> bool:
        """Whether each fan has a row of its own: where there are several."""
        return sum(group.fan is not None for group in self._groups_of(run)) > 1

    def _is_shown(self, run: Run) -> bool:
        while True:
            line = run.line
            if run.index and not self._line_is_open(line):
                return False
            if line.group is None:
                return True
            run = line.group.run
            if not (self._line_is_open(run.line) and self._is_open(run) and self._shows(line.group)):
                return False

    def _open_up_to(self, run: Run) -> None:
        while True:
            line = run.line
            if run.index and not self._line_is_open(line):
                self._turn(self._turned_lines, line.head, line)
            if line.group is None:
                return
            self._closed_fans.discard((line.group.run.end, line.group.fan))
            run = line.group.run
            self._open(run)

    def _open(self, run: Run) -> None:
        if not self._line_is_open(run.line):
            self._turn(self._turned_lines, run.line.head, run.line)
        if not self._is_open(run):
            self._turn(self._turned_forks, run.end, run.line)
        self._stale(run.line)

    def _turn(self, turned: set[NodeId], node: NodeId, line: Line) -> None:
        turned.symmetric_difference_update((node,))
        self._stale(line)

    def _rest_of_line(self, run: Run) -> list[Run]:
        """The run, and if it begins a line the runs that follow."""
        if run.line.group is None or run.index:
            return [run]
        self._note(complete(self._sight, run.line))
        if not self._line_is_open(run.line):
            self._turn(self._turned_lines, run.line.head, run.line)
        return run.line.runs

    def _open_below(self, run: Run) -> None:
        if not run.beside:
            return
        self._open(run)
        for group in self._groups_of(run):
            for line in group.lines:
                for below in self._rest_of_line(line.runs[0]):
                    self._open_below(below)

    # counting

    def _rows_of_line(self, line: Line) -> int:
        if not self._line_is_open(line):
            return 1
        return self._offsets(line)[-1]

    def _offsets(self, line: Line) -> list[int]:
        if line.offsets is None:
            if self._line_is_open(line):
                self._note(complete(self._sight, line))
            line.offsets = list(accumulate(map(self._rows_of_run, line.runs)))
        return line.offsets

    def _rows_of_run(self, run: Run) -> int:
        if not self._is_open(run):
            return 1
        return 1 + sum(map(self._rows_of_group, self._groups_of(run)))

    def _rows_of_group(self, group: Group) -> int:
        rows = sum(map(self._rows_of_line, group.lines)) if self._shows(group) else 0
        return rows + self._has_heads(group.run)

    def _stale(self, line: Line) -> None:
        """The rows of this line are other ones now, and so are those of the lines around it."""
        around: Line | None = line
        while around is not None:
            around.offsets = None
            around = around.group.run.line if around.group is not None else None

    # making

    def _groups_of(self, run: Run) -> list[Group]:
        if run.groups is None:
            for made in groups_beside(self._sight, run):
                for line in made.lines:
                    self._note(line.runs)
        return groups_beside(self._sight, run)

    def _note(self, runs: list[Run]) -> None:
        for run in runs:
            self._runs.update(dict.fromkeys(run.nodes, run))

    def _go_to(self, spot: _Spot) -> None:
        self.move_to(self._number(spot))

    def _find_again(self) -> None:
        """The cursor's row has another number now."""
        at = self._at
        self.reveal(at[0] if isinstance(at, tuple) else at)
