"""All commands by name: Textual's palette."""

import contextlib

from textual.command import CommandPalette

from cyborg_tui.widgets.marks import own

__all__ = ["Palette"]


class Palette(CommandPalette):
    DEFAULT_CSS = """
    Palette SearchIcon { display: none; }
    Palette.ascii #--input, Palette.ascii CommandList { border: none; }
    """

    def __init__(self) -> None:
        super().__init__(placeholder=own("Search for commands…"), id="--command-palette")
        self.set_class(own("▔") != "▔", "ascii")

    def _action_command_list(self, action: str) -> None:
        """Textual falls over a page up or down in a list that changed and was not laid out since."""
        with contextlib.suppress(LookupError):
            super()._action_command_list(action)
