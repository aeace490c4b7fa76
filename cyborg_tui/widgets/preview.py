"""The preview pane: some paragraphs about one place, wrapped, and scrolled if there is more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cyborg_tui.widgets.cells import drawable, fold, pairs, width
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["Paragraph", "Preview"]

_ABOVE = 3
"""Rows above a change that are shown when one goes to it."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs of text, with the manner in which each is shown: one of the pane's component classes."""

    runs: tuple[tuple[str, str], ...] = ()


_Row = list[tuple[str, str]]


class Preview(RowView):
    """A row in which something is gone or new has a sign for it beside it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "preview--person",
        "preview--model",
        "preview--muted",
        "preview--accent",
        "preview--gone",
        "preview--new",
    }

    def __init__(self, *, id: str | None = None) -> None:
        self._styles: dict[str, Style] = {}
        super().__init__(id=id)
        self._paragraphs: Sequence[Paragraph] = ()
        self._rows: list[_Row] = []
        self._columns = 0

    def show(self, paragraphs: Sequence[Paragraph]) -> None:
        """Draw another text, from its beginning."""
        if paragraphs == self._paragraphs:
            return
        self._paragraphs = paragraphs
        self._lay_out()
        self.scroll_to_row(0)

    def on_resize(self) -> None:
        self._lay_out()

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return len(self._rows)

    def turn_page(self, by: int = 1) -> None:
        """Show the next page; after the last one the first."""
        height = max(1, self.size.height - 1)
        past_end = self.scroll_offset.y >= self.max_scroll_y
        self.scroll_to_row(
            0 if by > 0 and past_end else max(0, min(self.max_scroll_y, self.scroll_offset.y + by * height))
        )
        self.refresh()

    def scroll_by(self, rows: int) -> None:
        """Show what stands some rows further down, or up."""
        self.scroll_to_row(max(0, min(self.max_scroll_y, self.scroll_offset.y + rows)))
        self.refresh()

    def to_changed(self, by: int) -> bool:
        """Show the next stretch of changed rows (`by` is 1), or the one before (-1). False if there is none."""
        begins = [
            number
            for number, row in enumerate(self._rows)
            if _sign(row) and (number == 0 or not _sign(self._rows[number - 1]))
        ]
        top = self.scroll_offset.y + _ABOVE
        found = [n for n in begins if n > top] if by > 0 else [n for n in reversed(begins) if n < top]
        goal = max(0, min(self.max_scroll_y, found[0] - _ABOVE)) if found else self.scroll_offset.y
        if goal == self.scroll_offset.y:
            return False
        self.scroll_to_row(goal)
        self.refresh()
        return True

    def _lay_out(self) -> None:
        self._columns = max(4, self.size.width - 3)
        self._rows = [row for paragraph in self._paragraphs for row in _rows_of(paragraph, self._columns)]
        self.set_row_count(len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if self._columns != max(4, self.size.width - 3):  # painted before it hears of its size
            self._lay_out()
        number, room = y + self.scroll_offset.y, self.size.width
        if number >= len(self._rows):
            return Strip.blank(room, self._style(""))
        runs = self._rows[number]
        if y == self.size.height - 1 and number < len(self._rows) - 1:
            runs = [(own("…"), "muted")]
        segments = [Segment(f"{own(_sign(runs)):<2}", self._style("accent"))]
        segments += [Segment(text, self._style(manner)) for text, manner in runs]
        return Strip(segments).adjust_cell_length(room, self._style(""))

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def _style(self, manner: str) -> Style:
        """Textual needs a while to find one."""
        if manner not in self._styles:
            name = f"preview--{manner}"
            self._styles[manner] = self.get_component_rich_style(name) if manner else self.rich_style
        return self._styles[manner]


def _sign(row: _Row) -> str:
    """Whether something is gone from it, or new in it, or both."""
    manners = {manner for _, manner in row}
    return "±" if manners >= {"gone", "new"} else "−" if "gone" in manners else "+" if "new" in manners else ""


def _rows_of(paragraph: Paragraph, columns: int) -> list[_Row]:
    """Its rows. Lines end where its text has line ends."""
    text = "".join(part for part, _ in paragraph.runs)
    rows: list[_Row] = []
    at = 0
    for line in text.split("\n"):
        for begin, end in pairs(fold(line, columns)):
            stop = at + (len(line) if end is None else end)
            rows.append(_between(paragraph.runs, at + begin, stop, columns))
        at += len(line) + 1
    return rows


def _between(runs: Sequence[tuple[str, str]], start: int, stop: int, columns: int) -> list[tuple[str, str]]:
    """The parts of the runs between two characters of their text, drawable."""
    found: list[tuple[str, str]] = []
    begin = 0
    for part, manner in runs:
        shown = drawable(part[max(0, start - begin) : max(0, stop - begin)])
        if shown:
            found.append((shown, manner))
        begin += len(part)
    if found and sum(width(part) for part, _ in found) > columns:
        found[-1] = (found[-1][0].rstrip(), found[-1][1])
    return found
