"""The history as it is kept: each step as what it changed, told from the one before it."""

import json
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import msgspec

from cyborg_tui.loom.history import HistoryChange, Memory
from cyborg_tui.loom.path import Snapshot
from cyborg_tui.loom.remembering import KeptHistory, KeptStep, Recollection, change_of, kept

__all__ = ["recollection", "write_history"]

_STEP = "INSERT OR REPLACE INTO steps VALUES (?, ?, ?)"
_FORGET = "DELETE FROM steps WHERE loom = ? AND (number < ? OR number > ?)"
_HISTORY = """INSERT INTO trails (loom, history) VALUES (?, ?)
    ON CONFLICT (loom) DO UPDATE SET history = excluded.history"""
_STEPS = "SELECT number, step FROM steps WHERE loom = ? AND number BETWEEN ? AND ?"

_Kept = TypeVar("_Kept")


def write_history(connection: sqlite3.Connection, loom: int, change: HistoryChange) -> None:
    """Within the transaction under way. Raises sqlite3.Error."""
    anchor = change_of(change.path, change.now)
    history = KeptHistory(change.first, change.done, change.last, anchor)
    connection.executemany(_STEP, ((loom, step.number, _encode(kept(step))) for step in change.steps))
    connection.execute(_FORGET, (loom, change.first, change.last))
    connection.execute(_HISTORY, (loom, _encode(history)))


def recollection(
    connect: Callable[[], sqlite3.Connection], loom: int, stored: bytes | None, now: Snapshot
) -> Memory | None:
    """What is remembered of a loom that was opened with the path `now`; the steps are read when they are needed. None
    if there is nothing, or nothing that fits."""

    if stored is None:
        return None
    try:
        history = _decode(stored, KeptHistory)
        return Recollection(history, now, lambda: _steps(connect, loom, history))
    except (ValueError, LookupError, msgspec.ValidationError):
        return None


def _steps(connect: Callable[[], sqlite3.Connection], loom: int, history: KeptHistory) -> dict[int, KeptStep]:
    """Those that can be read, by their numbers."""
    try:
        rows = connect().execute(_STEPS, (loom, history.first, history.last)).fetchall()
        return {number: _decode(step, KeptStep) for number, step in rows}
    except (sqlite3.Error, ValueError, msgspec.ValidationError):
        return {}


def _encode(thing: object) -> bytes:
    """JSON of ASCII letters alone, in which every code point has a place, lone surrogates too."""
    return json.dumps(msgspec.to_builtins(thing), separators=(",", ":")).encode("ascii")


def _decode(stored: bytes, kind: type[_Kept]) -> _Kept:
    """Raises ValueError, msgspec.ValidationError."""
    return msgspec.convert(json.loads(stored), kind)
