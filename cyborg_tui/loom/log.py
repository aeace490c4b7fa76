"""What there is to put on record beside the tree: what was done, how branches were drawn and how they were shown."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.manuscript import Manuscript
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.showing import Showing
from cyborg_tui.loom.turn import Turn, turn_between, whole

__all__ = ["Log"]


class Log:
    """Gathers it until it is saved."""

    def __init__(self, manuscript: Manuscript, clock: Callable[[], float]) -> None:
        self._manuscript, self._clock = manuscript, clock
        self._told: Sequence[Node] = tuple(manuscript.path)
        """The path as it was when the last line was written."""
        self._events: list[Event] = []
        self._draws: list[Draw] = []
        self._showings: dict[FanId, Showing] = {}

    def write(
        self,
        kind: EventKind,
        *,
        node: NodeId | None = None,
        fan: FanId | None = None,
        branch: BranchId | None = None,
        amount: int | None = None,
        note: str = "",
        turn: Turn | None = None,
        afresh: bool = False,
    ) -> None:
        """Write a line. `turn`: how the manuscript changed since the last one, if it is known. `afresh`: what came
        before is not on record, so the line has all of the text."""
        then, self._told = self._told, tuple(self._manuscript.path)
        if afresh or kind is EventKind.PURGED:  # all earlier turns are forgotten with what was purged
            turn = whole(self._manuscript.pieces)
        turn = turn or turn_between(then, self._told)
        self._events.append(Event(self._clock(), kind, node, fan, branch, amount, note, turn))

    def drawn(self, draw: Draw) -> None:
        """How some branches of a fan were drawn."""
        self._draws.append(draw)

    def shown(self, showing: Showing) -> None:
        """How a fan was shown, as far as that goes."""
        self._showings[showing.fan] = showing

    def drain(self, changes: Changes) -> Changes:
        """Changes, together with what was put on record since the last call."""
        events, self._events = tuple(self._events), []
        draws, self._draws = tuple(self._draws), []
        showings, self._showings = tuple(self._showings.values()), {}
        return replace(changes, events=events, draws=draws, showings=showings)
