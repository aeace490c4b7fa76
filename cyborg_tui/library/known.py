"""What a connection remembers of the passages that it has written, so that a long text is not read again at each
commit."""

import sqlite3

from cyborg_tui.library.passages import Passage
from cyborg_tui.loom.fan import NodeId

__all__ = ["Known"]

_MANY = 8
"""Passages from which on they are worth remembering."""
_Key = tuple[int, NodeId]
"""Loom and node."""


class Known:
    """The passages of the long nodes that were written last, and their marks, as long as nobody else writes."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._version = 0
        self._before: dict[_Key, tuple[list[Passage], str]] = {}
        self._now: dict[_Key, tuple[list[Passage], str]] = {}

    def begin(self, connection: sqlite3.Connection) -> None:
        """A transaction is under way: forget everything if another connection has written since the last one. Raises
        sqlite3.Error."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        same = connection is self._connection and version == self._version
        self._connection, self._version = connection, version
        self._before, self._now = self._now if same else {}, {}

    def of(self, key: _Key) -> tuple[list[Passage], str] | None:
        return self._now.get(key) or self._before.get(key)

    def note(self, key: _Key, passages: list[Passage], marks: str) -> None:
        """So they were written, all with the same marks."""
        self._before.pop(key, None)
        if len(passages) > _MANY:
            self._now[key] = passages, marks
        else:
            self._now.pop(key, None)

    def forget(self) -> None:
        """What was written was taken back, or may have been."""
        self._connection = None
        self._before, self._now = {}, {}
