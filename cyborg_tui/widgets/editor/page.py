"""The page: a text of any length, wrapped, of which the rows that changed are painted."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cyborg_tui.widgets.cells import width
from cyborg_tui.widgets.editor.document import Document
from cyborg_tui.widgets.editor.provisional import Provisional
from cyborg_tui.widgets.editor.runs import Run, Span, cut
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["LEVELS", "Manuscript", "Page"]

LEVELS = 6
"""Of how sure the model was, from sure to open; the themes have a colour for each."""


class Manuscript(Protocol):
    """What the editor edits. Offsets count the manuscript's characters; provisional text is none of them."""

    def edit(self, start: int, end: int, text: str) -> None: ...

    def keep_provisional(self, shown: int) -> int:
        """The first `shown` characters of the provisional text become part of the manuscript. Returns how many did."""

    def move_cursor(self, offset: int) -> None: ...

    def authors(self, start: int, end: int) -> Iterable[tuple[int, int, str]]:
        """Who wrote what between two offsets: (start, end, "person" or "model"); or other names of styles."""


class Page(RowView):
    """Draws the manuscript, the cursor in it, and a text that stands in it provisionally."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "editor--person",
        "editor--model",
        "editor--mark",
        "editor--provisional",
        "editor--selection",
        "editor--cursor",
        "editor--odd",
        *(f"editor--level-{level}" for level in range(LEVELS)),
    }
    MEASURE = 76
    """The longest row, in cells."""

    def __init__(self, manuscript: Manuscript, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.manuscript = manuscript
        self.document = Document()
        self._by_author = True
        self._cursor = 0
        self._anchor: int | None = None
        self._provisional = Provisional()
        self._drawn: dict[int, list[Run]] = {}
        """What stands in each row of the screen."""
        self._styles_of: dict[tuple[str, ...], Style] = {}
        self._cursor_drawn = 0
        """The row in which the cursor was drawn."""

    @property
    def text(self) -> str:
        """The manuscript as the editor has it, without provisional text."""
        text = self.document.text
        return text[: self._provisional.at] + text[self._provisional.end :] if self._provisional.text else text

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
        return self._provisional.at, self._provisional.text

    @property
    def painted(self) -> int:
        """How many characters of the provisional text have been on the screen."""
        return self._provisional.painted

    def show_provisional(self, at: int, text: str) -> None:
        """Let a text stand at an offset that is not part of the manuscript."""
        if self.provisional == (at, text):
            return
        if self._provisional.at != at:
            self.clear_provisional()
            self._provisional = Provisional(at)
        end = self._provisional.end
        same = self._provisional.become(text)
        self.put(at + same, end, text[same:])

    def clear_provisional(self) -> None:
        gone, self._provisional = self._provisional, Provisional()
        if gone.text:
            self.put(gone.at, gone.end, "")

    def to_screen(self, offset: int) -> int:
        """Where a character of the manuscript stands in the text on the screen."""
        return self._provisional.to_screen(offset)

    def to_manuscript(self, offset: int) -> int:
        return self._provisional.to_manuscript(offset)

    # drawing

    @property
    def by_author(self) -> bool:
        """Whether the model's text has its own colour, and a mark beside it."""
        return self._by_author

    def colour_by_author(self, by_author: bool) -> None:
        self._by_author = by_author
        self.refresh_stale()

    @property
    def columns(self) -> int:
        if not self.size.width:
            return self.MEASURE  # not laid out yet
        return max(4, min(self.MEASURE, self.size.width - 2 * self.margin))

    @property
    def margin(self) -> int:
        return 3 if self.size.width >= 60 else 1

    @property
    def room_below(self) -> int:
        """Rows kept free below the cursor."""
        return self.size.height // 3

    def count_rows(self) -> None:
        self.set_row_count(self.document.height + self.room_below)

    def put(self, start: int, end: int, text: str) -> None:
        """Change the text on the screen, in offsets of that text."""
        top, rows, moved = self.document.replace(start, end, text)
        if moved:
            self.count_rows()
            self.refresh_below(top)
        else:
            self.refresh_rows(top, rows)
            if self.document.row_of(self.to_screen(min(self._cursor, len(self.document)))) != self._cursor_drawn:
                self.refresh_rows(self._cursor_drawn)  # whose words are as they were

    def refresh_stale(self) -> None:
        """Repaint the rows that are not as they were drawn: other words, another author, another cursor."""
        top = self.scroll_offset.y
        for y in range(self.size.height):
            if self._drawn.get(y) != self._runs(top + y):
                self.refresh_rows(top + y)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        runs = self._drawn[y] = self._runs(row)
        if row < self.document.height:
            self._note_painted(row)
        base, edge, margin = self._style(), self.size.width, self.margin
        segments = [self._gutter({run.author for run in runs}, margin)]
        used, cursor_at = margin, -1
        for run in runs:
            names = (*run.author.split(), "selection" if run.selected else "", "cursor" if run.cursor else "")
            segments.append(Segment(run.text, self._style(*names)))
            cursor_at = used if run.cursor else cursor_at
            used += width(run.text)
        segments.append(Segment(" " * max(0, edge - used), base))
        if cursor_at >= 0:
            self._cursor_drawn = row
        if cursor_at >= edge:  # in white space past the edge
            return Strip([*Strip(segments).crop(0, edge - 1), Segment(" ", self._style("cursor"))])
        return Strip(segments).crop(0, edge)

    def _gutter(self, authors: set[str], margin: int) -> Segment:
        """The margin, with a mark where a row holds text of the model: a second signal beside colour."""
        mark, style = (
            ("▌", "provisional") if "provisional" in authors else ("▏", "mark") if "model" in authors else (" ", "")
        )
        line = own(mark.center(margin) if margin > 1 else mark)
        return Segment(line, self._style(style))

    def _runs(self, row: int) -> list[Run]:
        """What stands in a row."""
        if row >= self.document.height:
            return []
        start, end = self.document.row(row)
        cursor = self.to_screen(self._cursor)
        low, high = self.selection or (0, 0)
        selection = self.to_screen(low) - start, self.to_screen(high) - start
        runs = list(cut(self.document.slice(start, end), self._spans(start, end), selection, cursor - start))
        if cursor == end and self.has_focus and self.document.row_of(end) == row:
            runs.append(Run(" ", "", cursor=True))
        return runs

    def _spans(self, start: int, end: int) -> Iterable[Span]:
        """Who wrote a stretch of the text on the screen, counted from its beginning."""
        at, past = self._provisional.at, self._provisional.end
        for low, high, shift in ((start, min(end, at), 0), (max(start, past), end, past - at)):
            if low < high:
                for begin, finish, author in self.manuscript.authors(low - shift, high - shift):
                    yield begin + shift - start, finish + shift - start, author if self._by_author else "person"
            if shift == 0 and start < past and end > at:
                yield max(start, at) - start, min(end, past) - start, "provisional"

    def notify_style_update(self) -> None:
        self._styles_of.clear()
        super().notify_style_update()

    def _style(self, *names: str) -> Style:
        """The widget's style with those of these components over it. Textual needs a while to find one."""
        if names not in self._styles_of:
            style = self.rich_style
            for name in filter(None, names):
                style += self.get_component_rich_style(f"editor--{name}", partial=name != "cursor")
            self._styles_of[names] = style
        return self._styles_of[names]

    def _note_painted(self, row: int) -> None:
        below = row + 1 < self.document.height
        start, end = self.document.row(row)
        self._provisional.note_painted(start, self.document.row(row + 1)[0] if below else end)
