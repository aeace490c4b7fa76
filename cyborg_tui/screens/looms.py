"""The library screen: looms by date and title, filtered as one types."""

import time
from collections.abc import Sequence

from rich.text import Text
from textual.widgets.option_list import Option

from cyborg_tui.library.library import LoomRow
from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.widgets.cells import drawable

__all__ = ["LoomsScreen"]


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
        rows = [
            Option(Text(f"{when}   {drawable(loom.title)}", no_wrap=True), id=str(loom.id))
            for loom, when in shown
            if all(word in f"{loom.title} {when}".casefold() for word in words)
        ]
        self.fill(rows, "Nothing by that name." if self._looms else "Nothing here yet.")

    def picked(self, option: Option) -> int | None:
        return int(option.id) if option.id else None
