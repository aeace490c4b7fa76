"""The file of the library: begun if there is none, brought up to date if an earlier version wrote it."""

from contextlib import closing
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.backups import Backups
from cyborg_tui.library.errors import LibraryError, NotALibraryError, in_words, reason
from cyborg_tui.library.folder import private_file, private_folder

__all__ = ["begin", "bring_up_to_date"]


def begin(file: Path, version: int | None = None) -> None:
    """A library without looms, of this version or an earlier one, in a file that is not there yet. Raises
    sqlite3.Error, OSError."""
    private_file(file)
    with closing(schema.connect(file)) as connection:
        schema.migrate(connection, version)


def bring_up_to_date(file: Path) -> None:
    """See to it that there is a library, and that it has the tables of this version. Raises LibraryError; of which
    UnusableLibraryError means that the file was left as it is, to the byte."""
    try:
        private_folder(file.parent)
        _check_not_lost(file)
        private_file(file)
    except OSError as error:
        raise LibraryError(
            f"The library in {file.parent} cannot be opened ({reason(error)}); check its permissions, "
            "or name another folder with --data-dir."
        ) from None
    with in_words(file):
        if file.stat().st_size:
            with closing(schema.connect(file, only_read=True)) as look:
                schema.check(look, file)
        with closing(schema.connect(file)) as connection:
            schema.migrate(connection)


def _check_not_lost(file: Path) -> None:
    """Where there are backups there was a library: an empty one would not be begun in its place unasked."""
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        size = None
    if not size and Backups(file).all():
        raise NotALibraryError(
            f"{file} is {'gone' if size is None else 'empty'}, but there are backups; "
            "`cyborg-tui doctor --mend` brings the newest back."
        )
