"""The editor widget: draws the rows that changed, and turns keys into edits."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cyborg_tui.loom.shared import shared_length
from cyborg_tui.widgets.cells import clusters, drawable, width
from cyborg_tui.widgets.editor.commands import command_of
from cyborg_tui.widgets.editor.document import Document

__all__ = ["Editor", "Manuscript"]


class Manuscript(Protocol):
    """What the editor edits. Offsets count the manuscript's characters; provisional text is none of them."""

    def edit(self, start: int, end: int, text: str) -> None: ...

    def keep_provisional(self, shown: int) -> None:
        """The first `shown` characters of the provisional text become part of the manuscript."""

    def move_cursor(self, offset: int) -> None: ...

    def authors(self, start: int, end: int) -> Iterable[tuple[int, int, str]]:
        """Who wrote what between two offsets: (start, end, "person" or "model")."""


class Editor(ScrollView, can_focus=True):
    """Shows a text and edits it. The session holds the truth; this holds what is on the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "editor--person",
        "editor--model",
        "editor--mark",
        "editor--provisional",
        "editor--selection",
        "editor--cursor",
    }
    DEFAULT_CSS = "Editor { scrollbar-size: 0 0; }"
    MEASURE = 76
    """The longest row, in cells."""

    class Changed(Message):
        """The text changed, or the cursor moved."""

    def __init__(self, manuscript: Manuscript, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.manuscript = manuscript
        self.read_only = False
        self.document = Document()
        self._cursor = 0
        self._anchor: int | None = None
        self.goal: int | None = None
        self._provisional = (0, "")
        self._painted = 0

    # what the screen calls

    @property
    def text(self) -> str:
        """The manuscript as the editor has it, without provisional text."""
        at, shown = self._provisional
        text = self.document.text
        return text[:at] + text[at + len(shown) :]

    @property
    def cursor(self) -> int:
        """Characters of the manuscript before the cursor."""
        return self._cursor

    @property
    def selection(self) -> tuple[int, int] | None:
        if self._anchor is None or self._anchor == self._cursor:
            return None
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    @property
    def provisional(self) -> tuple[int, str]:
        """Where a text stands that is no part of the manuscript, and that text."""
        return self._provisional

    @property
    def painted(self) -> int:
        """How many characters of the provisional text have been on the screen."""
        return min(self._painted, len(self._provisional[1]))

    def load(self, text: str, cursor: int = 0) -> None:
        self.document = Document(text, self._columns)
        self._provisional, self._painted = (0, ""), 0
        self._cursor, self._anchor = cursor, None
        self._resize()
        self.refresh()
        self._follow()

    def follow_manuscript(self, text: str, cursor: int) -> None:
        """Show the manuscript as it is now, repainting what differs."""
        old = self.text
        if old != text:
            start = shared_length(old, text)
            end = shared_length(old[start:][::-1], text[start:][::-1])
            self.clear_provisional()
            self._replace(start, len(old) - end, text[start : len(text) - end])
            self._anchor = None
        if cursor != self._cursor:
            self.place(cursor)

    def show_provisional(self, at: int, text: str) -> None:
        """Let a text stand at an offset that is not part of the manuscript."""
        place, shown = self._provisional
        if (place, shown) == (at, text):
            return
        if place == at and text.startswith(shown):
            self._provisional = (at, text)
            self._replace(at + len(shown), at + len(shown), text[len(shown) :])
        else:
            common = shared_length(shown, text) if place == at else 0
            if place != at:
                self.clear_provisional()
                shown = ""
            self._painted = min(self._painted, common)
            self._provisional = (at, text)
            self._replace(at + common, at + len(shown), text[common:])

    def clear_provisional(self) -> None:
        at, shown = self._provisional
        self._provisional, self._painted = (0, ""), 0
        if shown:
            self._replace(at, at + len(shown), "")

    # drawing

    @property
    def _columns(self) -> int:
        return max(4, min(self.MEASURE, self.size.width - 2 * self._margin))

    @property
    def _margin(self) -> int:
        return 3 if self.size.width >= 60 else 1

    @property
    def _room_below(self) -> int:
        """Rows kept free below the cursor."""
        return self.size.height // 3

    def on_resize(self) -> None:
        self.document.fold_to(self._columns)
        self._resize()
        self.refresh()
        self._follow()

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.document.height + self._room_below)

    def _replace(self, start: int, end: int, text: str) -> None:
        """Change the text on the screen, in offsets of that text."""
        top, rows, moved = self.document.replace(start, end, text)
        if moved:
            self._resize()
            first = max(0, top - self.scroll_offset.y)
            self.refresh(Region(0, first, self.size.width, max(1, self.size.height - first)))
        else:
            self._refresh_rows(top, rows)

    def _refresh_rows(self, top: int, count: int = 1) -> None:
        first = max(0, top - self.scroll_offset.y)
        last = min(self.size.height, top + count - self.scroll_offset.y)
        if last > first:
            self.refresh(Region(0, first, self.size.width, last - first))

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        base = self.rich_style
        if row >= self.document.height:
            return Strip.blank(self.size.width, base)
        start, end = self.document.row(row)
        self._note_painted(row, start, end)
        runs = list(self._runs(start, end))
        segments = [self._gutter({kind for _, _, kind, _ in runs})]
        used = self._margin
        cursor = self.to_screen(self._cursor)
        for begin, finish, kind, selected in runs:
            style = base + self._style(kind) + (self._style("selection") if selected else Style.null())
            for part, is_cursor in _cut_at(self.document.slice(begin, finish), begin, cursor):
                text = drawable(part)
                segments.append(Segment(text, style + self._style("cursor") if is_cursor else style))
                used += width(text)
        if cursor == end and self.has_focus and self.document.row_of(end) == row:
            segments.append(Segment(" ", base + self._style("cursor")))
            used += 1
        segments.append(Segment(" " * max(0, self.size.width - used), base))
        return Strip(segments).crop(0, self.size.width)

    def _gutter(self, kinds: set[str]) -> Segment:
        """The margin, with a mark where a row holds text of the model: a second signal beside colour."""
        mark, style = (
            ("▌", "provisional") if "provisional" in kinds else ("▏", "mark") if "model" in kinds else (" ", "")
        )
        line = mark.center(self._margin) if self._margin > 1 else mark
        return Segment(line, self.rich_style + self._style(style) if style else self.rich_style)

    def _runs(self, start: int, end: int) -> Iterable[tuple[int, int, str, bool]]:
        """A stretch of the text on the screen as runs: begin, end, who wrote it, and whether it is selected."""
        at, shown = self._provisional
        past = at + len(shown)
        for low, high, shift in ((start, min(end, at), 0), (max(start, past), end, len(shown))):
            if shift and start < past and end > at:
                yield max(start, at), min(end, past), "provisional", False
            if low >= high:
                continue
            for begin, finish, author in self.manuscript.authors(low - shift, high - shift):
                for one, other, is_selected in _selected(begin, finish, self.selection):
                    yield one + shift, other + shift, author, is_selected

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"editor--{name}", partial=name != "cursor")

    def to_screen(self, offset: int) -> int:
        """Where a character of the manuscript stands in the text on the screen. The cursor stays before a provisional
        text."""
        at, shown = self._provisional
        return offset if offset <= at else offset + len(shown)

    def _note_painted(self, row: int, start: int, end: int) -> None:
        """A row was drawn, from `start` to `end`. Provisional text is painted up to its first row that was not."""
        at, shown = self._provisional
        if not shown or end < at or start >= at + len(shown):
            return
        if row + 1 < self.document.height:
            end = self.document.row(row + 1)[0]
        if start - at <= self._painted:
            self._painted = max(self._painted, min(end - at, len(shown)))

    # the cursor

    def place(self, offset: int, *, selecting: bool = False, goal: int | None = None) -> None:
        """Put the cursor somewhere, and show it."""
        before = self.document.row_of(self.to_screen(self._cursor))
        had = self.selection
        if selecting and self._anchor is None:
            self._anchor = self._cursor
        elif not selecting:
            self._anchor = None
        self._cursor, self.goal = max(0, offset), goal
        self.manuscript.move_cursor(self._cursor)
        self._refresh_rows(before)
        self._refresh_rows(self.document.row_of(self.to_screen(self._cursor)))
        if had or self.selection:
            self.refresh()
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
        elif row > top + height - 1 - self._room_below:
            top = row - height + 1 + self._room_below
        if top != self.scroll_offset.y:
            self.scroll_to(0, top, animate=False, force=True)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def to_manuscript(self, offset: int) -> int:
        at, shown = self._provisional
        return offset if offset <= at else max(at, offset - len(shown))

    # keys

    async def _on_key(self, event: events.Key) -> None:
        if self.read_only and event.is_printable:
            return
        command = command_of(event.key)
        if command is not None:
            command(self)
        elif event.is_printable and event.character:
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
        if self.read_only:
            return
        if self.painted and self._cursor == self._provisional[0]:
            self._keep_provisional()
        start, end = self.selection or (self._cursor, self._cursor)
        self.edit(start, end, text)

    def _keep_provisional(self) -> None:
        at, shown = self._provisional
        painted = self.painted
        self.clear_provisional()
        self._replace(at, at, shown[:painted])
        self.manuscript.keep_provisional(painted)
        self._cursor = at + painted
        self._anchor = None

    def edit(self, start: int, end: int, text: str) -> None:
        if self.read_only or (start == end and not text):
            return
        self.clear_provisional()
        self._anchor = None
        self._replace(start, end, text)
        self.manuscript.edit(start, end, text)
        self.place(start + len(text))

    # the mouse, where it is turned on

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.focus()
        self.place(self._offset_at(event.offset))

    def _offset_at(self, point: Offset) -> int:
        row = min(self.document.height - 1, point.y + self.scroll_offset.y)
        start, end = self.document.row(row)
        used, offset = self._margin, start
        for cluster in clusters(self.document.slice(start, end)):
            if used + width(cluster) > point.x:
                break
            used += width(cluster)
            offset += len(cluster)
        return self.to_manuscript(offset)


def _cut_at(text: str, begin: int, cursor: int) -> list[tuple[str, bool]]:
    """A run cut so that the character under the cursor stands alone."""
    at = cursor - begin
    if not 0 <= at < len(text):
        return [(text, False)]
    under = 1 if text.isascii() else len(clusters(text[at : at + 64])[0])
    return [(text[:at], False), (text[at : at + under], True), (text[at + under :], False)]


def _selected(begin: int, finish: int, selection: tuple[int, int] | None) -> list[tuple[int, int, bool]]:
    if selection is None or selection[1] <= begin or selection[0] >= finish:
        return [(begin, finish, False)]
    low, high = max(begin, selection[0]), min(finish, selection[1])
    parts = [(begin, low, False), (low, high, True), (high, finish, False)]
    return [part for part in parts if part[0] < part[1]]
