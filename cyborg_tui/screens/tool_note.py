"""A note about the tool: one line, kept with what was on the screen."""

import time

from textual.screen import Screen

from cyborg_tui import __version__
from cyborg_tui.library.library import Library, LibraryError
from cyborg_tui.library.tool_notes import ToolNote
from cyborg_tui.screens.questions import LinePrompt
from cyborg_tui.screens.working import WorkingScreen

__all__ = ["ask_for_tool_note", "on_the_screen"]

_LONGEST = 2000
"""Characters."""


def ask_for_tool_note(screen: WorkingScreen[object], library: Library) -> None:
    """Ask for a line about what `screen` shows, and keep both."""
    shown = on_the_screen(screen)

    def keep(line: str | None) -> None:
        if not line:
            return
        try:
            library.add_tool_note(ToolNote(time.time(), __version__, line[:_LONGEST], shown))
        except LibraryError as error:
            screen.notice(str(error))
        else:
            screen.notice("Noted; `cyborg-tui notes` lists what you said of the tool.")

    screen.app.push_screen(LinePrompt("What would you say of this tool, here?", "", "keeps it"), keep)


def on_the_screen(screen: Screen[object]) -> str:
    """Its rows as text, without blanks at their ends."""
    rows = [strip.text.rstrip() for strip in screen._compositor.render_strips()]
    return "\n".join(rows).rstrip("\n")
