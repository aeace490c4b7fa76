"""A list of which one is chosen."""

import contextlib
from typing import Any

from textual.widgets import OptionList

__all__ = ["Options"]


class Options(OptionList):
    DEFAULT_CSS = """
    Options { height: 1fr; background: $surface; scrollbar-size: 0 0; }
    Options, Options:focus { border: none; }
    Options > .option-list--option-highlighted {
        color: $block-cursor-foreground; background: $block-cursor-background; text-style: $block-cursor-text-style;
    }
    """

    def _move_page(self, direction: Any) -> None:
        """Textual falls over a page up or down in a list that is not laid out, or has no room at all."""
        with contextlib.suppress(LookupError):
            super()._move_page(direction)
