"""The app, opened on a loom: today's, one by its name, or a text file's."""

from datetime import date, datetime, timedelta
from pathlib import Path

from cyborg_tui.actions import BadKeys
from cyborg_tui.app import CyborgApp
from cyborg_tui.commands.mending import offer
from cyborg_tui.commands.naming import find_loom
from cyborg_tui.config import Config
from cyborg_tui.heap import share_one_heap
from cyborg_tui.library.errors import LibraryError, UnusableLibraryError
from cyborg_tui.library.library import Library
from cyborg_tui.textfile import TextFile, TextFileError

__all__ = ["OpeningError", "run_app"]


class OpeningError(Exception):
    """The app cannot begin; the message says why, and what to do."""


def run_app(config: Config, loom: str | None, file: Path | None) -> int:
    """Run the app until the person leaves; a library that cannot be used is first offered to be mended. Returns the
    exit status. Raises OpeningError."""
    share_one_heap()
    try:
        library, app = _open(config, loom, file)
    except UnusableLibraryError as error:
        if not offer(config.data / "library.db", error):
            return 1
        library, app = _open(config, loom, file)
    try:
        app.run(mouse=config.mouse)
    finally:
        library.close()
    return app.return_code or 0


def _open(config: Config, loom: str | None, file: Path | None) -> tuple[Library, CyborgApp]:
    """The library, and the app with a loom of it. Raises OpeningError, UnusableLibraryError; nothing is left open
    then."""
    library = None
    try:
        library = Library(config.data)
        if file is not None:
            TextFile.open(file.expanduser())  # before it gets a loom
            row = library.for_file(file.expanduser().absolute())
        else:
            row = find_loom(library, loom) if loom is not None else library.daily(_today(config.day_turns_at))
        return library, CyborgApp(config, library, row)
    except (BadKeys, LibraryError, TextFileError) as error:
        if library is not None:
            library.close()
        if isinstance(error, UnusableLibraryError):
            raise
        raise OpeningError(f"In the config: {error}" if isinstance(error, BadKeys) else str(error)) from None


def _today(turns_at: int) -> date:
    return (datetime.now() - timedelta(hours=turns_at)).date()
