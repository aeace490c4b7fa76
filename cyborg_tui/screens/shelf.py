"""The shelf of bookmarked passages, to pick one of."""

import time
from collections.abc import Sequence

from rich.text import Text
from textual.widgets.option_list import Option

from cyborg_tui.library.shelf import Kept
from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import shortened

__all__ = ["ShelfScreen"]

_SHOWN = 200
"""Characters of a passage."""
_AROUND = 6
"""Columns beside a row."""


class ShelfScreen(PickScreen[Kept]):
    """Dismisses with the chosen passage."""

    PROMPT = "filter what is bookmarked"
    VERB = "use as an example"

    def __init__(self, kept: Sequence[Kept]) -> None:
        super().__init__()
        self._kept = kept

    def on_mount(self) -> None:
        self.look_for("")

    def look_for(self, typed: str) -> None:
        words = typed.casefold().split()
        rows = [
            Option(_entry(kept, min(84, self.app.size.width) - _AROUND), id=str(at))
            for at, kept in enumerate(self._kept)
            if all(word in f"{kept.title} {kept.text}".casefold() for word in words)
        ]
        self.fill(rows, "Nothing like that." if self._kept else "Nothing is bookmarked yet: b in the branches does it.")

    def picked(self, option: Option) -> Kept | None:
        return self._kept[int(option.id)] if option.id else None


def _entry(kept: Kept, room: int) -> Text:
    """In so many columns: how it begins, and below that where it is from."""
    begins = shortened(drawable(" ".join(kept.text[:_SHOWN].split())), room)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(kept.made_at))
    return Text(f"{begins}\n" + shortened(f"  {when}   {drawable(kept.title)}", room))
