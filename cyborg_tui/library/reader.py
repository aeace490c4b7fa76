"""Reading what is committed, from any thread."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cyborg_tui.library.errors import UNREADABLE, LibraryError, reason
from cyborg_tui.library.holding import Holding

__all__ = ["Reader"]


class Reader:
    """Has a connection of its own. May be used from any thread; all that is committed is seen."""

    def __init__(self, file: Path, what: str) -> None:
        """`what`: is read, as the beginning of a sentence."""
        self._what = what
        self._holding = Holding(file)
        self._lock = threading.RLock()

    def close(self) -> None:
        with self._lock:
            self._holding.let_go()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Raises LibraryError for what SQLite refuses, and for what makes no sense where it is read."""
        with self._lock:
            try:
                yield self._holding.to_read()
            except sqlite3.Error as error:
                raise LibraryError(f"{self._what} cannot be read: {reason(error)}.") from None
            except UNREADABLE:
                raise LibraryError(f"{self._what} is damaged; `cyborg-tui doctor` says more and mends it.") from None
