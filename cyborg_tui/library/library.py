"""The library's face: looms found, opened and saved."""

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cyborg_tui.library.rows import branch_from, fan_from, node_from, place_from
from cyborg_tui.library.schema import NewerLibraryError, NotALibraryError, migrate
from cyborg_tui.library.writer import Writer
from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.tree import ROOT, Tree

__all__ = ["Library", "LibraryError", "LoomRow"]


class LibraryError(Exception):
    """The library cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class LoomRow:
    """What is known of a loom without opening it. Times in seconds since 1970, UTC."""

    id: int
    kind: str
    """daily or file."""
    title: str
    made_at: float
    changed_at: float
    path: str | None = None


class Library:
    """One SQLite file. `save` returns at once; a thread of its own commits within a second."""

    def __init__(self, folder: Path) -> None:
        """Open the library in this folder, or begin one. Raises LibraryError."""
        self.file = folder / "library.db"
        self.on_state: Callable[[str], None] = lambda _: None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
            self.file.chmod(0o600)
        except OSError as error:
            raise LibraryError(
                f"The library in {folder} cannot be opened ({error.strerror}); check its permissions."
            ) from None
        try:
            self._reader = self._connect()
            migrate(self._reader)
        except NewerLibraryError:
            raise LibraryError(f"{self.file} was written by a newer version of this app; install that one.") from None
        except (NotALibraryError, sqlite3.DatabaseError):
            raise LibraryError(f"{self.file} is not a library of this app; move it away and start again.") from None
        self._writer = Writer(self._connect, self._say)

    def _say(self, state: str) -> None:
        self.on_state(state)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=5, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def daily(self, day: date) -> LoomRow:
        """The loom of this day, begun if there is none yet."""
        found = self._find("day = ?", day.isoformat())
        return found or self._begin("daily", f"{day:%A} {day.day} {day:%B %Y}", day=day.isoformat())

    def for_file(self, path: Path) -> LoomRow:
        """The loom of a text file, begun if there is none yet."""
        found = self._find("path = ?", os.fsencode(path))
        return found or self._begin("file", path.name, path=os.fsencode(path))

    def loom(self, loom: int) -> LoomRow:
        """Raises LibraryError if there is no such loom."""
        found = self._find("id = ?", loom)
        if found is None:
            raise LibraryError(f"There is no loom {loom}; `cyborg-tui list` shows those there are.")
        return found

    def looms(self) -> list[LoomRow]:
        """All looms, the one changed last first."""
        return [_loom_row(row) for row in self._reader.execute(f"{_LOOMS} ORDER BY changed_at DESC, id DESC")]

    def open(self, loom: int) -> Loom:
        """A loom as it was last saved."""
        read = self._reader.execute
        branches = [branch_from(row) for row in read("SELECT * FROM branches WHERE loom = ? ORDER BY id", (loom,))]
        texts = {branch.id: branch.text for branch in branches}
        fans = [fan_from(row[0]) for row in read("SELECT fan FROM fans WHERE loom = ? ORDER BY id", (loom,))]
        nodes = [node_from(row, texts) for row in read("SELECT * FROM nodes WHERE loom = ? ORDER BY id", (loom,))]
        place = place_from(read("SELECT place FROM looms WHERE id = ?", (loom,)).fetchone()[0])
        return Loom(Tree(nodes, fans, branches, place.next_node if place else ROOT + 1), place)

    def save(self, loom: int, changes: Changes) -> None:
        """Hand over what changed."""
        self._writer.add(loom, changes)

    @property
    def saved(self) -> bool:
        """Whether everything handed over is committed."""
        return self._writer.idle

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything is committed. False if that was not possible in time."""
        return self._writer.flush(timeout)

    def quick_check(self) -> str:
        """ "ok", or what SQLite finds wrong with the file."""
        return str(self._reader.execute("PRAGMA quick_check").fetchone()[0])

    def close(self) -> None:
        self._writer.close()
        self._reader.close()

    def _find(self, condition: str, value: object) -> LoomRow | None:
        row = self._reader.execute(f"{_LOOMS} WHERE {condition}", (value,)).fetchone()
        return None if row is None else _loom_row(row)

    def _begin(self, kind: str, title: str, day: str | None = None, path: bytes | None = None) -> LoomRow:
        now = time.time()
        made = self._reader.execute(
            "INSERT INTO looms (kind, title, day, path, made_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)",
            (kind, title, day, path, now, now),
        )
        return self.loom(int(made.lastrowid or 0))


_LOOMS = "SELECT id, kind, title, made_at, changed_at, path FROM looms"


def _loom_row(row: tuple[int, str, str, float, float, bytes | None]) -> LoomRow:
    id, kind, title, made_at, changed_at, path = row
    return LoomRow(id, kind, title, made_at, changed_at, None if path is None else os.fsdecode(path))
