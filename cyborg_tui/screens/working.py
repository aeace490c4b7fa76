"""What the screens on a session have in common: which of its actions there are, and one sentence for the person."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from textual.dom import DOMNode

from cyborg_tui.actions import READING, Action
from cyborg_tui.loom.errors import DAMAGED, NotPossible
from cyborg_tui.loom.tree import BrokenTree
from cyborg_tui.screens.compositor import RowCompositor
from cyborg_tui.session import Session
from cyborg_tui.terminal.screen import LineScreen, Result
from cyborg_tui.widgets.lines import StatusLine
from cyborg_tui.widgets.marks import own

__all__ = ["WorkingScreen"]

_WIDE, _TALL = 100, 20
"""Columns from which two panes stand side by side, and rows from which there is room for a title."""


class WorkingScreen(LineScreen[Result]):
    PARTS: ClassVar[tuple[str, ...]] = ()
    """Where on this screen actions may belong, beside those that work anywhere."""

    def __init__(self, session: Session, actions: Sequence[Action]) -> None:
        super().__init__()
        self._compositor = RowCompositor()
        self.session = session
        here = [action for action in actions if action.where in (*self.PARTS, "anywhere")]
        self._actions = [action for action in here if action.id in READING] if session.read_only else here
        self._notice = ""

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.set_class(self.size.width < _WIDE, "narrow")
        self.set_class(self.size.height < _TALL, "low")
        self.set_class(own("│") != "│", "ascii")

    def allows(self, action: Action) -> bool:
        """Whether this loom may be changed in the way of this action, here."""
        return action in self._actions and hasattr(self, f"action_{action.id}")

    @property
    def is_whole(self) -> bool:
        """Whether its lines are there: not before it is shown, nor once it is being closed."""
        return bool(self.query(StatusLine))

    def changed(self) -> None:
        """Something changed in the session, or there is another notice: a screen that shows any of it shows it anew."""

    async def run_action(self, action: str, namespaces: Mapping[str, DOMNode] | None = None) -> None:
        with self.told():
            await super().run_action(action, namespaces)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say in one sentence what is not possible, and what is damaged where a large loom is read."""
        try:
            yield
        except NotPossible as error:
            self.notice(str(error))
        except BrokenTree:
            self.notice(DAMAGED)

    def notice(self, text: str) -> None:
        """One sentence for the status line, until the next key."""
        self._notice = text
        self.changed()

    def say_too(self, text: str) -> None:
        """One sentence more."""
        self.notice(f"{self._notice} {text}".strip())
