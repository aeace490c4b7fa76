"""The search screen: places in every loom and branch, found as one types."""

import time
from collections.abc import Callable

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from cyborg_tui.library.finding import Finding, Found
from cyborg_tui.library.library import LibraryError
from cyborg_tui.loom.terms import Asked, asked
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import own

__all__ = ["FindScreen"]

_HOW = 'Words, or "a phrase". Also author:you, author:MODEL, tag:, on:, before:, after: 2026, 2026-11 or 2026-11-24.'


class FindScreen(ModalScreen[Found | None]):
    """Dismisses with the chosen place."""

    DEFAULT_CSS = """
    FindScreen { align: center middle; }
    FindScreen Vertical { width: 84; max-width: 100%; height: 80%; background: $surface; padding: 1 2; }
    FindScreen Input, FindScreen Input:focus { border: none; height: 1; margin-bottom: 1; background: $surface; }
    FindScreen OptionList { height: 1fr; background: $surface; scrollbar-size: 0 0; }
    FindScreen OptionList, FindScreen OptionList:focus { border: none; }
    FindScreen Static { height: 1; color: $muted; }
    """

    def __init__(self, find: Callable[[Asked], Finding], typed: str = "") -> None:
        """`find` is called on another thread. `typed`: what was looked for last."""
        super().__init__()
        self._find = find
        self.typed = typed
        self._places: tuple[Found, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(self.typed, placeholder="search every loom and branch")
            yield OptionList()
            yield Static(own("Enter go there · ↑↓ choose · Esc back"))

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        if not self.typed:
            self._say(_HOW)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.typed = event.value
        self._look(event.value)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _look(self, typed: str) -> None:
        try:
            what = asked(typed)
            finding, problem = self._find(what), ""
        except LibraryError as error:
            finding, problem = Finding(), str(error)
        self.call_later(self._show, typed, finding, problem or self._nothing(what, finding))

    def _nothing(self, what: Asked, finding: Finding) -> str:
        """What to say where there are no places."""
        if not what:
            return _HOW
        if not finding.indexed:
            return "Nothing yet; what was written with an earlier version is still being put into the index."
        return "Nothing here yet." if finding.empty else "Nothing like that, in any branch."

    def _show(self, typed: str, finding: Finding, nothing: str) -> None:
        if typed != self.typed or not self.query(OptionList):
            return  # more was typed meanwhile, or the screen closed
        self._places = finding.places
        options = self.query_one(OptionList)
        options.clear_options()
        if not finding.places:
            self._say(nothing)
            return
        options.add_options([Option(_entry(found)) for found in finding.places])
        options.highlighted = 0
        many = "" if finding.whole else " of many"
        count = len(finding.places)
        self._note(f"{count}{many} place{'' if count == 1 else 's'} · Enter go there · ↑↓ choose · Esc back")

    def _say(self, sentence: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_option(Option(Text(own(sentence)), disabled=True))
        self._note("Enter go there · ↑↓ choose · Esc back")

    def _note(self, text: str) -> None:
        self.query_one(Static).update(Text(own(text), no_wrap=True))

    def on_key(self, event: events.Key) -> None:
        options = self.query_one(OptionList)
        if event.key == "down":
            options.action_cursor_down()
        elif event.key == "up":
            options.action_cursor_up()
        elif event.key == "escape":
            self.dismiss(None)
        else:
            return
        event.stop()
        event.prevent_default()

    @on(Input.Submitted)
    def _go(self) -> None:
        self._choose(self.query_one(OptionList).highlighted)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option_index)

    def _choose(self, index: int | None) -> None:
        if index is not None and index < len(self._places):
            self.dismiss(self._places[index])


def _entry(found: Found) -> Text:
    """The place in what stands around it, and below it where that is."""
    begin, end = found.at, found.at + found.length
    entry = Text(no_wrap=True, overflow="ellipsis")
    entry.append(_line(found.excerpt[max(0, begin - 24) : begin]))
    entry.append(_line(found.excerpt[begin:end]), style="bold underline")
    entry.append(_line(found.excerpt[end:]))
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.made_at))
    entry.append(f"\n  {when}   {drawable(found.title)}", style="dim")
    return entry


def _line(text: str) -> str:
    return drawable(text.replace("\n", " ").replace("\t", " "))
