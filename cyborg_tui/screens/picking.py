"""Picking one of many: a line to type in, and below it a list of what that leaves."""

from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from cyborg_tui.terminal.screen import Panel, Result, Sheet
from cyborg_tui.widgets.hints import Hints
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.options import Options

__all__ = ["PickScreen"]


class PickScreen(Panel[Result]):
    """Dismisses with what was picked. What is typed goes to `look_for`; whoever has found something fills the list."""

    PROMPT: ClassVar[str] = ""
    """What may be typed."""
    VERB: ClassVar[str] = "choose"
    """What Enter does."""
    CLOSING: ClassVar[tuple[str, ...]] = ("escape",)
    """Keys that close it without picking anything."""

    DEFAULT_CSS = """
    PickScreen { align: center middle; }
    PickScreen Input, PickScreen Input:focus { border: none; height: 1; margin-bottom: 1; background: $surface; }
    PickScreen Input { padding: 0 1; }
    PickScreen Hints { padding: 0 1; color: $muted; }
    PickScreen.low Input, PickScreen.low Input:focus { margin-bottom: 0; }
    """

    def __init__(self, typed: str = "") -> None:
        """`typed`: what stands in the line at first."""
        super().__init__()
        self._typed_first = typed

    def compose(self) -> ComposeResult:
        with Sheet():
            yield Input(self._typed_first, placeholder=own(self.PROMPT))
            yield Options()
            yield from self.compose_more()
            yield Hints(*self._keys)

    def compose_more(self) -> ComposeResult:
        """What stands between the list and the keys."""
        return ()

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def look_for(self, typed: str) -> None:
        """Something else was typed."""

    def picked(self, option: Option) -> Result | None:
        """What it means that this one was picked; None: nothing can be done with it, the list stays."""

    @property
    def options(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def highlighted(self) -> Option | None:
        index = self.options.highlighted
        return None if index is None else self.options.get_option_at_index(index)

    def fill(self, found: list[Option], nothing: str, *, highlighted: int = 0) -> None:
        """Show what was found, or if it is nothing a sentence."""
        options = self.options
        options.clear_options()
        options.add_options(found or [Option(Text(own(nothing)), disabled=True)])
        if found:
            options.highlighted = highlighted

    def say(self, before: str = "") -> None:
        """Something to say before the keys."""
        self.query_one(Hints).show(before, *self._keys)

    @property
    def _keys(self) -> tuple[str, ...]:
        return f"Enter {self.VERB}", "Esc back", "↑↓ choose"

    def on_key(self, event: events.Key) -> None:
        if event.key == "down":
            self.options.action_cursor_down()
        elif event.key == "up":
            self.options.action_cursor_up()
        elif event.key in self.CLOSING:
            self.dismiss(None)
        else:
            return
        event.stop()
        event.prevent_default()

    @on(Input.Changed)
    def _something_typed(self, event: Input.Changed) -> None:
        self.look_for(event.value)

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _something_picked(self) -> None:
        option = self.highlighted
        result = None if option is None or option.disabled else self.picked(option)
        if result is not None:
            self.dismiss(result)
