"""The atlas: the outline of the whole tree, of parts of it each as if it were all, and of what a filter found."""

from dataclasses import dataclass

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.outline.filters import Hunt, read_filter
from cyborg_tui.outline.outline import Outline
from cyborg_tui.outline.shape import Sight

__all__ = ["Atlas"]

_LOOKED_AT = 200
"""Rows among which the first is looked for that was found."""


@dataclass(slots=True)
class _Filtered:
    """The outline of what a filter found, and what is still looked for."""

    words: str
    hunt: Hunt
    outline: Outline | None = None


class Atlas:
    """The outlines of one loom; of the one that is `open` the rows are shown, as they were when `renew` was called."""

    def __init__(self, loom: Loom) -> None:
        """The cursor is where the person is, with the branches around it open."""
        self._loom = loom
        self.hidden = False
        """Whether what is hidden is seen too."""
        self.sight = self._look()
        self._outlines = [Outline(self.sight)]
        self._filtered: _Filtered | None = None
        self._known = self._version()
        here = self.sight.path[-1]
        if loom.spot is not None:
            self.open.open_fork(loom.spot.node)
        self.open.open_fork(here)
        self.open.reveal(here)

    @property
    def open(self) -> Outline:
        if self._filtered is not None and self._filtered.outline is not None:
            return self._filtered.outline
        return self._outlines[-1]

    @property
    def is_part(self) -> bool:
        """Whether a part is shown as if it were all."""
        return len(self._outlines) > 1

    @property
    def is_stale(self) -> bool:
        """Whether there are other rows now."""
        return self._version() != self._known

    def renew(self) -> None:
        """See the tree as it is now."""
        self._known = self._version()
        self.sight = self._look()
        for outline in self._outlines:
            outline.renew(self.sight)
        if self._filtered is not None:
            if self._filtered.outline is not None:
                self._filtered.outline.renew(self._filtered_sight(self._filtered.hunt))
            self._filtered = self._look_for(self._filtered.words)

    def show_hidden(self) -> None:
        """Show what is hidden too, or not any more."""
        self.hidden = not self.hidden
        self.renew()

    def reveal(self, node: NodeId) -> bool:
        """Put the cursor on a node, whatever part or filter leaves it out. False if it is hidden, or gone."""
        while not self.open.reveal(node):
            if self._filtered is not None:
                self.end_filter()
            elif self.is_part:
                self._outlines.pop()
            else:
                return False
        return True

    def hoist(self) -> bool:
        """Show what hangs on the cursor's row as if it were all. False if it is already."""
        row = self.open.current
        if not row.nodes or row.nodes[0] == self.open.top:
            return False
        self.end_filter()
        self._outlines.append(Outline(self.sight, row.nodes[0]))
        return True

    def lower(self) -> bool:
        """Back from a part to what is around it, the cursor where it is. False if the whole is shown."""
        if not self.is_part:
            return False
        place = self._outlines.pop().place
        self.reveal(place)
        return True

    def _look(self) -> Sight:
        return Sight(self._loom.tree, [node.id for node in self._loom.manuscript.path], hidden=self.hidden)

    def _version(self) -> tuple[int, NodeId]:
        return self._loom.tree.shape, self._loom.manuscript.leaf

    # filtering

    @property
    def hunt(self) -> Hunt | None:
        """What is looked for; None if nothing is."""
        return None if self._filtered is None else self._filtered.hunt

    def filter(self, words: str) -> None:
        """Show only the rows that these words mean, as soon as `hunt_on` has found them all; all rows for none."""
        self._filtered = self._look_for(words)

    def _look_for(self, words: str) -> _Filtered | None:
        wanted = read_filter(words)
        if not wanted:
            return None
        before = self._filtered.outline if self._filtered is not None else None
        return _Filtered(words, Hunt(self.sight.tree, wanted, hidden=self.hidden), before)

    def hunt_on(self, seconds: float) -> bool:
        """Look on for so long. True if that came to its end now, and other rows are to be shown."""
        filtered = self._filtered
        if filtered is None or filtered.hunt.done or not filtered.hunt.go_on(seconds):
            return False
        place = self.open.place
        filtered.outline = Outline(self._filtered_sight(filtered.hunt), self._outlines[-1].top, opened=True)
        found = filtered.hunt.found
        if place in found:
            filtered.outline.reveal(place)
        else:
            rows = range(min(len(filtered.outline), _LOOKED_AT))
            first = next((row for row in rows if found & {*filtered.outline.row(row).nodes}), 0)
            filtered.outline.move_to(first)
        return True

    def _filtered_sight(self, hunt: Hunt) -> Sight:
        only = hunt.with_what_is_above()
        return Sight(self.sight.tree, self.sight.path, hidden=self.hidden, only=only, alone=hunt.found)

    def end_filter(self) -> None:
        self._filtered = None
