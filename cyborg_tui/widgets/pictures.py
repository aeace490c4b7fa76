"""Small pictures one below the other, each with what it says, and its definition where that is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip

from cyborg_tui.widgets.cells import drawable, fold, pairs, width
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["Picture", "Pictures"]

_GUTTER = 2


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    value: str
    """What it comes to, in a few words."""
    draw: Callable[[int], Sequence[str]]
    """Its rows, for so many cells."""
    says: str
    definition: str


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    manner: str
    picture: int


class Pictures(RowView, can_focus=True):
    """Keys are the screen's business."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pictures--title",
        "pictures--text",
        "pictures--muted",
        "pictures--accent",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pictures: Sequence[Picture] = ()
        self._rows: list[_Row] = []
        self._open: set[int] = set()
        self._columns = 0
        self.at = 0
        """The picture at which one looks."""

    def show(self, pictures: Sequence[Picture]) -> None:
        """Show others, or the same with other values."""
        self._pictures = pictures
        self.at = max(0, min(self.at, len(pictures) - 1))
        self._lay_out()

    def move(self, by: int) -> None:
        """Look at the next one, or the one before; of one that is taller than the view, first at the rest of it."""
        rows = [y for y, row in enumerate(self._rows) if row.picture == self.at and row.text]
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if rows and by > 0 and rows[-1] >= top + height:
            self.scroll_to_row(min(rows[-1] - height + 1, top + max(1, height - 2)))
            self.refresh()
            return
        if rows and by < 0 and rows[0] < top:
            self.scroll_to_row(max(rows[0], top - max(1, height - 2)))
            self.refresh()
            return
        self.at = max(0, min(self.at + by, len(self._pictures) - 1))
        self._keep_in_view()
        self.refresh()

    def toggle(self) -> None:
        """Show the definition of the one at which one looks, or not any more."""
        self._open ^= {self.at}
        self._lay_out()
        said = [y for y, row in enumerate(self._rows) if row.picture == self.at and row.manner == "accent"]
        if said and said[-1] >= self.scroll_offset.y + self.size.height:
            self.scroll_to_row(min(said[0], said[-1] - self.size.height + 1))
            self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self._columns = max(8, self.size.width - _GUTTER - 1)
        roomy = self.size.height >= 16
        self._rows = []
        for number, picture in enumerate(self._pictures):
            if self._rows and roomy:
                self._rows.append(_Row("", "text", number))
            self._rows += self._picture(number, picture)
        self.set_row_count(len(self._rows))
        self._keep_in_view()
        self.refresh()

    def _picture(self, number: int, picture: Picture) -> list[_Row]:
        head = f"{picture.title}: {picture.value}" if picture.value else picture.title
        rows = [_Row(text, "title", number) for text in self._folded(head)]
        rows += [_Row(own(text), "text", number) for text in picture.draw(self._columns)]
        rows += [_Row(text, "muted", number) for text in self._folded(picture.says)]
        if number in self._open:
            rows += [_Row(text, "accent", number) for text in self._folded(picture.definition)]
        return rows

    def _folded(self, text: str) -> list[str]:
        text = own(drawable(text))
        return [text[a:b].rstrip() for a, b in pairs(fold(text, self._columns))]

    def _keep_in_view(self) -> None:
        """All of the picture, or its beginning if there is no room for all."""
        rows = [y for y, row in enumerate(self._rows) if row.picture == self.at and row.text]
        if not rows:
            return
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if rows[-1] >= top + height:
            top = min(rows[0], rows[-1] - height + 1)
        top = min(top, rows[0])
        self.scroll_to_row(0 if self.at == 0 and rows[-1] < height else top)

    def render_line(self, y: int) -> Strip:
        if self._columns != max(8, self.size.width - _GUTTER - 1):  # painted before it hears of its size
            self._lay_out()
        number, room = y + self.scroll_offset.y, self.size.width
        if number >= len(self._rows):
            return Strip.blank(room, self.rich_style)
        row = self._rows[number]
        here = row.picture == self.at and bool(row.text)
        gutter = Segment(own("▌ ") if here else "  ", self.get_component_rich_style("pictures--accent"))
        body = Segment(row.text, self.get_component_rich_style(f"pictures--{row.manner}"))
        rest = Segment(" " * max(0, room - _GUTTER - width(row.text)), self.rich_style)
        return Strip([gutter, body, rest]).crop(0, room)
