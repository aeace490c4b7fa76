"""The library's file set aside, and another put in its place. Nothing is ever deleted or written over."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cyborg_tui.library.backups import Backup
from cyborg_tui.library.beginning import begin
from cyborg_tui.library.errors import InUseError, LibraryError, reason
from cyborg_tui.library.folder import private_file
from cyborg_tui.library.holding import BESIDE
from cyborg_tui.library.leftovers import in_use

__all__ = ["begin_empty", "new_file", "put_in_place", "restore"]


def begin_empty(file: Path, now: datetime) -> Path | None:
    """Set the library aside and begin an empty one. Returns where the old one is, None if there was none.
    Raises LibraryError."""
    with new_file(file) as part:
        begin(part)
    return put_in_place(part, file, now)


def restore(backup: Backup, file: Path, now: datetime) -> Path | None:
    """Put a copy of a backup in the library's place. Returns where the old one is. Raises LibraryError."""
    with new_file(file) as part:
        private_file(part)
        shutil.copyfile(backup.file, part)
    return put_in_place(part, file, now)


def put_in_place(part: Path, file: Path, now: datetime) -> Path | None:
    """Set the library aside and have `part` be the library. Returns where the old one is. Raises LibraryError."""
    if in_use(file.parent):
        raise InUseError("Another window has the library open; close that first.")
    with _in_words(file):
        aside = _set_aside(file, now)
        part.replace(file)
    return aside


def _set_aside(file: Path, now: datetime) -> Path | None:
    """Rename the library, and what stands beside it."""
    there = [end for end in ("", *BESIDE) if os.path.lexists(_with_end(file, end))]
    aside = _free(file, now)
    for end in there:
        _with_end(file, end).rename(_with_end(aside, end))
    return aside if there else None


def _free(file: Path, now: datetime) -> Path:
    """A name that nothing has yet."""
    stem, number = f"library.damaged-{now:%Y-%m-%d-%H%M}", 1
    while True:
        aside = file.with_name(f"{stem}.db" if number == 1 else f"{stem}-{number}.db")
        if not any(os.path.lexists(_with_end(aside, end)) for end in ("", *BESIDE)):
            return aside
        number += 1


def _with_end(file: Path, end: str) -> Path:
    return file.with_name(file.name + end)


@contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """The path of a file that is to be made, to take the library's place."""
    part = file.with_name("library.part")
    with _in_words(file):
        for end in ("", *BESIDE):
            _with_end(part, end).unlink(missing_ok=True)
        yield part


@contextmanager
def _in_words(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise LibraryError(f"Nothing could be put in the place of {file} ({reason(error)}).") from None
