"""Screens at the end of a line: they know whether what they draw gets there, and keys may come late to them."""

from typing import Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from cyborg_tui.terminal.app import LineApp

__all__ = ["LineScreen", "Panel", "Result", "Sheet"]


Result = TypeVar("Result")
_WIDE, _TALL = 100, 20
"""Columns and rows from which there is room around a panel."""


class LineScreen(Screen[Result], Generic[Result], inherit_bindings=False):
    """In an app of another kind, as in some tests, all that is drawn is sent, and at once.

    Which of its panes has the keys is the screen's own business: Textual would have Tab give them to any.
    """

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """A key that comes when another screen is in front of this one closes neither."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    @property
    def line_app(self) -> LineApp | None:
        return self.app if isinstance(self.app, LineApp) else None

    @property
    def is_behind(self) -> bool:
        """Whether the terminal shows things late."""
        return self.line_app is not None and self.line_app.is_behind

    @property
    def all_is_sent(self) -> bool:
        """Whether all that was to be painted was sent to the terminal."""
        return self.line_app is None or self.line_app.all_is_shown

    def _compositor_refresh(self) -> None:
        """Textual renders, and then throws away, what is to be painted while painting is held back: what is rendered
        here counts as read."""
        if not self.app._batch_count:
            super()._compositor_refresh()
        elif self.line_app is not None:
            self.line_app.missed_painting()


class Sheet(Vertical):
    """What a panel shows in the middle of the window."""


class Panel(ModalScreen[Result], Generic[Result]):
    """Stands over a screen. Where there are few rows it is `low`, where there are few columns `narrow`, and its sheet
    takes all of them."""

    DEFAULT_CSS = """
    Panel Sheet { width: 84; max-width: 100%; height: 80%; background: $surface; padding: 1 2; }
    Panel.low Sheet { height: 100%; padding: 0 1; }
    Panel.narrow Sheet { width: 100%; }
    """

    def on_resize(self) -> None:
        self.set_class(self.size.height < _TALL, "low")
        self.set_class(self.size.width < _WIDE, "narrow")

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """A key that comes when another screen is in front of this one closes neither."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
