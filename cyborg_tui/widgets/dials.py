"""The panes of the samplers: dials, one a row, and how they change what may come next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip

from cyborg_tui.widgets.bars import bar, percent, visible
from cyborg_tui.widgets.cells import drawable, fold, pairs, width
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["ChanceRow", "ChanceRows", "DialRow", "DialRows"]

_NAME, _VALUE, _LABEL = 22, 8, 16
"""Cells for a dial's name and value, and for a token's text."""
_LEAST_BAR, _MOST_BAR = 6, 20


@dataclass(frozen=True, slots=True)
class DialRow:
    name: str
    value: str
    share: float | None = None
    """Where it stands between its ends, 0 to 1; None if it is no number."""
    changed: bool = False
    """It is not as it usually is."""
    aside: str = ""
    """What else is to be known of it."""


@dataclass(frozen=True, slots=True)
class ChanceRow:
    text: str
    before: float
    after: float


class _Lines(RowView):
    """Rows of texts, each with the name of its style."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[tuple[tuple[str, str], ...]] = []

    def _put(self, lines: list[tuple[tuple[str, str], ...]], kept: int | None = None) -> None:
        """Draw other rows; those that are the same are left alone. `kept`: the row that must be seen."""
        old, self._lines = self._lines, lines
        self.set_row_count(len(lines))
        for y in range(max(len(old), len(lines))):
            if y >= len(old) or y >= len(lines) or old[y] != lines[y]:
                self.refresh_rows(y)
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if kept is not None and not top <= kept < top + height:
            self.scroll_to_row(kept if kept < top else kept - height + 1)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        parts = self._lines[row] if row < len(self._lines) else ()
        segments = [Segment(text, self.get_component_rich_style(f"dials--{name}")) for text, name in parts]
        used = sum(width(text) for text, _ in parts)
        return Strip([*segments, Segment(" " * max(0, self.size.width - used), self.rich_style)]).crop(
            0, self.size.width
        )


class DialRows(_Lines, can_focus=True):
    """Keys are the screen's business."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"dials--text", "dials--highlighted", "dials--muted", "dials--accent"}

    def show(self, rows: Sequence[DialRow], highlighted: int) -> None:
        self._shown = (tuple(rows), highlighted)
        self._put([self._line(row, at == highlighted) for at, row in enumerate(rows)], highlighted)

    _shown: tuple[tuple[DialRow, ...], int] = ((), 0)

    def on_resize(self) -> None:
        self._lines = []
        self.show(*self._shown)
        self.refresh()

    def _line(self, row: DialRow, here: bool) -> tuple[tuple[str, str], ...]:
        style = "highlighted" if here else "text" if row.changed else "muted"
        room = max(_LEAST_BAR, min(_MOST_BAR, self.size.width - _NAME - _VALUE - 6))
        name = own(f"{'▌' if here else ' '}{'*' if row.changed else ' '} {row.name:<{_NAME}}")
        if row.share is None:
            return ((name, style), (f" {drawable(row.value)}", style), (f"  {own(drawable(row.aside))}", "muted"))
        filled = bar(row.share, room)
        rest = own("─" * (room - width(filled)))
        return (
            (name, style),
            (filled, "accent" if here else style),
            (rest, "muted"),
            (f" {row.value:>{_VALUE}}", style),
            (f"  {own(drawable(row.aside))}", "muted"),
        )


class ChanceRows(_Lines):
    """For each token a bar as it would be drawn, with a stroke where the model has it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"dials--text", "dials--highlighted", "dials--muted", "dials--accent"}

    def show(self, heading: Sequence[str], rows: Sequence[ChanceRow]) -> None:
        self._shown = (tuple(heading), tuple(rows))
        lines = [((f" {part}", "muted"),) for line in heading for part in self._folded(own(drawable(line)))]
        self._put([*lines, ((" ", "muted"),), *(self._line(row) for row in rows)])

    def _folded(self, line: str) -> list[str]:
        return [line[a:b].rstrip() for a, b in pairs(fold(line, max(8, self.size.width - 2)))]

    _shown: tuple[tuple[str, ...], tuple[ChanceRow, ...]] = ((), ())

    def on_resize(self) -> None:
        self._lines = []
        self.show(*self._shown)
        self.refresh()

    def _line(self, row: ChanceRow) -> tuple[tuple[str, str], ...]:
        label = visible(row.text)
        while width(label) > _LABEL:
            label = label[:-2] + own("…")
        label += " " * (_LABEL - width(label))
        room = max(2, self.size.width - _LABEL - 11)
        after = bar(row.after, room)
        stroke = min(room - 1, round(row.before * room))
        cells = after + " " * (room - width(after))
        style = "text" if row.after > 0 else "muted"
        return (
            (f" {label}", style),
            (f" {percent(row.after) if row.after else own('     –')} ", style),
            (cells[:stroke], "accent"),
            (own("│"), "muted"),
            (cells[stroke + 1 :], "accent"),
        )
