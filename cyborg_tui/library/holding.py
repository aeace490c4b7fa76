"""The hold of a thread on the file: it is noticed when the file is deleted or exchanged meanwhile."""

import contextlib
import os
import sqlite3
from enum import Enum
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.folder import private_file, private_folder

__all__ = ["BESIDE", "Holding"]

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database, as ends of names."""


class _Standing(Enum):
    THERE = 0
    GONE = 1
    EXCHANGED = 2


class Holding:
    """A connection that knows whether the file it has open still stands at its path."""

    def __init__(self, file: Path, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._file, self._patience = file, patience
        self._connection: sqlite3.Connection | None = None
        self._facts: os.stat_result | None = None

    def to_read(self) -> sqlite3.Connection:
        """Of a file that is gone what is still held; one that took its place is opened. Raises sqlite3.Error."""
        if self._standing() is _Standing.EXCHANGED:
            self.let_go()
        return self._held()

    def to_write(self) -> sqlite3.Connection:
        """A file that is gone is first written again, whole. Raises sqlite3.Error, OSError; LibraryError if another
        file stands in its place, which is left alone."""
        standing = self._standing()
        if standing is _Standing.EXCHANGED:
            raise LibraryError(f"{self._file} was exchanged for another file")
        if standing is _Standing.GONE:
            self._write_again()
        return self._held()

    @property
    def stands(self) -> bool:
        """Whether what was written is where it will be looked for."""
        return self._standing() is _Standing.THERE

    def let_go_if_possible(self) -> None:
        """After a fault: the next use begins anew, unless this connection is all that is left of the file."""
        if self.stands:
            self.let_go()

    def let_go(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = self._facts = None

    def _held(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = schema.connect(self._file, self._patience)
            try:
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # until now nothing was opened
                self._facts = self._file.stat()
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _standing(self) -> _Standing:
        if self._facts is None:
            return _Standing.THERE
        try:
            now = self._file.stat()
        except OSError:
            return _Standing.GONE
        return _Standing.THERE if os.path.samestat(now, self._facts) else _Standing.EXCHANGED

    def _write_again(self) -> None:
        """What was deleted is still open here, and can be read to the last word."""
        assert self._connection is not None
        private_folder(self._file.parent)
        again = self._file.with_name("library.again")
        again.unlink(missing_ok=True)
        private_file(again)
        with contextlib.closing(sqlite3.connect(again)) as copy:
            self._connection.backup(copy)
        for end in BESIDE:  # of the file that is gone; they would be taken for the new one's
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        again.replace(self._file)
        self.let_go()
