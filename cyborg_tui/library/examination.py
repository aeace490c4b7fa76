"""The file looked at from one end to the other: what SQLite says, and whether every loom can be opened and is sound."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.errors import UNREADABLE, LibraryError, reason
from cyborg_tui.library.index import is_complete
from cyborg_tui.library.reading import LOOMS, loom_row, read_loom
from cyborg_tui.library.soundness import faults

__all__ = ["Examination", "examine", "is_indexed"]

_TOLD = 3
"""So many faults of a kind are told; the rest are counted."""
_LOST = {
    "nodes": "SELECT count(*) FROM nodes WHERE loom NOT IN (SELECT id FROM looms)",
    "events": "SELECT count(*) FROM events WHERE loom NOT IN (SELECT id FROM looms)",
    "fans": """SELECT count(*) FROM fans
        WHERE loom NOT IN (SELECT id FROM looms) OR model NOT IN (SELECT id FROM models)""",
    "branches": "SELECT count(*) FROM branches WHERE (loom, fan) NOT IN (SELECT loom, id FROM fans)",
}
"""Rows that belong to nothing."""


@dataclass(frozen=True, slots=True)
class Examination:
    looms: int
    """How many can be opened."""
    faults: tuple[str, ...]
    """One short sentence each; empty if all is well."""


def examine(file: Path) -> Examination:
    """Look at everything; nothing is changed. Takes as long as reading the file twice."""
    try:
        with contextlib.closing(schema.connect(file, only_read=True)) as connection:
            schema.check(connection, file)
            found = [*_integrity(connection), *_lost(connection)]
            opened, damaged = _looms(connection)
            return Examination(opened, (*found, *damaged))
    except (sqlite3.Error, OSError) as error:
        return Examination(0, (f"{file} cannot be read: {reason(error)}.",))
    except LibraryError as error:
        return Examination(0, (str(error),))


def is_indexed(file: Path) -> bool:
    """Whether everything can be searched."""
    try:
        with contextlib.closing(schema.connect(file, only_read=True)) as connection:
            return is_complete(connection)
    except sqlite3.Error:
        return False


def _integrity(connection: sqlite3.Connection) -> list[str]:
    try:
        rows = connection.execute(f"PRAGMA integrity_check({_TOLD})").fetchall()
        lines = [line for (text,) in rows for line in str(text).splitlines() if not line.startswith("***")]
    except sqlite3.Error as error:
        lines = [reason(error)]
    return [] if lines == ["ok"] else [f"SQLite: {line}." for line in lines[:_TOLD]]


def _lost(connection: sqlite3.Connection) -> list[str]:
    found = []
    for what, count in _LOST.items():
        try:
            (lost,) = connection.execute(count).fetchone()
        except sqlite3.Error as error:
            found.append(f"The {what} cannot all be read: {reason(error)}.")
        else:
            found += [f"{lost} {what} belong to nothing."] if lost else []
    return found


def _looms(connection: sqlite3.Connection) -> tuple[int, list[str]]:
    """How many can be opened, and what is wrong with the others."""
    opened, found = 0, []
    try:
        rows = connection.execute(f"{LOOMS} ORDER BY id").fetchall()
    except sqlite3.Error as error:
        return 0, [f"The list of looms cannot be read: {reason(error)}."]
    for values in rows:
        try:
            row = loom_row(values)
            wrong = faults(read_loom(connection, row.id).tree)
        except sqlite3.Error as error:
            wrong = [reason(error)]
        except UNREADABLE as error:
            wrong = [str(error) or type(error).__name__]
        if wrong:
            more = f", and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
            found.append(f"Loom {values[0]}: {'; '.join(wrong[:_TOLD])}{more}.")
        else:
            opened += 1
    return opened, found
