"""Panels over the write screen: help, where to go from here, and the one question that is ever asked."""

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from cyborg_tui.actions import PLACES, Action
from cyborg_tui.signs import SIGNS
from cyborg_tui.terminal.screen import Panel, Sheet
from cyborg_tui.widgets.hints import Hints
from cyborg_tui.widgets.lines import key_name
from cyborg_tui.widgets.marks import own

__all__ = ["HelpScreen", "WhichKey"]

_HOW = (
    "Write. Tab asks the model for branches from the cursor; read them, and take one, or a word or a sentence of it. "
    "Everything is kept: the branches you leave too. Ctrl+Z takes back, step by step, what you did since you came."
)
_KEYS = 20
"""Cells for the names of an action's keys."""
_WIDE = 60
"""Columns below which these are half as many."""


class HelpScreen(Panel[None]):
    """All keys and signs, by place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,f1,q", "dismiss", "Close"),
        ("space", "turn(1)", "A page down"),
        ("j", "scroll(1)", "A row down"),
        ("k", "scroll(-1)", "A row up"),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen Sheet { width: 76; height: 90%; }
    HelpScreen VerticalScroll { height: 1fr; padding: 0 1; }
    HelpScreen Hints { padding: 0 1; color: $muted; }
    """

    def __init__(self, actions: Sequence[Action], here: Sequence[str]) -> None:
        """`here`: the places whose keys come first."""
        super().__init__()
        self._actions, self._here = actions, here

    def compose(self) -> ComposeResult:
        with Sheet():
            with VerticalScroll():
                yield Static(Text(_HOW))
                for where, title in sorted(PLACES.items(), key=lambda place: place[0] not in self._here):
                    yield Static(Text(f"\n{title}", style="bold"))
                    yield Static(self._keys_of(where))
            yield Hints("Space next page", "↑↓ scroll", "Esc close")

    def action_turn(self, pages: int) -> None:
        rows = self.query_one(VerticalScroll)
        self.action_scroll(pages * max(1, rows.scrollable_content_region.height - 1))

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def _keys_of(self, where: str) -> Table:
        """Keys, and beside them what they do."""
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=_KEYS if self.app.size.width >= _WIDE else _KEYS // 2, style="bold")
        table.add_column(ratio=1)
        for action in self._actions:
            if action.where == where:
                table.add_row(own(" ".join(key_name(key) for key in action.names)), Text(action.help))
        for sign in SIGNS.get(where, ()):
            table.add_row(f"  {own(sign.sign)}", Text(sign.means), style="italic")
        return table


class WhichKey(Panel[str | None]):
    """One letter goes to a screen."""

    DEFAULT_CSS = """
    WhichKey { align: center bottom; background: transparent; }
    WhichKey Hints { background: $surface; padding: 0 2; }
    """
    PLACES: ClassVar[dict[str, tuple[str, str]]] = {
        "m": ("map", "map"),
        "t": ("tokens", "tokens"),
        "l": ("levers", "levers"),
        "v": ("lens", "lens"),
        "i": ("mirror", "mirror"),
        "b": ("looms", "library of looms"),
        "o": ("models", "models"),
        "f": ("search", "search"),
        "r": ("replace", "find and replace"),
        "g": ("bridge", "lead to what follows"),
        "w": ("provenance", "who wrote what"),
        "a": ("colours", "colour by author"),
        "c": ("process", "a process"),
        "s": ("samplers", "samplers"),
        "n": ("beside", "side by side"),
        "p": ("palette", "all commands"),
        "question_mark": ("help", "help"),
    }

    def compose(self) -> ComposeResult:
        parts = [f"{'?' if key == 'question_mark' else key} {name}" for key, (_, name) in self.PLACES.items()]
        yield Hints(f"go to: {parts[0]}", *parts[1:], "Esc stay", between="  ·  ")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(self.PLACES.get(event.key, (None, ""))[0])
