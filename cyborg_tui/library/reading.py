"""Looms as they stand in the file."""

import os
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from cyborg_tui.library.rows import Row, branch_from, facts_from, fan_from, node_from, place_from, places_from, to_text
from cyborg_tui.library.soundness import breaks
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.tree import ROOT, BrokenTree, Tree

__all__ = ["FANS", "LOOMS", "UNREADABLE", "LoomRow", "loom_row", "read_loom"]

UNREADABLE = (
    BrokenTree,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    OverflowError,
    struct.error,
    msgspec.MsgspecError,
)
"""What may be raised where a row is not as it was written."""

LOOMS = "SELECT id, kind, title, made_at, changed_at, path, digest FROM looms"
_PLACE = "SELECT node, cursor, fan, highlighted, next_node FROM looms WHERE id = ?"
FANS = """SELECT fans.*, name, vocabulary, file, size, quantisation, build
    FROM fans JOIN models ON models.id = fans.model WHERE loom = ? ORDER BY fans.id"""


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


def loom_row(row: tuple[int, str, bytes, float, float, bytes | None, str]) -> LoomRow:
    """A row of `LOOMS`. Raises one of `UNREADABLE`."""
    id, kind, title, made_at, changed_at, path, digest = row
    return LoomRow(id, kind, to_text(title), made_at, changed_at, None if path is None else os.fsdecode(path), digest)


def read_loom(connection: sqlite3.Connection, loom: int) -> Loom:
    """A loom as it was last saved. Raises sqlite3.Error, and one of `UNREADABLE` if it is damaged."""
    read = connection.execute
    with connection:
        read("BEGIN")  # one view of all tables, whatever another process writes meanwhile
        branches = [
            branch_from(row) for row in read("SELECT * FROM branches WHERE loom = ? ORDER BY fan, place", (loom,))
        ]
        fans = _fans(branches, read(FANS, (loom,)))
        texts = {branch.id: branch.text for branch in branches}
        nodes = [node_from(row, texts) for row in read("SELECT * FROM nodes WHERE loom = ? ORDER BY id", (loom,))]
        place = place_from(read(_PLACE, (loom,)).fetchone())
        facts = [facts_from(row) for row in read("SELECT * FROM facts WHERE loom = ?", (loom,))]
        trail = read("SELECT places FROM trails WHERE loom = ?", (loom,)).fetchone()
    tree = Tree(nodes, fans, branches, place.next_node if place else ROOT + 1, facts)
    if broken := breaks(tree):
        raise BrokenTree(broken[0])
    if place is not None and place.node not in tree:
        raise BrokenTree("the end of its text is missing")
    return Loom(tree, place, places_from(trail[0] if trail else None))


def _fans(branches: list[Branch], rows: Iterator[Row]) -> list[Fan]:
    members: dict[FanId, list[BranchId]] = {}
    for branch in branches:
        members.setdefault(branch.fan, []).append(branch.id)
    return [fan_from(row[:8], row[8:], tuple(members.get(row[1], ()))) for row in rows]
