"""What is true at this moment: which keys do something, what has been looked at, how much has been written."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cyborg_tui.actions import Action
from cyborg_tui.loom.fan import FanId
from cyborg_tui.outline.whereabouts import whereabouts
from cyborg_tui.screens.views import clock, counts, place_words, remarks, saved_words
from cyborg_tui.session import Session

__all__ = ["Counts", "Glance", "Moment", "Where"]

_RECOUNT = 0.5
"""Seconds between two counts of the words."""
_SLICE = 0.005
"""Seconds of a frame in which is counted what has never been."""
_CALM = 0.7
"""Seconds without a change until what is saved is called so: the word stands still while one types."""
_SAVING = "saving"
_LONG_ENOUGH = 1.0
"""Seconds after which a branch whose beginning is on the screen has been looked at."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What decides which keys work."""

    reading: bool
    """The branches have the keys."""
    branches: bool
    busy: bool
    standing: bool
    """A branch stands provisionally in the text."""
    zoomed: bool
    read_only: bool
    """Another window writes in this loom."""
    guided: bool = False
    """A process is gone through."""

    def allows(self, action: Action) -> bool:
        """Whether a key of this action would do something."""
        if action.where == "branches":
            return self.reading and (self.branches or action.id in ("take_and_fan", "write"))
        if action.where != "anywhere" and (self.reading or action.where != "editor"):
            return False
        if action.id == "take_over":
            return self.read_only
        if action.id == "stop":
            return self.busy or self.standing or self.zoomed or self.guided
        return self.branches or action.id not in ("next_branch", "previous_branch", "take_here", "parent_here")

    def named(self, action: Action) -> Action:
        """The action, with what its key does now."""
        if action.id == "take_and_fan" and not self.branches:
            return replace(action, short="branches")
        if action.id == "stop":
            both = "both panes" if self.zoomed else "leave process"
            return replace(action, short="stop" if self.busy else "drop" if self.standing else both)
        if action.id == "process":
            return replace(action, rank=1) if self.guided else replace(action, short="")
        return action


class Counts:
    """Counting takes a while in a long text, so a run of keys is counted once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._counted: tuple[tuple[str, ...], str] = ((), "")
        self._counted_at = 0.0
        self.remarks: tuple[str, ...] = ()
        """What the mirror had to say then."""
        self._selection: tuple[int, int] | None = None
        self._stale = False
        self._saving = self._counting = False
        self._calm_at = 0.0

    def at(self, now: float, selection: tuple[int, int] | None = None) -> tuple[tuple[str, ...], str]:
        """The counts, of what is selected if anything is, at most half a second old; and what is saved where. `now`:
        seconds."""
        same = selection == self._selection
        self._stale = same and now - self._counted_at < _RECOUNT and not self._counting
        if not self._stale:
            self._counted_at, self._selection = now, selection
            self.remarks = remarks(self._session)
            self._counted = self._count(selection), saved_words(self._session)
        words, saved = self._counted
        shown = _SAVING if self._is_saving(now) else saved
        return words, shown.rjust(max(len(saved), len(_SAVING)))  # so that nothing moves

    def _count(self, selection: tuple[int, int] | None) -> tuple[str, ...]:
        """In a large loom a little at a time, so that no key waits."""
        self._counting = not self._session.count_on(_SLICE)
        if self._counting:
            return ("counting …", *clock(self._session))
        part = self._session.part(*selection) if selection else self._session.whole
        words, *more = counts(part)
        return (f"{words} selected" if selection else words, *clock(self._session), *more)

    def _is_saving(self, now: float) -> bool:
        """Whether something is not committed yet, or was not a moment ago."""
        if not self._session.saved:
            self._calm_at = now + _CALM
        self._saving = now < self._calm_at
        return self._saving

    def due(self, now: float) -> bool:
        """Whether what was shown last may not be so any more."""
        if self._counting or (self._saving and now >= self._calm_at):
            return True
        return self._stale and now - self._counted_at >= _RECOUNT


class Where:
    """Where in the tree the person is, found out in a pause of their keys, and only if that may have changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: object = None
        self.words = ""

    def look(self) -> bool:
        """Find out. False if it is as it was."""
        session, before = self._session, self.words
        tree, leaf = session.loom.tree, session.loom.manuscript.leaf
        seen = sum(branch.looked for branch in session.branches)
        now = (leaf, tree.next_node, session.fan and session.fan.id, len(session.branches), seen)
        if now != self._known:
            self._known = now
            fan = None if session.fan is None else session.fan.id
            self.words = place_words(whereabouts(tree, session.loom.manuscript.path, fan))
        return self.words != before


class Glance:
    """Notices what has been looked at: what stays on the screen for a second while the branches have the keys."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._fan: FanId | None = None
        self._since = 0.0

    def look(self, now: float, painted: Callable[[int], int] | None) -> None:
        """`painted`: how many characters of a branch have been on the screen; None while the keys are elsewhere."""
        fan = self._session.fan
        if painted is None or fan is None:
            self._fan = None
        elif self._fan != fan.id:
            self._fan, self._since = fan.id, now
        elif now - self._since > _LONG_ENOUGH:
            self._since = now
            for index in range(len(self._session.branches)):
                if painted(index):
                    self._session.look(index)

    def witness(self, *, reading: bool) -> None:
        """Put on record what is being read, and for how long. `reading`: whether the highlighted branch is before the
        person's eyes, and they are at the keys."""
        fan, branches, witness = self._session.fan, self._session.branches, self._session.mirror.witness
        at = min(self._session.highlighted, len(branches) - 1)
        witness.glance(None if fan is None else fan.id, branches, branches[at].id if reading and branches else None)
