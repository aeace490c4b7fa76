"""Notes about the tool itself: what the person had to say of it, with what was on the screen then."""

import sqlite3
from dataclasses import dataclass

from cyborg_tui.library.rows import Row, to_bytes, to_text

__all__ = ["ToolNote", "add_tool_note", "tool_notes"]

_ADD = "INSERT INTO tool_notes (at, version, note, screen) VALUES (?, ?, ?, ?)"
_ALL = "SELECT at, version, note, screen FROM tool_notes ORDER BY at, id"


@dataclass(frozen=True, slots=True)
class ToolNote:
    at: float
    """Seconds since 1970, UTC."""
    version: str
    """Of the app."""
    note: str
    screen: str
    """What was on the screen, row by row; it may hold the person's words."""


def add_tool_note(connection: sqlite3.Connection, note: ToolNote) -> None:
    """Raises sqlite3.Error."""
    connection.execute(_ADD, (note.at, note.version, to_bytes(note.note), to_bytes(note.screen)))


def tool_notes(connection: sqlite3.Connection) -> list[ToolNote]:
    """All there are, in the order in which they were made. Raises sqlite3.Error, ValueError."""
    return [_from(row) for row in connection.execute(_ALL)]


def _from(row: Row) -> ToolNote:
    at, version, note, screen = row
    return ToolNote(at, version, to_text(note), to_text(screen))
