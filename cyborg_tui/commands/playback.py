"""A session played back."""

import click

from cyborg_tui.commands.naming import find_loom
from cyborg_tui.config import Config
from cyborg_tui.library.library import Library
from cyborg_tui.loom.replaying import Replay
from cyborg_tui.screens.replay import ReplayApp, ReplayScreen

__all__ = ["play"]


def play(config: Config, name: str) -> None:
    """Play the log of the loom of this name on the screen, until the person leaves; nothing is changed. Raises
    LibraryError."""
    library = Library(config.data)
    try:
        row = find_loom(library, name)
        tree = library.open(row.id).tree
        replay, orders = Replay(library.events(row.id), tree), library.orders(row.id)
    finally:
        library.close()
    if not len(replay):
        click.echo("Nothing here yet: nothing that happened in this loom is on record.")
        return
    ReplayApp(config, lambda: ReplayScreen(row.title, replay, tree, orders=orders)).run(mouse=config.mouse)
