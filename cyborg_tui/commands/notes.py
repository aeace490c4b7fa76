"""What the person said of the tool, printed."""

import time
from collections.abc import Iterator

from cyborg_tui.library.tool_notes import ToolNote

__all__ = ["said"]


def said(note: ToolNote, *, with_screen: bool) -> Iterator[str]:
    """A note, line by line; and what was on the screen, each row after a bar."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(note.at))
    yield f"{when}  {note.note}  ({note.version})"
    if with_screen:
        yield from (f"    | {row}" for row in note.screen.split("\n"))
        yield ""
