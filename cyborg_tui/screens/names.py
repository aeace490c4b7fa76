"""Names, to pick one of."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets.option_list import Option

from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.widgets.cells import drawable

__all__ = ["NamesScreen"]


class NamesScreen(PickScreen[str]):
    """Dismisses with the chosen name."""

    PROMPT = "filter by name"
    VERB = "use"
    DEFAULT_CSS = "NamesScreen Sheet { width: 60; }"

    def __init__(self, names: Sequence[str], nothing: str = "") -> None:
        """`nothing`: what to say if there are no names."""
        super().__init__()
        self._names, self._nothing = names, nothing

    def on_mount(self) -> None:
        self.look_for("")

    def look_for(self, typed: str) -> None:
        words = typed.casefold().split()
        shown = [name for name in self._names if all(word in name.casefold() for word in words)]
        rows = [Option(Text(drawable(name), no_wrap=True), id=str(self._names.index(name))) for name in shown]
        self.fill(rows, "Nothing by that name." if self._names else self._nothing)

    def picked(self, option: Option) -> str | None:
        return self._names[int(option.id)] if option.id else None
