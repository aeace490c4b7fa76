"""Looms as they stand in the file."""

import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cyborg_tui.library.chunks import chunks_of_loom
from cyborg_tui.library.rows import (
    Row,
    branch_from,
    draw_from,
    facts_from,
    fan_from,
    node_from,
    place_from,
    places_from,
    showing_from,
    to_text,
)
from cyborg_tui.library.soundness import breaks
from cyborg_tui.library.steps import recollection
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.showing import Showing
from cyborg_tui.loom.source import Skeleton, Source
from cyborg_tui.loom.tree import ROOT, BrokenTree, Tree

__all__ = ["FANS", "LOOMS", "LoomRow", "draws_of", "fans_from", "loom_row", "open_loom", "read_loom", "showing_of"]

LOOMS = "SELECT id, kind, title, made_at, changed_at, path, digest FROM looms"
_PLACE = "SELECT node, cursor, fan, highlighted, next_node FROM looms WHERE id = ?"
_USED = "SELECT next_fan, next_branch FROM used WHERE loom = ?"
_DRAWS = "SELECT packed FROM draws WHERE loom = ? AND fan = ? ORDER BY first"
_SHOWING = "SELECT packed FROM showings WHERE loom = ? AND fan = ?"
FANS = """SELECT fans.*, name, vocabulary, file, size, quantisation, build
    FROM fans JOIN models ON models.id = fans.model WHERE loom = ? {} ORDER BY fans.id"""
"""With a place for another condition."""


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


def read_loom(
    connection: sqlite3.Connection, loom: int, connect: Callable[[], sqlite3.Connection] | None = None
) -> Loom:
    """A loom as it was last saved, all of it; `connect` gives a connection for what may be read later. Raises
    sqlite3.Error, and one of `UNREADABLE` if it is damaged."""
    read = connection.execute
    with connection:
        read("BEGIN")  # one view of all tables, whatever another process writes meanwhile
        branches = [
            branch_from(row) for row in read("SELECT * FROM branches WHERE loom = ? ORDER BY fan, place", (loom,))
        ]
        fans = fans_from(((branch.fan, branch.id) for branch in branches), read(FANS.format(""), (loom,)))
        texts = {branch.id: branch.text for branch in branches}
        rows = read("SELECT * FROM nodes WHERE loom = ? ORDER BY id", (loom,))
        chunks = chunks_of_loom(connection, loom)
        nodes = [node_from(row, texts, chunks) for row in rows]
        around = _Around(connection, loom)
    tree = around.tree_of(nodes, fans, branches)
    if broken := breaks(tree):
        raise BrokenTree(broken[0])
    return around.loom_of(tree, connect or (lambda: connection))


def open_loom(
    connection: sqlite3.Connection, loom: int, source: Source, connect: Callable[[], sqlite3.Connection]
) -> Loom:
    """A loom as it was last saved, within a transaction under way; of it the source gives what is asked for. Raises
    sqlite3.Error, and one of `UNREADABLE` if its manuscript is damaged; what else may be shows when it is asked for."""
    skeleton = _skeleton(connection, loom)
    around = _Around(connection, loom)
    tree = around.tree_of()
    tree.read_from(source, skeleton)
    return around.loom_of(tree, connect)


class _Around:
    """What there is of a loom beside its tree."""

    def __init__(self, connection: sqlite3.Connection, loom: int) -> None:
        self._place = place_from(connection.execute(_PLACE, (loom,)).fetchone())
        self._used: tuple[FanId, BranchId] = connection.execute(_USED, (loom,)).fetchone() or (1, 1)
        self._facts = [facts_from(row) for row in connection.execute("SELECT * FROM facts WHERE loom = ?", (loom,))]
        trail = connection.execute("SELECT places, history FROM trails WHERE loom = ?", (loom,)).fetchone()
        places: bytes | None = trail[0] if trail else None
        self._history: bytes | None = trail[1] if trail else None
        self._places = places_from(places)
        self._loom = loom

    def tree_of(self, nodes: Iterable[Node] = (), fans: Iterable[Fan] = (), branches: Iterable[Branch] = ()) -> Tree:
        next_node = self._place.next_node if self._place else ROOT + 1
        next_fan, next_branch = self._used
        used = {"next_fan": next_fan, "next_branch": next_branch}
        return Tree(nodes, fans, branches, next_node, self._facts, **used)

    def loom_of(self, tree: Tree, connect: Callable[[], sqlite3.Connection]) -> Loom:
        if self._place is not None and self._place.node not in tree:
            raise BrokenTree("the end of its text is missing")
        return Loom(
            tree,
            self._place,
            self._places,
            recollect=lambda path: recollection(connect, self._loom, self._history, path),
        )


def _skeleton(connection: sqlite3.Connection, loom: int) -> Skeleton:
    read = connection.execute
    skeleton = Skeleton(
        dict(read("SELECT id, parent FROM nodes WHERE loom = ? ORDER BY parent, id", (loom,))),
        read("SELECT id, carries FROM nodes WHERE loom = ? AND carries IS NOT NULL", (loom,)).fetchall(),
        [node for (node,) in read("SELECT id FROM nodes WHERE loom = ? AND bookmarked", (loom,))],
        dict(read("SELECT id, context FROM fans WHERE loom = ? ORDER BY id", (loom,))),
        read("SELECT ifnull(max(id), 0) FROM branches WHERE loom = ?", (loom,)).fetchone()[0],
    )
    if ROOT not in skeleton.parents or not skeleton.parents.keys() >= {*skeleton.parents.values()} - {None}:
        raise BrokenTree("a node hangs on nothing")
    return skeleton


def draws_of(connection: sqlite3.Connection, loom: int, fan: FanId) -> tuple[Draw, ...]:
    """How a fan's branches were drawn; empty where that is not known. Raises sqlite3.Error, msgspec.DecodeError."""
    return tuple(draw_from(packed) for (packed,) in connection.execute(_DRAWS, (loom, fan)))


def showing_of(connection: sqlite3.Connection, loom: int, fan: FanId) -> Showing | None:
    """How a fan was shown; None where that is not known. Raises sqlite3.Error, msgspec.DecodeError."""
    row = connection.execute(_SHOWING, (loom, fan)).fetchone()
    return showing_from(row[0]) if row else None


def fans_from(members: Iterable[tuple[FanId, BranchId]], rows: Iterable[Row]) -> list[Fan]:
    """`members`: the branches of the fans, in the order they were drawn."""
    of: dict[FanId, list[BranchId]] = {}
    for fan, branch in members:
        of.setdefault(fan, []).append(branch)
    return [fan_from(row[:8], row[8:], tuple(of.get(row[1], ()))) for row in rows]
