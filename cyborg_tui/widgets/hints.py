"""Keys and what they do, beside and below one another: none of them is broken in two where it is narrow."""

from collections.abc import Sequence

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from cyborg_tui.widgets.cells import drawable, fold, pairs, width
from cyborg_tui.widgets.marks import own

__all__ = ["Hints"]


class Hints(Widget):
    """As tall as it needs to be."""

    DEFAULT_CSS = "Hints { width: 100%; height: auto; }"

    def __init__(self, *parts: str, between: str = " · ", id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts, self._between = parts, between

    def show(self, *parts: str) -> None:
        """Other ones; empty ones are left out."""
        if parts != self._parts:
            self._parts = parts
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def render(self) -> Text:
        return Text("\n".join(self._rows(self.content_size.width)), no_wrap=True)

    def _rows(self, room: int) -> list[str]:
        parts = [own(drawable(part)) for part in self._parts if part]
        return _beside(parts, own(self._between), max(1, room))


def _beside(parts: Sequence[str], between: str, room: int) -> list[str]:
    rows = [""]
    for part in parts:
        longer = f"{rows[-1]}{between}{part}" if rows[-1] else part
        if width(longer) <= room:
            rows[-1] = longer
        else:
            rows[len(rows) - (not rows[-1]) :] = [part[a:b].rstrip() for a, b in pairs(fold(part, room))]
    return rows
