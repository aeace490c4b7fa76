"""What the write screen compares: two branches of the pane, and the text with what it was."""

from collections.abc import Callable, Sequence

from cyborg_tui.actions import Action
from cyborg_tui.loom.fan import BranchId
from cyborg_tui.screens.compare import CompareScreen, Version
from cyborg_tui.session import Session

__all__ = ["Comparing"]


class Comparing:
    def __init__(self, session: Session, actions: Sequence[Action], show: Callable[[CompareScreen], object]) -> None:
        """`show` puts a screen before the person."""
        self._session, self._actions, self._show = session, actions, show
        self._marked: BranchId | None = None

    @property
    def marked(self) -> int | None:
        """The index of the branch in view that is to be compared with another."""
        return next((i for i, branch in enumerate(self._session.branches) if branch.id == self._marked), None)

    def branch(self) -> str:
        """Mark the highlighted branch; if another is marked, compare the two. Returns what to say."""
        session = self._session
        if not session.branches:
            return "There are no branches to compare."
        branch = session.branches[min(session.highlighted, len(session.branches) - 1)]
        if self._marked is None or self._marked == branch.id:
            self._marked = None if self._marked == branch.id else branch.id
            return "Highlight another branch, and press c again to compare the two." if self._marked else ""
        marked, self._marked = self._marked, None
        try:
            some = self._version(marked)
        except KeyError:
            return "The branch to compare with is gone."
        self._compare(some, self._version(branch.id))
        return ""

    def then(self) -> None:
        """Compare the text as it was when the loom was opened with what it is now."""
        now = Version("your text now", self._session.loom.text)
        self._compare(Version("your text when you came", self._session.first_text), now)

    def _compare(self, some: Version, other: Version) -> None:
        self._show(CompareScreen(self._session, self._actions, some, other))

    def _version(self, branch: BranchId) -> Version:
        """Called as in the branch pane, where it stands there."""
        session = self._session
        drawn = session.loom.tree.branch(branch)
        number = next((n for n, one in zip(session.numbers, session.branches, strict=True) if one.id == branch), 0)
        name = f"branch {number}" if number and session.mixed else f"branch {drawn.index + 1} of fan {drawn.fan}"
        return Version(name, drawn.text)
