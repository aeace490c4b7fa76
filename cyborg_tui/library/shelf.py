"""The shelf: passages that the person bookmarked, in any loom."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from cyborg_tui.library.chunks import chunks_of_node
from cyborg_tui.library.rows import has_chunks, node_from, pieces_of, to_text
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node

__all__ = ["Kept", "shelf"]

_MOST = 300
_BOOKMARKED = """SELECT nodes.loom, nodes.id, title, nodes.made_at FROM nodes JOIN looms ON looms.id = nodes.loom
    WHERE bookmarked ORDER BY nodes.made_at DESC LIMIT ?"""
_NODE = "SELECT * FROM nodes WHERE loom = ? AND id = ?"
_BRANCH = "SELECT text FROM branches WHERE loom = ? AND id = ?"


@dataclass(frozen=True, slots=True)
class Kept:
    """A bookmarked passage."""

    loom: int
    title: str
    """Of the loom."""
    node: NodeId
    text: str
    made_at: float
    """Seconds since 1970, UTC."""


def shelf(connection: sqlite3.Connection) -> Iterator[Kept]:
    """What was bookmarked, what was written last first. Raises sqlite3.Error."""
    for loom, node, title, made_at in connection.execute(_BOOKMARKED, (_MOST,)).fetchall():
        text = _passage(connection, loom, node)
        if text.strip():
            yield Kept(loom, to_text(title), node, text, made_at)


def _passage(connection: sqlite3.Connection, loom: int, id: NodeId) -> str:
    """What was marked: of a branch that was taken in parts all of it, from its beginning on."""
    node = _node(connection, loom, id)
    text = node.text
    while node.parent is not None and node.pieces and node.pieces[0].branch is not None:
        above = _node(connection, loom, node.parent)
        if not above.pieces or not above.pieces[-1].goes_on_in(node.pieces[0]):
            break
        text = above.pieces[-1].text + text
        if len(above.pieces) > 1:
            break
        node = above
    return text


def _node(connection: sqlite3.Connection, loom: int, node: NodeId) -> Node:
    row = connection.execute(_NODE, (loom, node)).fetchone()
    found = {branch: connection.execute(_BRANCH, (loom, branch)).fetchone() for branch in pieces_of(row)}
    texts = {branch: to_text(text[0]) for branch, text in found.items() if text}
    return node_from(row, texts, chunks_of_node(connection, loom, node) if has_chunks(row) else {}, gap="")
