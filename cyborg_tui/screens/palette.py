"""All commands by name: Textual's palette."""

import contextlib

from textual.command import CommandPalette

__all__ = ["Palette"]


class Palette(CommandPalette):
    DEFAULT_CSS = "Palette SearchIcon { display: none; }"

    def __init__(self) -> None:
        super().__init__(id="--command-palette")

    def _action_command_list(self, action: str) -> None:
        """Textual falls over a page up or down in a list that changed and was not laid out since."""
        with contextlib.suppress(LookupError):
            super()._action_command_list(action)
