"""How much of each branch the person has had before their eyes: what was drawn, and sent to the terminal too."""

from cyborg_tui.loom.fan import BranchId
from cyborg_tui.session import Session
from cyborg_tui.widgets.branches import Branches
from cyborg_tui.widgets.editor import Editor

__all__ = ["Seen"]


class Seen:
    """Asks the widgets what they have drawn."""

    def __init__(self, session: Session, editor: Editor, branches: Branches) -> None:
        self._session, self._editor, self._branches = session, editor, branches
        self._sent: dict[BranchId, int] = {}

    def everything_was_sent(self) -> None:
        """All that the widgets have drawn was sent to the terminal."""
        self._sent = {branch.id: self._drawn(i) for i, branch in enumerate(self._session.branches)}

    def left_of(self, index: int, *, all_sent: bool) -> int:
        """How many of the characters that are left of a branch have been on the screen. `all_sent`: whether all that
        was drawn up to now was sent."""
        if not 0 <= index < len(self._session.branches):
            return 0
        seen = self._drawn(index)
        if not all_sent:
            seen = min(seen, self._sent.get(self._session.branches[index].id, 0))
        return max(0, seen - self._taken(index))

    def _drawn(self, index: int) -> int:
        """How many characters of a branch have been drawn, those that are taken already among them."""
        standing = self._editor.painted + self._taken(index) if index == self._session.highlighted else 0
        return max(standing, self._branches.painted(index))

    def _taken(self, index: int) -> int:
        branch, taken = self._session.branches[index], self._session.taken
        return self._session.taken_length(branch) if taken is not None and taken.id == branch.id else 0
