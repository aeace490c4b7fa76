"""The editor widget: turns keys into edits, and keeps the cursor in sight."""

import unicodedata

from textual import events
from textual.message import Message

from cyborg_tui.loom.shared import difference
from cyborg_tui.widgets.editor.commands import command_of
from cyborg_tui.widgets.editor.document import Document
from cyborg_tui.widgets.editor.page import Manuscript, Page
from cyborg_tui.widgets.editor.provisional import Provisional

__all__ = ["Editor", "Manuscript"]


class Editor(Page, can_focus=True):
    """Shows a text and edits it. The session holds the truth; this holds what is on the screen."""

    class Changed(Message):
        """The text changed, or the cursor moved."""

    def __init__(self, manuscript: Manuscript, *, id: str | None = None) -> None:
        super().__init__(manuscript, id=id)
        self.read_only = False
        self.goal: int | None = None
        """The column to which the cursor returns after shorter rows."""

    def load(self, text: str, cursor: int = 0) -> None:
        self.document = Document(text, self.columns)
        self._provisional = Provisional()
        self._cursor, self._anchor, self.goal = cursor, None, None
        if self.size.width:  # else it will be laid out soon, and only then be wrapped
            self._show_anew()

    def follow_manuscript(self, text: str, cursor: int) -> None:
        """Show the manuscript as it is now, repainting what differs."""
        old = self.text
        if old != text:
            start, end, new_end = difference(old, text)
            self.clear_provisional()
            self._anchor = None
            self.put(start, end, text[start:new_end])
        if cursor != self._cursor:
            self.place(cursor)
        self.refresh_stale()
        self._follow()

    def on_resize(self) -> None:
        self.document.fold_to(self.columns)
        self._show_anew()

    def _show_anew(self) -> None:
        self.count_rows()
        self.refresh()
        self._follow()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # the cursor

    def place(self, offset: int, *, selecting: bool = False, goal: int | None = None) -> None:
        """Put the cursor somewhere, and show it."""
        had = self.selection
        if selecting and self._anchor is None:
            self._anchor = self._cursor
        elif not selecting:
            self._anchor = None
        self._cursor, self.goal = max(0, offset), goal
        self.manuscript.move_cursor(self._cursor)
        self.refresh_rows(self._cursor_drawn)
        self.refresh_rows(self.document.row_of(self.to_screen(self._cursor)))
        if had or self.selection:
            self.refresh_stale()
        self._follow()
        self.post_message(self.Changed())

    def _follow(self) -> None:
        """Scroll so that the cursor is seen, with room below it in which a branch can be read."""
        row = self.document.row_of(self.to_screen(min(self._cursor, len(self.document))))
        height = max(1, self.size.height)
        above = 2 if height > 8 else 0
        top = self.scroll_offset.y
        if row < top + above:
            top = max(0, row - above)
        elif row > top + height - 1 - self.room_below:
            top = row - height + 1 + self.room_below
        self.scroll_to_row(top)

    # keys

    async def _on_key(self, event: events.Key) -> None:
        if self.read_only and _writes(event):
            return
        command = command_of(event.key)
        if command is not None:
            command(self)
        elif event.character and _writes(event):
            self.insert(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.insert(event.text.replace("\r\n", "\n").replace("\r", "\n"))

    def insert(self, text: str) -> None:
        """Type a text at the cursor, in place of the selection. Provisional text there is taken as it is painted."""
        if self.read_only or not text:
            return
        if self.painted and not self.selection and self._cursor == self._provisional.at:
            self._keep_provisional()
        start, end = self.selection or (self._cursor, self._cursor)
        self.edit(start, end, text)

    def _keep_provisional(self) -> None:
        standing = self._provisional
        self.clear_provisional()
        kept = self.manuscript.keep_provisional(standing.painted)
        self.put(standing.at, standing.at, standing.text[:kept])
        self._cursor = standing.at + kept
        self._anchor = None

    def edit(self, start: int, end: int, text: str) -> None:
        if self.read_only or (start == end and not text):
            return
        self.clear_provisional()
        self._anchor = None
        self.put(start, end, text)
        self.manuscript.edit(start, end, text)
        self.place(start + len(text))

    # the mouse, where it is turned on

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.focus()
        row = min(self.document.height - 1, event.offset.y + self.scroll_offset.y)
        self.place(self.to_manuscript(self.document.offset_in(row, event.offset.x - self.margin)))


def _writes(event: events.Key) -> bool:
    """Whether a key stands for a character: also for one that is nothing by itself, such as what joins two emoji."""
    return event.is_printable or (event.character is not None and unicodedata.category(event.character) == "Cf")
