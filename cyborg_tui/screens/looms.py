"""The library screen: looms by date and title, filtered as one types."""

import time
from collections.abc import Sequence

from rich.text import Text
from textual.widgets.option_list import Option

from cyborg_tui.library.library import LoomRow
from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import shortened

__all__ = ["LoomsScreen"]

_WIDTH, _AROUND = 84, 6
"""Columns of the panel at most, and of them those around its rows."""


class LoomsScreen(PickScreen[int]):
    """Dismisses with the id of the chosen loom."""

    PROMPT = "filter by title or date"
    VERB = "open"
    CLOSING = ("escape", "f7")

    def __init__(self, looms: Sequence[LoomRow]) -> None:
        super().__init__()
        self._looms = looms

    def on_mount(self) -> None:
        self.look_for("")

    def look_for(self, typed: str) -> None:
        words = typed.casefold().split()
        shown = ((loom, time.strftime("%Y-%m-%d %H:%M", time.localtime(loom.changed_at))) for loom in self._looms)
        room = min(_WIDTH, self.app.size.width) - _AROUND
        day = len("2026-11-24") if room < _WIDTH // 2 else None
        rows = [
            Option(Text(shortened(f"{when[:day]}   {drawable(loom.title)}", room)), id=str(loom.id))
            for loom, when in shown
            if all(word in f"{loom.title} {when}".casefold() for word in words)
        ]
        self.fill(rows, "Nothing by that name." if self._looms else "Nothing here yet.")

    def picked(self, option: Option) -> int | None:
        return int(option.id) if option.id else None
