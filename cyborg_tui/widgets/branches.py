"""The branch pane: one widget that draws the fan, row by row, and only the rows that changed.

What the fan is stays in view: in the rule above the pane where there is one, else in its first row."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from cyborg_tui.loom.shared import shared_length
from cyborg_tui.widgets.cells import drawable, fold, pairs, width
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["BranchView", "Branches", "FanView"]

_GUTTER = 5
_PARAGRAPH = "¶ "
"""Stands where a new line begins, for the empty rows between are not shown."""
_DOT = " · "
_TAIL = 2
"""Cells at the end of a row for a mark."""


@dataclass(frozen=True, slots=True)
class BranchView:
    text: str
    number: int = 0
    """What it is called. Shown up to 9: its key."""
    growing: bool = False
    held_back: bool = False
    """There is more of it, which is not shown now."""
    taken: bool = False
    """All of it, or a part."""
    partly: bool = False
    bookmarked: bool = False
    ended: bool = False
    """The model ended the text here."""
    twice: bool = False
    """One above it says the same, word for word."""
    compared: bool = False
    """It is to be compared with another."""
    aside: str = ""
    """Something to know of it, below its text."""


@dataclass(frozen=True, slots=True)
class FanView:
    fan: int | None = None
    header: str = ""
    """Parts with dots between them; the last ones are left out where there is no room."""
    branches: tuple[BranchView, ...] = ()
    highlighted: int = 0
    note: str = ""
    """Shown where there are no branches: what to do, or what is being waited for."""
    remark: str = ""
    """What there is to say of the branches."""

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
    aside: bool = False
    """It is no text of the branch."""


class Branches(RowView, can_focus=True):
    """Shows a FanView. Keys are the screen's business."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "branches--text",
        "branches--highlighted",
        "branches--muted",
        "branches--accent",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view = FanView()
        self._title = ""
        self._head: list[_Row] = []
        """Do not move when the others do."""
        self._rows: list[_Row] = []
        self._painted: dict[int, int] = {}

    def show(self, view: FanView) -> None:
        """Draw another state; rows that are the same are left alone."""
        if view == self._view:
            return
        old, before = [*self._head, *self._rows], self._view
        self._view = view
        self._lay_out()
        if view.fan != before.fan:
            self._painted = {}
            self.refresh()
        else:
            self._keep_painted(before.branches)
        if before.dims_others != view.dims_others:
            self.refresh()
        for y, (now, then) in enumerate(zip_longest([*self._head, *self._rows], old)):
            if now != then:
                self.refresh_rows(y + self.scroll_offset.y if y < len(self._head) else y)
        self._keep_in_view()

    def _keep_painted(self, before: tuple[BranchView, ...]) -> None:
        """Another branch may stand at the same place, as when one above was hidden: of it, only what it shares with the
        branch that stood there has been on the screen."""
        both = zip(before, self._view.branches, strict=False)
        shared = [shared_length(then.text, now.text) for then, now in both]
        self._painted = {index: min(self.painted(index), length) for index, length in enumerate(shared)}

    def painted(self, index: int) -> int:
        """How many characters of a branch have been on the screen."""
        return self._painted.get(index, 0)

    def out_of_sight(self, index: int) -> bool:
        """Whether the pane has no room for the whole of a branch as it is scrolled now, and never had."""
        rows = [y - self.scroll_offset.y for y, row in enumerate(self._rows) if row.branch == index and not row.aside]
        inside = all(0 <= y < self._height for y in rows)
        return not inside and self.painted(index) < len(self._view.branches[index].text)

    @property
    def _height(self) -> int:
        """The rows that there are for branches."""
        return self.size.height - len(self._head)

    @property
    def highlighted_row(self) -> int:
        """The row of the widget in which the highlighted branch begins."""
        first = next((y for y, row in enumerate(self._rows) if row.branch == self._view.highlighted), 0)
        return len(self._head) + first - self.scroll_offset.y

    def on_resize(self) -> None:
        self._lay_out()
        self.refresh()
        self._keep_in_view()

    def _lay_out(self) -> None:
        roomy = self.size.height >= 8
        ruled = bool(self.styles.border_top[0])
        header = own(_fitted(self._view.header, self.size.width - 6 * ruled))
        if self._title != (title := header if ruled else ""):
            self._title = title
            self.border_title = Text(title and f" {title} ")  # paints all of it anew
        self._head = [_Row("", header), _Row("", "")] if header and roomy and not ruled else []
        self._rows = self._lay_out_rows(max(2, self.size.width - _GUTTER - _TAIL), roomy=roomy)
        self.set_row_count(len(self._head) + len(self._rows))

    def _lay_out_rows(self, columns: int, *, roomy: bool) -> list[_Row]:
        rows: list[_Row] = []
        if roomy and self._view.remark:
            remark = own(self._view.remark)
            rows = [_Row("", remark[a:b]) for a, b in pairs(fold(remark, columns + _GUTTER))]
            rows += [_Row("", "")]
        if not self._view.branches:
            for line in self._view.note.split("\n"):
                starts = fold(line, columns + _GUTTER)
                rows += [_Row(" ", line[a:b]) for a, b in pairs(starts)]
        for index, branch in enumerate(self._view.branches):
            rows += self._branch_rows(index, branch, columns)
            rows += [_Row("", "")] if roomy else []
        return rows

    def _branch_rows(self, index: int, branch: BranchView, columns: int) -> list[_Row]:
        number = branch.number if 0 < branch.number < 10 else ""
        mark = own(_mark(branch))
        bar = own("▌") if index == self._view.highlighted else " "
        rows: list[_Row] = []
        for text, end in self._folded(branch, columns):
            head = f"{number:>2}{mark}" if not rows else "   "
            rows.append(_Row(f"{head}{bar} ", text, index, rows[-1].end if rows else 0, end))
        if branch.aside:
            rows.append(_Row(f"   {bar} ", own(branch.aside), index, aside=True))
        return rows

    def _folded(self, branch: BranchView, columns: int) -> list[tuple[str, int]]:
        """The rows of a branch, without empty ones, each with how far into the branch's text it goes."""
        tail = own("…" if branch.held_back else "▍" if branch.growing else " ∎" if branch.ended else "")
        body = branch.text.lstrip()
        at = len(branch.text) - len(body)
        if not body:
            said = "(white space)" if branch.text else "(empty)"
            return [(tail if branch.growing else said + tail, len(branch.text))]
        rows: list[tuple[str, int]] = []
        breaks = branch.text[:at].count("\n")
        for line in body.split("\n"):
            if line.strip():
                mark = own(_PARAGRAPH) if breaks else ""
                for begin, end in pairs(fold(mark + line, columns)):
                    past = len(line) + 1 if end is None else max(0, end - len(mark))
                    rows.append(((mark + line)[begin:end].rstrip(), at + past))
                breaks = 0
            breaks += 1
            at += len(line) + 1
        last, _ = rows[-1]
        return [*rows[:-1], (last + tail, len(branch.text))]

    def _keep_in_view(self) -> None:
        """Scroll no further than it takes to see the highlighted branch; its beginning, if there is no room for all."""
        rows = [y for y, row in enumerate(self._rows) if row.branch == self._view.highlighted]
        if not rows:
            return
        top, height = self.scroll_offset.y, max(1, self._height)
        if self._view.highlighted == 0 and rows[-1] < height:
            top = 0
        elif rows[-1] >= top + height:
            top = min(rows[0], rows[-1] - height + 1)
        elif rows[0] < top:
            top = rows[0]
        self.scroll_to_row(top)

    def _note_painted(self, row: _Row) -> None:
        painted = self._painted.get(row.branch, 0)
        if row.branch >= 0 and row.start <= painted:
            self._painted[row.branch] = max(painted, row.end)

    def render_line(self, y: int) -> Strip:
        row = y - len(self._head) + self.scroll_offset.y
        base = self.rich_style
        if row >= len(self._rows) and y >= len(self._head):
            return Strip.blank(self.size.width, base)
        shown = self._head[y] if y < len(self._head) else self._rows[row]
        self._note_painted(shown)
        text = drawable(shown.text)
        used = len(shown.gutter) + width(text)
        gutter = "accent" if shown.branch == self._view.highlighted else "muted"
        segments = [
            Segment(shown.gutter, self._component(gutter)),
            Segment(text, self._component("muted") if shown.aside else self._style_of(shown.branch)),
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


def _fitted(header: str, room: int) -> str:
    """As many of its parts as there is room for."""
    parts = header.split(_DOT)
    while len(parts) > 1 and width(_DOT.join(parts)) > room:
        parts.pop()
    return drawable(_DOT.join(parts))


def _mark(branch: BranchView) -> str:
    """What it is to the person, in one cell."""
    if branch.compared:
        return "c"
    return "~" if branch.partly else "✓" if branch.taken else "*" if branch.bookmarked else "=" if branch.twice else " "
