"""Backups: one a day, the last ten of them, in a folder beside the library."""

import contextlib
import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.errors import LibraryError, NotALibraryError, damaged, reason
from cyborg_tui.library.folder import private_file, private_folder

__all__ = ["Backup", "Backups", "quick_check"]

_KEPT = 10
_PAGES = 256
"""Copied in one go; between two, the app may ask to stop."""
_NAME = re.compile(r"library-(\d{4}-\d\d-\d\d-\d{4})\.db")
_FORM = "%Y-%m-%d-%H%M"


@dataclass(frozen=True, slots=True)
class Backup:
    file: Path
    made_at: datetime
    """Local time."""

    def __str__(self) -> str:
        return f"{self.made_at:%A} {self.made_at.day} {self.made_at:%B %Y, %H:%M}"


class _Stopped(Exception):
    pass


class Backups:
    """The backups of one library. May be used from any thread; a backup is made by one process at a time."""

    def __init__(self, file: Path) -> None:
        """`file`: the library's."""
        self._file = file
        self.folder = file.parent / "backups"

    def all(self) -> list[Backup]:
        """The newest first."""
        found = []
        with contextlib.suppress(OSError):
            for entry in self.folder.iterdir():
                if name := _NAME.fullmatch(entry.name):
                    with contextlib.suppress(ValueError):
                        found.append(Backup(entry, datetime.strptime(name[1], _FORM)))
        return sorted(found, key=lambda backup: backup.made_at, reverse=True)

    def newest_good(self) -> Backup | None:
        """The newest that this version of the app can open and SQLite finds nothing wrong with."""
        return next((backup for backup in self.all() if not self.problem(backup)), None)

    def problem(self, backup: Backup) -> str:
        """What is wrong with a backup; empty if nothing is."""
        try:
            with contextlib.closing(schema.connect(backup.file, only_read=True)) as connection:
                schema.check(connection, backup.file)
                found = quick_check(connection)
                return "" if found == "ok" else found
        except (sqlite3.Error, OSError, LibraryError) as error:
            return reason(error)

    def due(self, today: date) -> bool:
        """Whether there is none of today yet."""
        return not any(backup.made_at.date() == today for backup in self.all())

    def make(self, now: datetime, stop: Callable[[], bool] = lambda: False) -> Backup | None:
        """Make today's, from what is committed, while others write. None if there is one, if another process is making
        it, or if `stop` said so. Raises NotALibraryError if the library is damaged, LibraryError if there is no room or
        the like; the backups that are there stay."""
        try:
            private_folder(self.folder)
            self.folder.chmod(0o700)
            with _alone(self.folder) as alone:
                if not alone or not self.due(now.date()):
                    return None
                backup = self._make(now, stop)
                for old in self.all()[_KEPT:]:
                    old.file.unlink(missing_ok=True)
                return backup
        except _Stopped:
            return None
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.Error) and damaged(error):
                raise NotALibraryError(f"{self._file} is damaged, so no backup was made of it.") from None
            raise LibraryError(f"No backup could be made ({reason(error)}).") from None

    def _make(self, now: datetime, stop: Callable[[], bool]) -> Backup:
        part = self.folder / "library.part"
        for left in self.folder.glob("library.part*"):
            left.unlink()
        private_file(part)
        try:
            self._copy(part, stop)
            with contextlib.closing(sqlite3.connect(part)) as copy:
                found = quick_check(copy)
            if found != "ok":
                raise NotALibraryError(f"{self._file} is damaged, so no backup was made of it.")
            backup = Backup(self.folder / f"library-{now:{_FORM}}.db", now.replace(second=0, microsecond=0))
            _sync(part)
            part.replace(backup.file)
            _sync(self.folder)
            return backup
        finally:
            part.unlink(missing_ok=True)

    def _copy(self, part: Path, stop: Callable[[], bool]) -> None:
        def between(_status: int, _left: int, _all: int) -> None:
            if stop():
                raise _Stopped

        with (
            contextlib.closing(schema.connect(self._file, only_read=True)) as source,
            contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy,
        ):
            copy.execute("PRAGMA synchronous = OFF")  # synced once, at the end
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM looms")  # from here on one view, whatever is written meanwhile
            source.backup(copy, pages=_PAGES, progress=between)
            copy.execute("PRAGMA journal_mode = DELETE")  # so that a backup is one file, and reading it makes no other


def quick_check(connection: sqlite3.Connection) -> str:
    """ "ok", or what SQLite finds wrong."""
    try:
        return "; ".join(str(found) for (found,) in connection.execute("PRAGMA quick_check(3)"))
    except sqlite3.DatabaseError as error:
        return reason(error)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other process is at work here; none will be until this is over."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            pass  # a file system that knows no locks
        yield True
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
