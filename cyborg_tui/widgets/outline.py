"""The outline pane: rows of the tree, drawn only where they are seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cyborg_tui.widgets.cells import clusters, drawable, width
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["OutlinePane", "OutlineRow"]

_LEVEL = 4
"""Cells by which a line stands further to the right than the one from which it parts."""
_CUT_OFF = "…"


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One row as it is drawn."""

    mark: str = " "
    """One cell that says what this place is to the person."""
    rails: tuple[bool, ...] = ()
    """For each level, whether a line stands there beside the row."""
    joint: str = ""
    """Where a line begins: what stands between its rail and its text, three cells at most."""
    text: tuple[tuple[str, str], ...] = ()
    """Runs of text, with who wrote each: person, model, aside for what is off the path, or name."""
    right: str = ""
    """Marks at the end of the row."""


class OutlinePane(RowView, can_focus=True):
    """Shows rows that are made when they are seen. Keys are the screen's business."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "outline--person",
        "outline--model",
        "outline--aside",
        "outline--name",
        "outline--highlighted",
        "outline--rail",
        "outline--accent",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._make: Callable[[int], OutlineRow] = lambda number: OutlineRow()
        self._count = 0
        self._cursor = 0
        self._styles: dict[str, Style] = {}

    def show(self, make: Callable[[int], OutlineRow], count: int, cursor: int) -> None:
        """`make` makes a row from its number. Everything that is seen is drawn anew."""
        self._make, self._count, self._cursor = make, count, cursor
        self.set_row_count(count)
        self.refresh()
        self._keep_in_view()

    def move(self, cursor: int) -> None:
        """Put the cursor into another row; nothing else has changed."""
        before, self._cursor = self._cursor, cursor
        if cursor != before:
            self.refresh_rows(before)
            self.refresh_rows(cursor)
            self._keep_in_view()

    def on_resize(self) -> None:
        self.set_row_count(self._count)
        self.refresh()
        self._keep_in_view()

    @property
    def cursor_row(self) -> int:
        """The row of the widget in which the cursor is."""
        return self._cursor - self.scroll_offset.y

    def _keep_in_view(self) -> None:
        """Scroll no further than it takes to see the cursor's row and a few around it; far, if it is far away."""
        height = max(1, self.size.height)
        around = min(3, (height - 1) // 2)
        top = self.scroll_offset.y
        low, high = self._cursor - height + 1 + around, self._cursor - around
        if not low - height <= top <= high + height:
            top = self._cursor - height // 2
        self.scroll_to_row(max(0, min(max(low, min(top, high)), self._count - height)))

    def render_line(self, y: int) -> Strip:
        number, room = y + self.scroll_offset.y, self.size.width
        if number >= self._count:
            return Strip.blank(room, self._style(""))
        row = self._make(number)
        here = number == self._cursor
        bar = own("▌") if here else " "
        rails = own(_rails(row, max(_LEVEL, room // 2)))
        right = own(drawable(row.right))
        left = [Segment(bar, self._style("accent")), Segment(own(row.mark), self._style("accent" if here else "rail"))]
        left += [Segment(" " + rails, self._style("rail"))]
        space = room - 3 - width(rails) - (width(right) + 2 if right else 1)
        text, used = _fitted(row.text, max(4, space))
        segments = [*left, *(Segment(part, self._style("highlighted" if here else who)) for part, who in text)]
        segments.append(Segment(" " * max(1, space - used + 1), self._style("")))
        segments.append(Segment(right, self._style("accent" if here else "rail")))
        return Strip(segments).adjust_cell_length(room, self._style(""))

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def _style(self, name: str) -> Style:
        """Textual needs a while to find one."""
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"outline--{name}") if name else self.rich_style
        return self._styles[name]


def _rails(row: OutlineRow, room: int) -> str:
    """The rails beside a row; of those that have no room the outer ones are left out."""
    if not row.rails:
        return ""
    levels = ["│   " if rail else "    " for rail in row.rails[:-1]]
    corner = ("├" if row.rails[-1] else "└") if row.joint else ("│" if row.rails[-1] else " ")
    own_level = f"{corner}{row.joint:<{_LEVEL - 1}}"
    kept = max(0, room // _LEVEL - 1)
    if len(levels) > kept:
        levels = [f"{_CUT_OFF}   ", *levels[len(levels) - kept + 1 :]] if kept else []
    return "".join(levels) + own_level


def _fitted(text: tuple[tuple[str, str], ...], room: int) -> tuple[list[tuple[str, str]], int]:
    """The runs as far as there is room, drawable, and how many cells they take."""
    fitted: list[tuple[str, str]] = []
    used = 0
    for part, who in text:
        shown = drawable(part)
        if used + width(shown) <= room:
            fitted.append((shown, who))
            used += width(shown)
            continue
        kept = ""
        for cluster in clusters(part):
            if used + width(cluster) > room - 1:
                break
            kept += cluster
            used += width(cluster)
        fitted.append((kept + own(_CUT_OFF), who))
        return fitted, used + 1
    return fitted, used
