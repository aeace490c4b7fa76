"""What the editor and the branch pane have in common: rows, of which only those that changed are painted."""

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

__all__ = ["RowView"]


class RowView(ScrollView):
    DEFAULT_CSS = "RowView { scrollbar-size: 0 0; overflow-x: hidden; overflow-y: scroll; }"

    def set_row_count(self, rows: int) -> None:
        """How many rows can be scrolled through."""
        # Textual lays out the whole screen and paints this widget anew when virtual_size is assigned.
        self.set_reactive(Widget.virtual_size, Size(self.size.width, rows))
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to_row(self.max_scroll_y)

    def scroll_to_row(self, row: int) -> None:
        """Let this row be the uppermost."""
        if row != self.scroll_offset.y:
            self.scroll_to(0, row, animate=False, force=True)

    def refresh_rows(self, top: int, count: int = 1) -> None:
        """Paint some rows again."""
        first = max(0, top - self.scroll_offset.y)
        last = min(self.size.height, top + count - self.scroll_offset.y)
        if last > first:
            self.refresh(Region(0, first, self.size.width, last - first))

    def refresh_below(self, top: int) -> None:
        """Paint all rows from this one on again."""
        self.refresh_rows(top, self.scroll_offset.y + self.size.height)
