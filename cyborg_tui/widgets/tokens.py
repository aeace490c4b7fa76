"""The token pane: what might have stood here, as bars, and how sure the model was."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip

from cyborg_tui.widgets.bars import bar, percent, visible
from cyborg_tui.widgets.cells import drawable, fold, pairs, width
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.rows import RowView

__all__ = ["Choice", "TokenView", "Tokens"]

_LABEL = 16
"""Cells for a token's text."""
_GUTTER = 6
_NUMBERS = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """A token that might stand here."""

    text: str
    chance: float
    """0 to 1."""
    stands: bool = False
    """It is the one that does."""
    id: int | None = None
    """Shown beside it, if there is one."""


@dataclass(frozen=True, slots=True)
class TokenView:
    heading: str = ""
    choices: tuple[Choice, ...] = ()
    highlighted: int = 0
    facts: tuple[str, ...] = ()
    """What is known of this place, a line each."""


@dataclass(frozen=True, slots=True)
class _Row:
    segments: tuple[tuple[str, str], ...]
    """Texts, each with the name of its style."""


class Tokens(RowView, can_focus=True):
    """Shows a TokenView. Keys are the screen's business."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tokens--text",
        "tokens--highlighted",
        "tokens--muted",
        "tokens--accent",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view = TokenView()
        self._rows: list[_Row] = []

    def show(self, view: TokenView) -> None:
        """Draw another state; rows that are the same are left alone."""
        self._view = view
        self._lay_out()

    def on_resize(self) -> None:
        self._rows = []
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        view, old = self._view, self._rows
        roomy = self.size.height >= 16
        gap = [_Row(())] if roomy else []
        above, below = ((view.heading,), view.facts) if roomy else ((view.heading, " · ".join(view.facts)), ())
        heading = [row for line in above if line for row in self._folded(line, "muted")]
        choices = [self._choice_row(index, choice) for index, choice in enumerate(view.choices)]
        facts = [row for fact in below for row in self._folded(fact, "muted")]
        self._rows = [*heading, *gap, *choices, *(gap if choices else []), *facts]
        self.set_row_count(len(self._rows))
        for y in range(max(len(old), len(self._rows))):
            if y >= len(old) or y >= len(self._rows) or old[y] != self._rows[y]:
                self.refresh_rows(y)
        self._keep_in_view(len(heading) + len(gap) + view.highlighted if choices else 0)

    def _folded(self, line: str, style: str) -> list[_Row]:
        shown = own(drawable(line))
        return [_Row(((" " + shown[a:b].rstrip(), style),)) for a, b in pairs(fold(shown, max(8, self.size.width - 2)))]

    def _choice_row(self, index: int, choice: Choice) -> _Row:
        chosen = index == self._view.highlighted
        number = str(index + 1)
        mark = own("✓") if choice.stands else " "
        gutter = f"{number:>2}{mark}{own('▌') if chosen else ' '} "
        label = visible(choice.text)
        while width(label) > _LABEL:
            label = label[:-2] + own("…")
        label += " " * (_LABEL - width(label))
        numbers = "" if choice.id is None else f"{choice.id:>{_NUMBERS}}"
        room = self.size.width - _GUTTER - _LABEL - len(numbers) - 9
        style = "highlighted" if chosen else "text"
        return _Row(
            (
                (gutter, "accent" if chosen else "muted"),
                (label, style),
                (numbers, "muted"),
                (f" {percent(choice.chance)} ", style),
                (bar(choice.chance, max(0, room)), "accent" if chosen else "muted"),
            )
        )

    def _keep_in_view(self, row: int) -> None:
        """Show a row, and what stands above all of them if there is room for both."""
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if row < height:
            self.scroll_to_row(0)
        elif row >= top + height:
            self.scroll_to_row(row - height + 1)
        elif row < top:
            self.scroll_to_row(row)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        if row >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        parts = self._rows[row].segments
        segments = [Segment(text, self.get_component_rich_style(f"tokens--{name}")) for text, name in parts]
        used = sum(width(text) for text, _ in parts)
        segments.append(Segment(" " * max(0, self.size.width - used), self.rich_style))
        return Strip(segments).crop(0, self.size.width)
