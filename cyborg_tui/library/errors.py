"""What can be wrong with the library, in one sentence for the person."""

import sqlite3

__all__ = ["LibraryError", "NewerLibraryError", "NotALibraryError", "reason"]


class LibraryError(Exception):
    """The library cannot be used; the message says why and what to do."""


class NotALibraryError(LibraryError):
    """The file is something else, or damaged beyond reading."""


class NewerLibraryError(LibraryError):
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


def reason(error: Exception) -> str:
    """Why SQLite or the operating system refused, in plain words."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, sqlite3.Error):
        return next((words for part, words in _REASONS.items() if part in str(error)), str(error))
    return f"{type(error).__name__}: {error}"
