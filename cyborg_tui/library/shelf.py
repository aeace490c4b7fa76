"""The shelf: passages that the person bookmarked, in any loom."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from cyborg_tui.library.rows import to_text
from cyborg_tui.loom.fan import NodeId

__all__ = ["Kept", "shelf"]

_MOST = 300
_BOOKMARKED = """SELECT nodes.loom, nodes.id, title, nodes.made_at FROM nodes JOIN looms ON looms.id = nodes.loom
    WHERE bookmarked ORDER BY nodes.made_at DESC LIMIT ?"""
_TEXT = "SELECT before, text FROM passages WHERE loom = ? AND node = ? ORDER BY place"


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
    """What was bookmarked, what was written last first; not what is not in the index yet. Raises sqlite3.Error."""
    for loom, node, title, made_at in connection.execute(_BOOKMARKED, (_MOST,)).fetchall():
        rows = connection.execute(_TEXT, (loom, node))
        text = "".join(to_text(text)[before:] for before, text in rows)
        if text.strip():
            yield Kept(loom, to_text(title), node, text, made_at)
