"""Long texts in chunks: of a text that grows, a commit writes only what is new."""

import sqlite3
from collections.abc import Iterable

from cyborg_tui.library.rows import to_bytes, to_text
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, Pieces
from cyborg_tui.loom.shared import difference

__all__ = ["Chunks", "chunks_of_loom", "chunks_of_node"]

_MANY = 8
"""A node of more pieces than these has its typed ones in chunks of their own."""
_PUT = "INSERT INTO chunks (loom, node, text) VALUES (?, ?, ?)"
_DROP = "DELETE FROM chunks WHERE id = ?"
_DROP_ALL = "DELETE FROM chunks WHERE loom = ? AND node = ?"

_Key = tuple[int, NodeId]
"""Loom and node."""
_Ids = tuple[int | None, ...]
"""Of the chunk of each piece; None for one that stands in the node's row."""


class Chunks:
    """The chunks of the long nodes that this process has written: who else writes there must not be in between."""

    def __init__(self) -> None:
        self._committed: dict[_Key, tuple[Pieces, _Ids]] = {}
        self._written: dict[_Key, tuple[Pieces, _Ids]] = {}

    def write(self, connection: sqlite3.Connection, loom: int, node: Node) -> _Ids:
        """Bring the chunks of a node up to date within the transaction under way. Returns them, none for a short
        node. Raises sqlite3.Error."""
        pieces, ids = self._committed.get((loom, node.id), ((), ()))
        if len(node.pieces) <= _MANY:
            self.drop(connection, (loom, node.id))
            return ()
        if not ids:
            self.drop(connection, (loom, node.id))
        start, end, new_end = difference(pieces, node.pieces)
        connection.executemany(_DROP, ((id,) for id in ids[start:end] if id is not None))
        new = [_put(connection, loom, node.id, piece) for piece in node.pieces[start:new_end]]
        now = (*ids[:start], *new, *ids[end:])
        self._written[loom, node.id] = node.pieces, now
        return now

    def drop(self, connection: sqlite3.Connection, key: _Key) -> None:
        """A node is gone, or short. Raises sqlite3.Error."""
        connection.execute(_DROP_ALL, key)
        self._written[key] = ((), ())

    def committed(self) -> None:
        self._committed |= self._written
        self._written = {}

    def rolled_back(self) -> None:
        self._written = {}

    def forget(self, loom: int) -> None:
        """Another process may write there from now on."""
        self._committed = {key: stored for key, stored in self._committed.items() if key[0] != loom}


def chunks_of_loom(connection: sqlite3.Connection, loom: int) -> dict[int, str]:
    """The texts of all chunks. Raises sqlite3.Error, UnicodeDecodeError."""
    return _texts(connection.execute("SELECT id, text FROM chunks WHERE loom = ?", (loom,)))


def chunks_of_node(connection: sqlite3.Connection, loom: int, node: NodeId) -> dict[int, str]:
    """The texts of a node's chunks. Raises sqlite3.Error, UnicodeDecodeError."""
    return _texts(connection.execute("SELECT id, text FROM chunks WHERE loom = ? AND node = ?", (loom, node)))


def _put(connection: sqlite3.Connection, loom: int, node: NodeId, piece: Piece) -> int | None:
    if piece.branch is not None:
        return None
    return connection.execute(_PUT, (loom, node, to_bytes(piece.text))).lastrowid


def _texts(rows: Iterable[tuple[int, bytes]]) -> dict[int, str]:
    return {id: to_text(text) for id, text in rows}
