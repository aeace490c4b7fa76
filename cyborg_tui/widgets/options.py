"""A list of which one is chosen."""

import contextlib
from typing import Any

from textual.widgets import OptionList

__all__ = ["Options"]


class Options(OptionList):
    def _move_page(self, direction: Any) -> None:
        """Textual falls over a page up or down in a list that is not laid out, or has no room at all."""
        with contextlib.suppress(LookupError):
            super()._move_page(direction)
