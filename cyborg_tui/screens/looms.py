"""The library screen: looms by date and title, filtered as one types."""

import time
from collections.abc import Sequence

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from cyborg_tui.library.library import LoomRow
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import own

__all__ = ["LoomsScreen"]


class LoomsScreen(ModalScreen[int | None]):
    """Dismisses with the id of the chosen loom."""

    DEFAULT_CSS = """
    LoomsScreen { align: center middle; }
    LoomsScreen Vertical { width: 72; max-width: 100%; height: 80%; background: $surface; padding: 1 2; }
    LoomsScreen Input, LoomsScreen Input:focus { border: none; height: 1; margin-bottom: 1; background: $surface; }
    LoomsScreen OptionList { height: 1fr; background: $surface; scrollbar-size: 0 0; }
    LoomsScreen OptionList, LoomsScreen OptionList:focus { border: none; }
    LoomsScreen Static { height: 1; color: $muted; }
    """

    def __init__(self, looms: Sequence[LoomRow]) -> None:
        super().__init__()
        self._looms = looms

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder="filter by title or date")
            yield OptionList()
            yield Static(own("Enter open · ↑↓ choose · Esc back"))

    def on_mount(self) -> None:
        self._fill("")
        self.query_one(Input).focus()

    def _fill(self, wanted: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        for loom in self._looms:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(loom.changed_at))
            if all(word in f"{loom.title} {when}".casefold() for word in wanted.casefold().split()):
                options.add_option(Option(Text(f"{when}   {drawable(loom.title)}", no_wrap=True), id=str(loom.id)))
        if options.option_count:
            options.highlighted = 0
        else:
            nothing = "Nothing by that name." if self._looms else "Nothing here yet."
            options.add_option(Option(nothing, disabled=True))

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_key(self, event: events.Key) -> None:
        options = self.query_one(OptionList)
        if event.key == "down":
            options.action_cursor_down()
        elif event.key == "up":
            options.action_cursor_up()
        elif event.key in ("escape", "f7"):
            self.dismiss(None)
        else:
            return
        event.stop()
        event.prevent_default()

    @on(Input.Submitted)
    def _open(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            chosen = options.get_option_at_index(options.highlighted).id
            self.dismiss(int(chosen) if chosen else None)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0) or None)
