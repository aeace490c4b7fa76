"""A session played back from its log: what was on the screen after each line of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.piece import Pieces, cut, length, splice
from cyborg_tui.loom.tree import Tree

__all__ = ["Moment", "Replay"]

_KEPT = 256
"""Every so many moments one is kept, to go back to."""
_CHANGING = frozenset(
    {
        EventKind.EDITED,
        EventKind.TAKEN,
        EventKind.MOVED,
        EventKind.UNDONE,
        EventKind.REDONE,
        EventKind.REWRITTEN,
        EventKind.PURGED,
    }
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What stood there after so many lines of the log."""

    number: int = 0
    event: Event | None = None
    """The last line; None before the first."""
    pieces: Pieces = ()
    cursor: int = 0
    fan: FanId | None = None
    """In the branch pane."""
    highlighted: BranchId | None = None
    taken: BranchId | None = None
    exact: bool = True
    """Whether the log has every word; else this is the nearest that the tree knows."""


class Replay:
    """The moments of a log. Nothing is changed by looking at them."""

    def __init__(self, events: Sequence[Event], tree: Tree) -> None:
        """`tree`: the loom's as it is now."""
        self._events, self._tree = events, tree
        self._now = Moment()
        self._kept = {0: self._now}

    def __len__(self) -> int:
        return len(self._events)

    def at(self, number: int) -> Moment:
        """The moment after so many lines."""
        number = max(0, min(number, len(self)))
        if number < self._now.number:
            self._now = self._kept[number - number % _KEPT]
        while self._now.number < number:
            self._now = self._after(self._now, self._events[self._now.number])
            if self._now.number % _KEPT == 0:
                self._kept[self._now.number] = self._now
        return self._now

    def seconds_to_next(self, number: int) -> float:
        """How long the person took from one line to the next."""
        if not 0 < number < len(self):
            return 0.0
        return max(0.0, self._events[number].at - self._events[number - 1].at)

    def _after(self, before: Moment, event: Event) -> Moment:
        now = replace(self._text(before, event), number=before.number + 1, event=event)
        kind = event.kind
        if kind is EventKind.GENERATED and event.fan is not None and self._tree.has_fan(event.fan):
            now = replace(now, fan=event.fan, highlighted=self._tree.fan(event.fan).branches[0], taken=None)
        elif kind in (EventKind.LOOKED, EventKind.TAKEN) and event.fan is not None and self._tree.has_fan(event.fan):
            taken = event.branch if kind is EventKind.TAKEN else before.taken
            now = replace(now, fan=event.fan, highlighted=event.branch, taken=taken)
        elif kind is EventKind.MOVED and event.node is not None:
            fans = self._tree.fans_at(event.node) if event.node in self._tree else ()
            now = replace(now, fan=max(fans, default=None), taken=None)
        elif kind in (EventKind.UNDONE, EventKind.REDONE):
            now = replace(now, taken=None)
        return now

    def _text(self, before: Moment, event: Event) -> Moment:
        turn = event.turn
        if turn is not None and turn.length < 0:
            return replace(before, pieces=turn.pieces, cursor=length(turn.pieces), exact=True)
        if turn is not None and before.exact and turn.length == length(before.pieces):
            if turn.start == turn.end and not turn.pieces:
                return before
            pieces = splice(before.pieces, turn.start, turn.end, turn.pieces)
            return replace(before, pieces=pieces, cursor=turn.start + length(turn.pieces))
        nearest = self._nearest(event)
        if nearest is None:
            return replace(before, exact=before.exact and event.kind not in _CHANGING)
        return replace(before, pieces=nearest, cursor=length(nearest), exact=False)

    def _nearest(self, event: Event) -> Pieces | None:
        """What stood there up to the cursor, as far as the tree still has it."""
        tree = self._tree
        if event.kind is EventKind.TAKEN and event.branch is not None and tree.has_branch(event.branch):
            branch = tree.branch(event.branch)
            if branch.node not in tree:  # purged
                return None
            path, own = tree.path_pieces(branch.node), len(branch.text) - branch.healed
            return cut(path, 0, length(path) - own + (own if event.amount is None else min(own, event.amount)))
        if event.kind in (EventKind.GENERATED, EventKind.MOVED) and _is_in(tree, event.node):
            assert event.node is not None
            return tree.path_pieces(event.node)
        return None


def _is_in(tree: Tree, node: NodeId | None) -> bool:
    return node is not None and node in tree
