"""What the person has opened and folded: lines, forks and fans."""

from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.outline.shape import Group, Line, Run

__all__ = ["Folds"]


class Folds:
    """Kept by node and fan, so that what was open stays open when the tree changes."""

    def __init__(self, *, opened: bool) -> None:
        """`opened`: whether everything is open at first, but for the outline's own line, which always is."""
        self._opened = opened
        self._lines: set[NodeId] = set()
        self._forks: set[NodeId] = set()
        """Those lines and forks that are not as at first."""
        self._closed_fans: set[tuple[NodeId, FanId | None]] = set()

    def shows_line(self, line: Line) -> bool:
        """Whether more than the first row of a line is shown."""
        return line.group is None or (line.head in self._lines) != self._opened

    def shows_fork(self, run: Run) -> bool:
        """Whether the lines that part at the end of a run are shown."""
        return bool(run.beside) and (run.end in self._forks) != self._opened

    def shows_fan(self, group: Group) -> bool:
        """Whether the lines of a fan are shown below its head."""
        return (group.run.end, group.fan) not in self._closed_fans

    def turn_line(self, line: Line) -> None:
        """Open a line, or close it."""
        self._lines.symmetric_difference_update((line.head,))
        _count_again(line)

    def turn_fork(self, run: Run) -> None:
        """Open a fork, or close it."""
        self._forks.symmetric_difference_update((run.end,))
        _count_again(run.line)

    def open_line(self, line: Line) -> None:
        if not self.shows_line(line):
            self.turn_line(line)

    def open_fork(self, run: Run) -> None:
        """Open a fork, and the line in which it is."""
        self.open_line(run.line)
        if not self.shows_fork(run):
            self.turn_fork(run)
        _count_again(run.line)

    def open_fan(self, group: Group) -> None:
        self._closed_fans.discard((group.run.end, group.fan))
        _count_again(group.run.line)

    def close_fan(self, group: Group) -> None:
        self._closed_fans.add((group.run.end, group.fan))
        _count_again(group.run.line)

    def close_all(self) -> None:
        """As in an outline in which nothing was ever opened; the lines must be made again."""
        self._lines.clear()
        self._forks.clear()
        self._closed_fans.clear()
        self._opened = False


def _count_again(line: Line) -> None:
    """The rows of this line are other ones now, and so are those of the lines around it."""
    around: Line | None = line
    while around is not None:
        around.offsets = None
        around = around.group.run.line if around.group is not None else None
