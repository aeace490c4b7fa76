"""A session played back."""

import click

from cyborg_tui.config import Config
from cyborg_tui.library.library import Library
from cyborg_tui.loom.replaying import Replay
from cyborg_tui.screens.replay import ReplayApp, ReplayScreen

__all__ = ["play"]


def play(config: Config, loom: int) -> None:
    """Play a loom's log on the screen, until the person leaves; nothing is changed. Raises LibraryError."""
    library = Library(config.data)
    try:
        row = library.loom(loom)
        tree = library.open(loom).tree
        replay, orders = Replay(library.events(loom), tree), library.orders(loom)
    finally:
        library.close()
    if not len(replay):
        click.echo("Nothing here yet: nothing that happened in this loom is on record.")
        return
    ReplayApp(config, lambda: ReplayScreen(row.title, replay, tree, orders=orders)).run(mouse=config.mouse)
