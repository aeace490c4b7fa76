"""The library's face: looms found, opened and saved."""

import os
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from cyborg_tui.library import schema
from cyborg_tui.library.claims import Claims
from cyborg_tui.library.errors import LibraryError, NotALibraryError, reason
from cyborg_tui.library.folder import private_file, private_folder
from cyborg_tui.library.rows import Row, branch_from, fan_from, node_from, place_from, to_bytes, to_text
from cyborg_tui.library.writer import Writer
from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.tree import ROOT, BrokenTree, Tree

__all__ = ["Library", "LibraryError", "LoomRow"]

_PATIENCE = 5.0
"""Seconds to wait for changes that must be committed before a loom can be read."""
_DAMAGE = (BrokenTree, KeyError, ValueError, TypeError, struct.error, msgspec.MsgspecError)


@dataclass(frozen=True, slots=True)
class LoomRow:
    """What is known of a loom without opening it. Times in seconds since 1970, UTC."""

    id: int
    kind: str
    """daily or file."""
    title: str
    made_at: float
    changed_at: float
    """When something was last written or generated; looking at it does not count."""
    path: str | None = None
    """Of a file's loom, with links followed."""
    digest: str = ""
    """What `remember_file` was last told."""


class Library:
    """One SQLite file. `save` returns at once; a thread of its own commits within a second.

    All methods but `save`, `remember_file`, `saved` and `flush` belong to the thread that opened it. Any number of
    libraries, in any number of processes, may have the same file open.
    """

    def __init__(self, folder: Path) -> None:
        """Open the library in this folder, or begin one. Raises LibraryError."""
        self.file = folder / "library.db"
        self.on_state: Callable[[str], None] = lambda _: None
        """Called on the library's thread with "" after every commit, or with what is wrong with saving."""
        try:
            private_folder(folder)
            private_file(self.file)
        except OSError as error:
            raise LibraryError(
                f"The library in {folder} cannot be opened ({reason(error)}); check its permissions, "
                "or name another folder with --data-dir."
            ) from None
        self._claims = Claims(folder)
        self._reader = self._connect()
        self._writer = Writer(lambda: schema.connect(self.file, patience=2.0), self._say)

    def _say(self, state: str) -> None:
        self.on_state(state)

    def _connect(self) -> sqlite3.Connection:
        with self._in_words():
            connection = schema.connect(self.file)
            try:
                schema.check(connection, self.file)
                schema.migrate(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def daily(self, day: date) -> LoomRow:
        """The loom of this day, begun if there is none yet. Raises LibraryError."""
        return self._find_or_begin("day", day.isoformat(), "daily", f"{day:%A} {day.day} {day:%B %Y}")

    def for_file(self, path: Path) -> LoomRow:
        """The loom of a text file, begun if there is none yet. Links lead to the same loom. Raises LibraryError."""
        return self._find_or_begin("path", os.fsencode(os.path.realpath(path)), "file", path.name)

    def keep_in_file(self, loom: int, path: Path) -> None:
        """From now on the loom is the text of this file. Raises LibraryError if another loom is."""
        real = os.fsencode(os.path.realpath(path))
        other = self._find("path", real)
        if other is not None and other.id != loom:
            raise LibraryError(f"{path} is the file of the loom “{other.title}” already; name another file.")
        with self._in_words():
            self._reader.execute("UPDATE looms SET path = ? WHERE id = ?", (real, loom))

    def loom(self, loom: int) -> LoomRow:
        """Raises LibraryError if there is no such loom."""
        found = self._find("id", loom)
        if found is None:
            raise LibraryError(f"There is no loom {loom}; `cyborg-tui list` shows those there are.")
        return found

    def looms(self) -> list[LoomRow]:
        """All looms, the one changed last first. Raises LibraryError."""
        with self._in_words():
            return [_loom_row(row) for row in self._reader.execute(f"{_LOOMS} ORDER BY changed_at DESC, id DESC")]

    def open(self, loom: int) -> Loom:
        """A loom as it was last saved. Raises LibraryError."""
        if not self.flush(_PATIENCE):
            raise LibraryError("Other changes could not be saved yet; this loom can be opened when they are.")
        with self._in_words():
            try:
                return self._read(loom)
            except _DAMAGE as error:
                raise LibraryError(
                    f"Loom {loom} is damaged in {self.file} ({error!r}); the other looms can still be opened."
                ) from None

    def claim(self, loom: int) -> bool:
        """Be the one who writes in this loom, until `release` or the end of the process. False if another is."""
        with self._in_words():
            return self._claims.claim(loom)

    def release(self, loom: int) -> None:
        """Let others write in this loom, once everything is committed."""
        self.flush(_PATIENCE)
        self._claims.release(loom)

    def ask_for(self, loom: int) -> bool:
        """Ask the window that writes in this loom to step down. False if another window asks already."""
        with self._in_words():
            return self._claims.ask(loom)

    def stop_asking(self, loom: int) -> None:
        self._claims.stop_asking(loom)

    def is_asked_for(self, loom: int) -> bool:
        """Whether another window asks for this loom."""
        with self._in_words():
            return self._claims.is_asked_for(loom)

    def save(self, loom: int, changes: Changes) -> None:
        """Hand over what changed. Returns at once, from any thread."""
        self._writer.add(loom, changes)

    def remember_file(self, loom: int, digest: str) -> None:
        """Keep the digest of the text file as it was when this loom last read or wrote it, with what is saved so far:
        a file with another digest was changed outside. Returns at once."""
        self._writer.add_digest(loom, digest)

    @property
    def saved(self) -> bool:
        """Whether everything handed over is committed."""
        return self._writer.idle

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything is committed. False if that was not possible within `timeout` seconds."""
        return self._writer.flush(timeout)

    def quick_check(self) -> str:
        """ "ok", or what SQLite finds wrong with the file."""
        try:
            return "; ".join(str(found) for (found,) in self._reader.execute("PRAGMA quick_check(3)"))
        except sqlite3.DatabaseError as error:
            return reason(error)

    def close(self, timeout: float = 5.0) -> bool:
        """Save what is left and close. False if it could not be saved within `timeout` seconds; it is lost then."""
        saved = self._writer.close(timeout)
        self._claims.release_all()
        self._reader.close()
        return saved

    def _find(self, column: str, value: object) -> LoomRow | None:
        with self._in_words():
            row = self._reader.execute(f"{_LOOMS} WHERE {column} = ?", (value,)).fetchone()
        return None if row is None else _loom_row(row)

    def _find_or_begin(self, column: str, value: object, kind: str, title: str) -> LoomRow:
        found = self._find(column, value)
        if found is None:
            now = time.time()
            with self._in_words():
                self._reader.execute(
                    f"INSERT OR IGNORE INTO looms (kind, title, {column}, made_at, changed_at) VALUES (?, ?, ?, ?, ?)",
                    (kind, to_bytes(title), value, now, now),
                )
            found = self._find(column, value)
        assert found is not None
        return found

    def _read(self, loom: int) -> Loom:
        read = self._reader.execute
        with self._reader:
            read("BEGIN")  # one view of all tables, whatever another process writes meanwhile
            branches = [
                branch_from(row) for row in read("SELECT * FROM branches WHERE loom = ? ORDER BY fan, place", (loom,))
            ]
            fans = _fans(branches, read(_FANS, (loom,)))
            texts = {branch.id: branch.text for branch in branches}
            nodes = [node_from(row, texts) for row in read("SELECT * FROM nodes WHERE loom = ? ORDER BY id", (loom,))]
            place = place_from(read(_PLACE, (loom,)).fetchone())
        return Loom(Tree(nodes, fans, branches, place.next_node if place else ROOT + 1), place)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What SQLite refuses, as a LibraryError."""
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.ProgrammingError, OSError) as error:
            raise LibraryError(f"{self.file} cannot be used: {reason(error)}.") from None
        except sqlite3.DatabaseError:
            raise NotALibraryError(f"{self.file} is damaged or is no library; move it away and start again.") from None


_LOOMS = "SELECT id, kind, title, made_at, changed_at, path, digest FROM looms"
_PLACE = "SELECT node, cursor, fan, highlighted, next_node FROM looms WHERE id = ?"
_FANS = """SELECT fans.*, name, vocabulary, file, size, quantisation, build
    FROM fans JOIN models ON models.id = fans.model WHERE loom = ? ORDER BY fans.id"""


def _fans(branches: list[Branch], rows: Iterator[Row]) -> list[Fan]:
    members: dict[FanId, list[BranchId]] = {}
    for branch in branches:
        members.setdefault(branch.fan, []).append(branch.id)
    return [fan_from(row[:8], row[8:], tuple(members.get(row[1], ()))) for row in rows]


def _loom_row(row: tuple[int, str, bytes, float, float, bytes | None, str]) -> LoomRow:
    id, kind, title, made_at, changed_at, path, digest = row
    return LoomRow(id, kind, to_text(title), made_at, changed_at, None if path is None else os.fsdecode(path), digest)
