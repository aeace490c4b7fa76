"""What can be wrong with the library, in one sentence for the person."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cyborg_tui.loom.tree import BrokenTree

__all__ = [
    "UNREADABLE",
    "InUseError",
    "LibraryError",
    "NewerLibraryError",
    "NotALibraryError",
    "UnusableLibraryError",
    "damaged",
    "in_words",
    "reason",
]


UNREADABLE = (
    BrokenTree,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    OverflowError,
    struct.error,
    msgspec.MsgspecError,
)
"""What may be raised where a row is not as it was written."""


class LibraryError(Exception):
    """The library cannot be used; the message says why and what to do."""


class InUseError(LibraryError):
    """Another window has the library open, so that its file cannot be exchanged."""


class UnusableLibraryError(LibraryError):
    """The file will never do as it is; it can be set aside, and a backup or an empty library take its place."""


class NotALibraryError(UnusableLibraryError):
    """The file is something else, or damaged."""


class NewerLibraryError(UnusableLibraryError):
    """The file was written by a later version of the app."""


_REASONS = {
    "disk is full": "the disk is full",
    "locked": "another program holds it",
    "readonly": "it may only be read",
    "disk I/O error": "the disk reports an error",
    "unable to open": "it is gone or may not be opened",
    "malformed": "the file is damaged",
    "not a database": "the file is damaged",
}
_DAMAGE = ("malformed", "not a database", "unsupported file format", "no such table", "no such column")
"""The last two: tables that are not as this program made them."""


def reason(error: Exception) -> str:
    """Why SQLite or the operating system refused, in plain words."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, sqlite3.Error):
        return next((words for part, words in _REASONS.items() if part in str(error)), str(error))
    return str(error) if isinstance(error, LibraryError) else f"{type(error).__name__}: {error}"


def damaged(error: sqlite3.Error) -> bool:
    """Whether the file is damaged, or is something else; else there is only something in the way of using it."""
    plain = isinstance(error, (sqlite3.OperationalError, sqlite3.ProgrammingError))
    return isinstance(error, sqlite3.DatabaseError) and (not plain or any(part in str(error) for part in _DAMAGE))


@contextmanager
def in_words(file: Path) -> Iterator[None]:
    """What SQLite refuses, and what makes no sense where it is read, as a LibraryError."""
    try:
        yield
    except OSError as error:
        raise LibraryError(f"{file} cannot be used: {reason(error)}.") from None
    except sqlite3.Error as error:
        if damaged(error):
            raise NotALibraryError(f"{file} is damaged; `cyborg-tui doctor` says more and mends it.") from None
        raise LibraryError(f"{file} cannot be used: {reason(error)}.") from None
    except UNREADABLE:
        raise NotALibraryError(f"{file} is damaged; `cyborg-tui doctor` says more and mends it.") from None
