"""The outline: rows of the tree, opened and closed, with a cursor that stays where it is when the tree changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.tree import ROOT
from cyborg_tui.outline.folds import Folds
from cyborg_tui.outline.rows import Rows, Spot
from cyborg_tui.outline.shape import Group, Run, Sight

__all__ = ["Outline", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in one row, and where."""

    nodes: tuple[NodeId, ...] = ()
    """Whose texts are read as one; none for the head of a fan, or of the lines beside it that belong to none."""
    fan: FanId | None = None
    """The fan whose head this is; None also for the head of lines of no fan."""
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


class Outline:
    """Rows by number, from 0. Made as far as they are asked for; forget them with `renew` when the tree has changed."""

    def __init__(self, sight: Sight, top: NodeId = ROOT, *, opened: bool = False) -> None:
        """`top`: the node with which it begins. `opened`: whether everything is open at first."""
        self.top = top
        self._folds = Folds(opened=opened)
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
            run = self._rows.run_with(node)
            assert run is not None  # just revealed
            head = next((group for group in self._rows.groups_of(run) if group.fan == fan), None)
            if head is not None and self._folds.shows_fork(run) and self._rows.has_heads(run):
                self._go_to(head)

    def _make(self, sight: Sight) -> None:
        self._sight = sight
        self._rows = Rows(sight, self.top, self._folds)

    # rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return (self.row(number) for number in range(len(self)))

    def row(self, number: int) -> Row:
        """Raises IndexError."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        spot, rails = self._rows.find(number)
        if isinstance(spot, Group):
            return Row((), spot.fan, rails, lines=len(spot.lines), closed=not self._folds.shows_fan(spot))
        shut = not self._folds.shows_line(spot.line)
        return Row(
            spot.nodes,
            rails=rails,
            begins=spot.index == 0 and spot.line.group is not None,
            beside=() if self._folds.shows_fork(spot) and not shut else spot.beside,
            closed=shut and spot.line.goes_on,
        )

    def number_of(self, node: NodeId) -> int | None:
        """The row in which a node stands; None if none is shown with it."""
        run = self._rows.run_with(node)
        return None if run is None or not self._rows.is_shown(run) else self._rows.number_of(run)

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
        return self._run.end

    @property
    def _spot(self) -> Spot:
        """What stands in the cursor's row."""
        return self._rows.find(self._cursor)[0]

    @property
    def _run(self) -> Run:
        """The run in the cursor's row, or at whose end the fan was made."""
        spot = self._spot
        return spot.run if isinstance(spot, Group) else spot

    def move_to(self, number: int) -> None:
        """Put the cursor into a row, the nearest if there is none with this number."""
        self._cursor = max(0, min(number, len(self) - 1))
        spot = self._spot
        self._at = (spot.run.end, spot.fan) if isinstance(spot, Group) else spot.end

    def _go_to(self, spot: Spot) -> None:
        self.move_to(self._rows.number_of(spot))

    def reveal(self, node: NodeId) -> bool:
        """Open what hides a node, and put the cursor there. False if it is not seen in this outline."""
        run = self._rows.reach(node)
        if run is None:
            return False
        self._open_up_to(run)
        self._go_to(run)
        return True

    def beside(self, by: int) -> bool:
        """Go to the next line (`by` is 1) or the one before (-1) of those that part at the same place, and of the one
        that goes on from there. False if there is none."""
        run = self._run
        parent = _parent_of(run)
        if parent is None:
            return False
        heads = self._sight.children(parent.end)
        own = next((i for i, head in enumerate(heads) if self._rows.run_with(head) is run), 0)
        return 0 <= own + by < len(heads) and self.reveal(heads[own + by])

    # opening and closing

    def turn_left(self) -> None:
        """Close what is open in the cursor's row; else go to the row from which it parts."""
        spot, folds = self._spot, self._folds
        if isinstance(spot, Group):
            if folds.shows_fan(spot):
                folds.close_fan(spot)
            else:
                self._go_to(spot.run)
        elif spot.beside and folds.shows_line(spot.line) and folds.shows_fork(spot):
            folds.turn_fork(spot)
        elif spot.index:
            self._go_to(spot.line.runs[spot.index - 1])
        elif spot.line.group is not None:
            group = spot.line.group
            if folds.shows_line(spot.line) and spot.line.goes_on:
                folds.turn_line(spot.line)
            else:
                self._go_to(group if self._rows.has_heads(group.run) else group.run)

    def turn_right(self) -> None:
        """Open what is closed in the cursor's row; else go to the row that follows from it."""
        spot, folds = self._spot, self._folds
        if isinstance(spot, Group):
            if folds.shows_fan(spot):
                self.move_to(self._cursor + 1)
            else:
                folds.open_fan(spot)
        elif not folds.shows_line(spot.line) and spot.line.goes_on:
            folds.turn_line(spot.line)
        elif spot.beside and not folds.shows_fork(spot):
            folds.open_fork(spot)
        elif spot.beside or spot.follows is not None:
            self.move_to(self._cursor + 1)

    def open_fork(self, node: NodeId) -> None:
        """Show what parts at the end of the row in which a node stands."""
        run = self._rows.reach(node)
        if run is not None and not self._folds.shows_fork(run):
            self._open_up_to(run)
            self._folds.open_fork(run)
            self._find_again()

    def open_all(self) -> None:
        """Open everything that hangs on the cursor's row."""
        spot = self._spot
        for run in [spot.run] if isinstance(spot, Group) else self._rest_of_line(spot):
            self._open_below(run)
        self._find_again()

    def close_all(self) -> None:
        """Close everything, so that only the outline's own line is shown."""
        run = self._run
        while run.line.group is not None:
            run = run.line.group.run
        self._folds.close_all()
        self._make(self._sight)
        self.reveal(run.end)

    def _open_up_to(self, run: Run) -> None:
        """Open whatever hides a run."""
        while True:
            if run.index:
                self._folds.open_line(run.line)
            if run.line.group is None:
                return
            self._folds.open_fan(run.line.group)
            run = run.line.group.run
            self._folds.open_fork(run)

    def _open_below(self, run: Run) -> None:
        if not run.beside:
            return
        self._folds.open_fork(run)
        for group in self._rows.groups_of(run):
            for line in group.lines:
                for below in self._rest_of_line(line.runs[0]):
                    self._open_below(below)

    def _rest_of_line(self, run: Run) -> list[Run]:
        """The run, and if it begins a line the runs that follow."""
        if run.line.group is None or run.index:
            return [run]
        self._rows.complete(run.line)
        self._folds.open_line(run.line)
        return run.line.runs

    def _find_again(self) -> None:
        """The cursor's row has another number now."""
        at = self._at
        self.reveal(at[0] if isinstance(at, tuple) else at)


def _parent_of(run: Run) -> Run | None:
    if run.index:
        return run.line.runs[run.index - 1]
    return run.line.group.run if run.line.group is not None else None
