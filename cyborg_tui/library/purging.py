"""What goes with nodes that are deleted for good, wherever else their words stand."""

import sqlite3

from cyborg_tui.library.rows import draw_from

__all__ = ["forget_what_went", "leave_no_trace"]

_TURNS = "DELETE FROM turns WHERE event IN (SELECT id FROM events WHERE loom = ?)"
_SCORES = "DELETE FROM scores WHERE loom = ?"
_SAID = """UPDATE events SET note = x'' WHERE loom = ?1 AND kind IN ('named', 'noted', 'tagged')
    AND node NOT IN (SELECT id FROM nodes WHERE loom = ?1)"""
_DRAWS = "SELECT rowid, packed FROM draws WHERE loom = ? AND instr(packed, CAST('following' AS BLOB))"
_DROP_DRAW = "DELETE FROM draws WHERE rowid = ?"


def forget_what_went(connection: sqlite3.Connection, loom: int) -> None:
    """Within the transaction in which nodes went. The log keeps that something was done, and not with which words;
    a fan that was to lead to what stood after it cannot be made again. Raises sqlite3.Error."""
    for statement in (_TURNS, _SCORES, _SAID):
        connection.execute(statement, (loom,))
    draws = connection.execute(_DRAWS, (loom,)).fetchall()
    connection.executemany(_DROP_DRAW, ((id,) for id, packed in draws if draw_from(packed).following))


def leave_no_trace(connection: sqlite3.Connection) -> None:
    """After that transaction: take the old pages out of the log beside the file too. Somebody who reads just now can
    keep some of them there, until the last window is closed. Raises sqlite3.Error."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
