"""The block view: the next steps as nested blocks, each as tall as it is likely."""

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cyborg_tui.loom.blocks import Block, Path, lay_out, wanted
from cyborg_tui.loom.outlook import Outlook
from cyborg_tui.widgets.bars import percent, visible
from cyborg_tui.widgets.cells import width
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["Blocks"]

_COLUMN = 19
"""Cells of a column, at least."""


class Blocks(RowView, can_focus=True):
    """Draws what is known of the steps after `root`; `place` is the block the person is at. Keys are the screen's
    business."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"blocks--text", "blocks--here", "blocks--path", "blocks--muted"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._known: Mapping[Path, Outlook] = {}
        self._root: Path = ()
        self._place: Path = ()
        self._columns: list[list[Block | None]] = []

    def show(self, known: Mapping[Path, Outlook], root: Path, place: Path) -> None:
        """Draw these outlooks."""
        self._known, self._root, self._place = known, root, place
        self._lay_out()
        self.refresh()

    def on_resize(self) -> None:
        self._lay_out()
        self.refresh()

    @property
    def columns(self) -> int:
        """How many steps there is room for."""
        return max(1, min(6, self.size.width // _COLUMN))

    @property
    def lacking(self) -> tuple[Path, ...]:
        """The places whose outlook there is room for but which is not known yet."""
        return wanted(self._root, self._known, self.size.height, self.columns)

    def beside(self, place: Path) -> tuple[Path, ...]:
        """The blocks that are shown beside this one, from top to bottom."""
        column = len(place) - len(self._root) - 1
        if not 0 <= column < len(self._columns):
            return ()
        paths = [block.path for block in self._columns[column] if block is not None]
        return tuple(path for path in dict.fromkeys(paths) if path[:-1] == place[:-1] and path)

    def shows_inside(self, place: Path) -> bool:
        """Whether steps after this block are shown."""
        return any(block is not None and block.path[: len(place)] == place for block in self._inside_of(place))

    def _inside_of(self, place: Path) -> list[Block | None]:
        column = len(place) - len(self._root)
        return self._columns[column] if 0 <= column < len(self._columns) else []

    def _lay_out(self) -> None:
        self.set_row_count(self.size.height)
        self._columns = [[None] * self.size.height for _ in range(self.columns)]
        for block in lay_out(self._root, self._known, self.size.height, self.columns):
            for row in range(block.top, min(block.top + block.rows, self.size.height)):
                self._columns[block.column][row] = block

    def render_line(self, y: int) -> Strip:
        segments, used = [], 0
        for number, column in enumerate(self._columns):
            last = number == len(self._columns) - 1
            room = self.size.width - used if last else self.size.width // len(self._columns)
            segments.append(self._cell(column[y] if y < len(column) else None, y, room))
            used += room
        return Strip(segments).crop(0, self.size.width)

    def _cell(self, block: Block | None, y: int, room: int) -> Segment:
        """One row of a block: its token and chance in its first row, an edge in the others."""
        if block is None:
            return Segment(" " * room, self.rich_style)
        first = y == block.top
        if not block.path:
            text = f" {own('…')} {percent(block.chance)}" if first else ""
            return Segment(_fitted(text, room), self._component("muted"))
        on_path = self._place[: len(block.path)] == block.path
        edge = own("▌" if on_path else "┌" if first else "│")
        label = f"{edge} {visible(block.text)} "
        text = _fitted(label, room - 8) + percent(block.chance) + "  " if first else edge
        return Segment(_fitted(text, room), self._component(self._style_of(block)))

    def _style_of(self, block: Block) -> str:
        if block.path == self._place:
            return "here"
        if self._place[: len(block.path)] == block.path:
            return "path"
        return "text"

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"blocks--{name}")


def _fitted(text: str, room: int) -> str:
    """Cut or filled to so many cells."""
    while width(text) > room and text:
        text = text[:-1]
    return text + " " * (room - width(text))
