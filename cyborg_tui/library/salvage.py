"""Rows read out of a damaged file, around the pages that cannot be read. Works on a copy; the file stays as it is."""

import contextlib
import os
import shutil
import sqlite3
import struct
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.beginning import begin
from cyborg_tui.library.rows import Row

__all__ = ["Salvaged", "salvage"]

_PAGE = 4096
_LEAF = 13
"""The kind of a page that leads to no others."""
_LAST = 2**62
"""Beyond the id of any row."""
_PATIENCE = 2_000
"""Reads that may fail in one table, until what is left of it is given up."""


@dataclass(slots=True)
class Salvaged:
    """What came out of a file."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in schema.TABLES})
    """By table, in the order in which they were written."""
    torn: set[str] = field(default_factory=lambda: set(schema.TABLES))
    """Tables of which something could not be read."""

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))


def salvage(file: Path) -> Salvaged:
    """The rows that can still be read. Damage raises nothing; OSError if there is no room to work in."""
    with tempfile.TemporaryDirectory(prefix="library.", dir=file.parent) as name:
        folder = Path(name)
        best = Salvaged()
        for number, repair in enumerate((_as_it_is, _with_header_of, _with_page_of, _with_page_of_the_first)):
            copy = folder / f"{number}.db"
            _copy(file, copy)
            repair(copy)
            best = max(best, _read(copy), key=len)
            if not best.torn:
                break
        return best


def _copy(file: Path, copy: Path) -> None:
    for end in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(file.with_name(file.name + end), copy.with_name(copy.name + end))


def _as_it_is(_copy: Path) -> None:
    pass


def _with_header_of(copy: Path) -> None:
    """The first hundred bytes are the same in every library, but for the number of pages and what may be left out."""
    _overwrite(copy, _first_page(copy)[:100])


def _with_page_of(copy: Path) -> None:
    """The whole first page, which says where the tables begin; in every library begun by this version at the same
    places. It must say that of all of them by itself."""
    page = _first_page(copy)
    if page[100] == _LEAF:
        _overwrite(copy, page)


def _with_page_of_the_first(copy: Path) -> None:
    """The first page as the first version made it: the tables that it had begin at the same places to this day."""
    _overwrite(copy, _first_page(copy, schema.FIRST))


def _first_page(copy: Path, version: int | None = None) -> bytes:
    new = copy.with_suffix(".new")
    begin(new, version)
    return new.read_bytes()[:_PAGE]


def _overwrite(copy: Path, beginning: bytes) -> None:
    if not copy.exists():
        return
    with copy.open("r+b") as file:
        pages = os.fstat(file.fileno()).st_size // _PAGE
        file.write(beginning)
        file.seek(28)
        file.write(struct.pack(">I", pages))
        file.seek(92)
        file.write(beginning[24:28])  # else the number of pages counts for nothing
        file.truncate(max(1, pages) * _PAGE)


def _read(copy: Path) -> Salvaged:
    found = Salvaged()
    with contextlib.suppress(sqlite3.Error), contextlib.closing(schema.connect(copy)) as connection:
        listed = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for name in schema.TABLES:
            if name not in listed and not schema.columns(name, schema.FIRST):
                found.torn.discard(name)  # an earlier version had no such table
                continue
            table = _Table(connection, name)
            found.rows[name] = table.rows()
            if not table.torn:
                found.torn.discard(name)
    return found


class _Table:
    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._select = f"SELECT rowid, {', '.join(schema.columns(name))} FROM {name} WHERE rowid > ? AND rowid < ?"
        self._ended = True
        self.torn = False
        """Whether any did not."""

    def rows(self) -> list[Row]:
        found = dict(self._all())
        return [found[id] for id in sorted(found)]

    def _all(self) -> Iterator[tuple[int, Row]]:
        """Each gap is read from both ends; what is left between is halved, and the halves are gaps in turn."""
        gaps, patience = deque([(-1, _LAST)]), _PATIENCE
        while gaps and patience > 0:
            low, high = gaps.popleft()
            for id, row in self._read(low, high, "ASC"):
                low = id
                yield id, row
            if self._whole():
                continue
            for id, row in self._read(low, high, "DESC"):
                high = id
                yield id, row
            patience, self.torn = patience - 1, True
            if not self._whole() and high - low > 2:
                middle = (low + high) // 2
                gaps += [(low, middle + 1), (middle, high)]

    def _whole(self) -> bool:
        """Whether the last reading came to its end."""
        return self._ended

    def _read(self, low: int, high: int, order: str) -> Iterator[tuple[int, Row]]:
        """Rows between two ids, up to where it goes no further."""
        self._ended = False
        last = low if order == "ASC" else high
        further: Callable[[int], bool] = (lambda id: id > last) if order == "ASC" else (lambda id: id < last)
        with contextlib.suppress(sqlite3.Error, OverflowError, MemoryError):
            for id, *row in self._connection.execute(f"{self._select} ORDER BY rowid {order}", (low, high)):
                if not further(id):
                    return  # pages that lead in a circle
                last = id
                yield id, tuple(row)
            self._ended = True
