"""The branch pane: one widget that draws the fan, row by row, and only the rows that changed."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cyborg_tui.widgets.cells import drawable, fold, width

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
    header: str = ""
    branches: tuple[BranchView, ...] = ()
    highlighted: int = 0
    note: str = ""
    """Shown where there are no branches: what to do, or what is being waited for."""

    @property
    def dims_others(self) -> bool:
        return any(branch.taken for branch in self.branches)


_Row = tuple[str, str, int]
"""Gutter, text, and the branch it belongs to; -1 for none."""


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
        if view.header != self._view.header:
            self._painted = {}
        old, before = self._rows, self._view
        self._view = view
        self._rows = self._lay_out()
        self.virtual_size = Size(self.size.width, len(self._rows))
        restyled = {before.highlighted, view.highlighted} if before.highlighted != view.highlighted else set()
        everything = before.dims_others != view.dims_others
        for y, (now, then) in enumerate(zip_longest(self._rows, old)):
            if everything or now != then or (now and now[2] in restyled):
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
        rows: list[_Row] = [("", self._view.header, -1), ("", "", -1)] if self._view.header and roomy else []
        if not self._view.branches:
            for line in self._view.note.split("\n"):
                starts = fold(line, columns + _GUTTER - 2)
                rows += [("", line[a:b], -1) for a, b in zip(starts, [*starts[1:], None], strict=True)]
        for index, branch in enumerate(self._view.branches):
            rows += self._branch_rows(index, branch, columns)
            rows += [("", "", -1)] if roomy else []
        return rows

    def _branch_rows(self, index: int, branch: BranchView, columns: int) -> list[_Row]:
        chosen = index == self._view.highlighted
        mark = "*" if branch.bookmarked else "✓" if branch.taken else " "
        text = branch.text.lstrip() + ("▍" if branch.growing else " ∎" if branch.ended else "")
        rows: list[_Row] = []
        number = f"{index + 1}" if index < 9 else " "
        for line in filter(str.strip, text.split("\n")):
            starts = fold(line, columns)
            for a, b in zip(starts, [*starts[1:], None], strict=True):
                head = f"{number:>2}{mark}" if not rows else "   "
                rows.append((f"{head}{'▌' if chosen else ' '} ", line[a:b].rstrip() if b else line[a:], index))
        return rows

    def _refresh_row(self, y: int) -> None:
        shown = y - self.scroll_offset.y
        if 0 <= shown < self.size.height:
            self.refresh(Region(0, shown, self.size.width, 1))

    def _keep_in_view(self) -> None:
        rows = [y for y, row in enumerate(self._rows) if row[2] == self._view.highlighted]
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
        self._note_painted()

    def _note_painted(self) -> None:
        """A branch counts as painted up to its last row on the screen."""
        bottom = self.scroll_offset.y + self.size.height
        seen: dict[int, bool] = {}
        for y, (_, _, index) in enumerate(self._rows):
            if index >= 0:
                seen[index] = seen.get(index, True) and y < bottom
        for index, whole in seen.items():
            if whole:
                self._painted[index] = len(self._view.branches[index].text)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        base = self.rich_style
        if row >= len(self._rows):
            return Strip.blank(self.size.width, base)
        gutter, text, index = self._rows[row]
        style = self._style_of(index)
        shown = drawable(text)
        used = len(gutter) + width(shown)
        strip = Strip(
            [
                Segment(
                    gutter, self._component("accent") if index == self._view.highlighted else self._component("muted")
                ),
                Segment(shown, style),
                Segment(" " * max(0, self.size.width - used), base),
            ]
        )
        return strip.crop(0, self.size.width)

    def _style_of(self, index: int) -> Style:
        if index < 0:
            return self._component("muted")
        if index == self._view.highlighted:
            return self._component("highlighted")
        return self._component("muted" if self._view.dims_others else "text")

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"branches--{name}")
