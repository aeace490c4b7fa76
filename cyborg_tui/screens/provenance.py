"""Who wrote what, as a panel over the text."""

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from cyborg_tui.formats.provenance import author_rows, bits_words, choice_rows, total_words
from cyborg_tui.loom.provenance import Provenance
from cyborg_tui.terminal.screen import Panel, Sheet
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.hints import Hints
from cyborg_tui.widgets.marks import own

__all__ = ["ProvenanceScreen"]

_WIDE = 60
"""Columns from which there is room for all numbers."""
_TOLD = 500
"""So many runs are listed; `cyborg-tui provenance` has all of them."""


class ProvenanceScreen(Panel[None]):
    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "Close")]
    DEFAULT_CSS = """
    ProvenanceScreen { align: center middle; }
    ProvenanceScreen Sheet { padding: 1 3; }
    ProvenanceScreen VerticalScroll { height: 1fr; margin-bottom: 1; }
    ProvenanceScreen.low VerticalScroll { margin-bottom: 0; }
    """

    def __init__(self, found: Provenance, *, selected: bool) -> None:
        """`selected`: whether this is of what is selected only."""
        super().__init__()
        self._found, self._selected = found, selected

    def compose(self) -> ComposeResult:
        found = self._found
        with Sheet():
            with VerticalScroll():
                yield Static(Text(f"Who wrote {'the selection' if self._selected else 'this'}", style="bold"))
                if not found.characters:
                    yield Static(Text("\nNothing here yet."))
                else:
                    yield Static(Text(total_words(found)))
                    yield Static("")
                    yield Static(_table(self._authors(), right=(1, 2, 3, 4)))
                    yield Static(Text("\n" + "\n".join(bits_words(found))))
                    yield from self._choices(choice_rows(found))
            yield Hints("↑↓ PgUp PgDn scroll", "Esc close")

    def _authors(self) -> list[tuple[str, ...]]:
        """Without characters and tokens where it is narrow."""
        rows = author_rows(self._found)
        return list(rows) if self.app.size.width >= _WIDE else [row[:3] for row in rows]

    def _choices(self, rows: list[tuple[str, str]]) -> ComposeResult:
        if rows:
            yield Static(Text("\nThe models' text, in order", style="bold"))
            yield Static(_table(rows[:_TOLD]))
        if len(rows) > _TOLD:
            yield Static(Text(f"and {len(rows) - _TOLD:,} more; `cyborg-tui provenance` prints all."))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


def _table(rows: Iterable[tuple[str, ...]], right: tuple[int, ...] = ()) -> Table:
    rows = list(rows)
    table = Table.grid(padding=(0, 2, 0, 0))
    for column in range(len(rows[0])):
        table.add_column(justify="right" if column in right else "left")
    for row in rows:
        table.add_row(*(Text(own(drawable(cell))) for cell in row))
    return table
