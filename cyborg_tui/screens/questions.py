"""What is asked of a person in a few words: a line, a text, or whether."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from cyborg_tui.terminal.screen import Panel, Sheet
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.editor import Editor
from cyborg_tui.widgets.editor.draft import Draft
from cyborg_tui.widgets.hints import Hints

__all__ = ["LinePrompt", "OneOf", "TextPrompt", "Whether"]


class LinePrompt(Panel[str | None]):
    """Asks for one line; dismisses with it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Back")]
    DEFAULT_CSS = """
    LinePrompt { align: center bottom; background: transparent; }
    LinePrompt Vertical { width: 100%; height: auto; background: $surface; padding: 0 2; }
    LinePrompt Input, LinePrompt Input:focus { border: none; height: 1; padding: 0; background: $surface; }
    """

    def __init__(self, question: str, proposal: str, does: str = "saves") -> None:
        """`does`: what Enter does."""
        super().__init__()
        self._question, self._proposal, self._does = question, proposal, does

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Hints(self._question, f"Enter {self._does} · Esc not now", between="  ")
            yield Input(self._proposal, select_on_focus=False)

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())


class Whether(Panel[bool]):
    """Asks whether to do something that cannot be undone; only y does it."""

    DEFAULT_CSS = """
    Whether { align: center bottom; background: transparent; }
    Whether Hints { background: $surface; padding: 0 2; }
    """

    def __init__(self, question: str, does: str) -> None:
        """`does`: what y does, in one word."""
        super().__init__()
        self._question, self._does = question, does

    def compose(self) -> ComposeResult:
        yield Hints(self._question, f"y {self._does} · any other key not", between="  ")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(event.key == "y")


class OneOf(Panel[str | None]):
    """Asks which of several, at most nine; dismisses with it."""

    DEFAULT_CSS = """
    OneOf { align: center bottom; background: transparent; }
    OneOf Vertical { height: auto; background: $surface; padding: 0 2; }
    """

    def __init__(self, question: str, options: Sequence[str]) -> None:
        super().__init__()
        self._question, self._options = question, options

    def compose(self) -> ComposeResult:
        lines = [f"{number}  {option}" for number, option in enumerate(self._options, 1)]
        with Vertical():
            yield Static(Text("\n".join(map(drawable, (self._question, *lines)))))
            yield Hints(f"1-{len(self._options)} choose", "Esc not now")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key.isdigit() and 0 < int(event.key) <= len(self._options):
            self.dismiss(self._options[int(event.key) - 1])
        elif event.key == "escape":
            self.dismiss(None)


class _PromptEditor(Editor):
    def __init__(self, draft: Draft, accepts: str) -> None:
        """`accepts`: the key that is left to the prompt."""
        super().__init__(draft)
        self._accepts = accepts

    async def _on_key(self, event: events.Key) -> None:
        if event.key in (self._accepts, "escape"):
            event.prevent_default()


class TextPrompt(Panel[tuple[str, int] | None]):
    """Shows a text to change, or only to put the cursor into; dismisses with it, and with where the cursor is."""

    DEFAULT_CSS = """
    TextPrompt { align: center middle; }
    TextPrompt Sheet { padding: 1 1; }
    TextPrompt.low Sheet { padding: 0; }
    TextPrompt.low Hints { padding: 0 1; }
    TextPrompt Hints { padding: 0 2 1 2; }
    TextPrompt Editor { height: 1fr; width: 100%; background: $surface; }
    """

    def __init__(self, question: str, text: str, key: str, does: str, *, only_cursor: bool = False) -> None:
        """`key`: the one that accepts, and what it `does`. `only_cursor`: the text stays as it is."""
        super().__init__()
        self._question, self._key, self._does, self._only_cursor = question, key, does, only_cursor
        self._draft = Draft(text)

    def compose(self) -> ComposeResult:
        name = "Enter" if self._key == "enter" else "Ctrl+S"
        with Sheet():
            yield Hints(self._question, f"{name} {self._does} · Esc not now", between="  ")
            yield _PromptEditor(self._draft, self._key)

    def on_mount(self) -> None:
        editor = self.query_one(Editor)
        editor.load(self._draft.text)
        editor.read_only = self._only_cursor
        editor.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in (self._key, "escape"):
            event.stop()
            self.dismiss((self._draft.text, self.query_one(Editor).cursor) if event.key == self._key else None)
