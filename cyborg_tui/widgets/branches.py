"""The branch pane: one widget that draws the fan, row by row, and only the rows that changed."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cyborg_tui.widgets.cells import drawable, fold, pairs, width

__all__ = ["BranchView", "Branches", "FanView"]

_GUTTER = 5


@dataclass(frozen=True, slots=True)
class BranchView:
    text: str
    growing: bool = False
    taken: bool = False
    bookmarked: bool = False
    ended: bool = False
    """The model ended the text here."""


@dataclass(frozen=True, slots=True)
class FanView:
    fan: int | None = None
    header: str = ""
    branches: tuple[BranchView, ...] = ()
    highlighted: int = 0
    note: str = ""
    """Shown where there are no branches: what to do, or what is being waited for."""

    @property
    def dims_others(self) -> bool:
        return any(branch.taken for branch in self.branches)


@dataclass(frozen=True, slots=True)
class _Row:
    gutter: str
    text: str
    branch: int = -1
    """Its index; -1 for none."""
    start: int = 0
    end: int = 0
    """Which of the branch's characters have been read when this row has."""


class Branches(ScrollView, can_focus=True):
    """Shows a FanView. Keys are the screen's business."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "branches--text",
        "branches--highlighted",
        "branches--muted",
        "branches--accent",
    }
    DEFAULT_CSS = "Branches { scrollbar-size: 0 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view = FanView()
        self._rows: list[_Row] = []
        self._painted: dict[int, int] = {}

    def show(self, view: FanView) -> None:
        """Draw another state; rows that are the same are left alone."""
        if view == self._view:
            return
        if view.fan != self._view.fan:
            self._painted = {}
        old, before = self._rows, self._view
        self._view = view
        self._rows = self._lay_out()
        self.virtual_size = Size(self.size.width, len(self._rows))
        restyled = {before.highlighted, view.highlighted} if before.highlighted != view.highlighted else set()
        everything = before.dims_others != view.dims_others
        for y, (now, then) in enumerate(zip_longest(self._rows, old)):
            if everything or now != then or (now and now.branch in restyled):
                self._refresh_row(y)
        self._keep_in_view()

    def painted(self, index: int) -> int:
        """How many characters of a branch have been on the screen."""
        return self._painted.get(index, 0)

    def on_resize(self) -> None:
        self._rows = self._lay_out()
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()
        self._keep_in_view()

    def _lay_out(self) -> list[_Row]:
        columns = max(8, self.size.width - _GUTTER - 1)
        roomy = self.size.height >= 8
        rows = [_Row("", self._view.header), _Row("", "")] if self._view.header and roomy else []
        if not self._view.branches:
            for line in self._view.note.split("\n"):
                starts = fold(line, columns + _GUTTER - 2)
                rows += [_Row(" ", line[a:b]) for a, b in pairs(starts)]
        for index, branch in enumerate(self._view.branches):
            rows += self._branch_rows(index, branch, columns)
            rows += [_Row("", "")] if roomy else []
        return rows

    def _branch_rows(self, index: int, branch: BranchView, columns: int) -> list[_Row]:
        number = f"{index + 1}" if index < 9 else ""
        mark = "*" if branch.bookmarked else "✓" if branch.taken else " "
        bar = "▌" if index == self._view.highlighted else " "
        rows: list[_Row] = []
        for text, end in self._folded(branch, columns):
            head = f"{number:>2}{mark}" if not rows else "   "
            rows.append(_Row(f"{head}{bar} ", text, index, rows[-1].end if rows else 0, end))
        return rows

    def _folded(self, branch: BranchView, columns: int) -> list[tuple[str, int]]:
        """The rows of a branch, without empty ones, each with how far into the branch's text it goes."""
        tail = "▍" if branch.growing else " ∎" if branch.ended else ""
        body = branch.text.lstrip()
        at = len(branch.text) - len(body)
        if not body:
            return [(tail.strip() or "(white space)", len(branch.text))]
        rows: list[tuple[str, int]] = []
        for line in body.split("\n"):
            starts = fold(line, columns) if line.strip() else []
            rows += [(line[a:b].rstrip() if b else line[a:], at + (b or len(line)) + (not b)) for a, b in pairs(starts)]
            at += len(line) + 1
        last, _ = rows[-1]
        return [*rows[:-1], (last + tail, len(branch.text))]

    def _refresh_row(self, y: int) -> None:
        shown = y - self.scroll_offset.y
        if 0 <= shown < self.size.height:
            self.refresh(Region(0, shown, self.size.width, 1))

    def _keep_in_view(self) -> None:
        rows = [y for y, row in enumerate(self._rows) if row.branch == self._view.highlighted]
        if rows:
            top, height = self.scroll_offset.y, max(1, self.size.height)
            if self._view.highlighted == 0 and rows[-1] < height:
                target = 0
            elif rows[-1] >= top + height:
                target = min(rows[0], rows[-1] - height + 1)
            elif rows[0] < top:
                target = rows[0]
            else:
                target = top
            if target != top:
                self.scroll_to(0, target, animate=False, force=True)

    def _note_painted(self, row: _Row) -> None:
        painted = self._painted.get(row.branch, 0)
        if row.branch >= 0 and row.start <= painted:
            self._painted[row.branch] = max(painted, row.end)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        base = self.rich_style
        if row >= len(self._rows):
            return Strip.blank(self.size.width, base)
        shown = self._rows[row]
        self._note_painted(shown)
        text = drawable(shown.text)
        used = len(shown.gutter) + width(text)
        gutter = "accent" if shown.branch == self._view.highlighted else "muted"
        segments = [
            Segment(shown.gutter, self._component(gutter)),
            Segment(text, self._style_of(shown.branch)),
            Segment(" " * max(0, self.size.width - used), base),
        ]
        return Strip(segments).crop(0, self.size.width)

    def _style_of(self, index: int) -> Style:
        if index < 0:
            return self._component("muted")
        if index == self._view.highlighted:
            return self._component("highlighted")
        return self._component("muted" if self._view.dims_others else "text")

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"branches--{name}")
