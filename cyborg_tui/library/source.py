"""What a large loom reads when it is asked for: nodes, fans and branches, as they were when it was opened."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import TypeVar

from cyborg_tui.library import schema
from cyborg_tui.library.chunks import chunks_of_node
from cyborg_tui.library.errors import UNREADABLE, reason
from cyborg_tui.library.reading import FANS, fans_from
from cyborg_tui.library.rows import Row, branch_from, has_chunks, node_from, pieces_of, to_text
from cyborg_tui.loom.contents import BrokenTree
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.node import Node

__all__ = ["LibrarySource"]

_AT_ONCE = 500
"""Ids in one question."""
_Thing = TypeVar("_Thing")


def _in_words(ask: Callable[["LibrarySource", Sequence[int]], list[_Thing]]) -> Callable[..., list[_Thing]]:
    @wraps(ask)
    def asked(self: "LibrarySource", ids: Sequence[int]) -> list[_Thing]:
        try:
            found = ask(self, ids)
        except sqlite3.Error as error:
            raise BrokenTree(f"it cannot be read: {reason(error)}") from None
        except UNREADABLE as error:
            raise BrokenTree(str(error) or type(error).__name__) from None
        if len(found) < len(ids):
            raise BrokenTree("something of it is missing")
        return found

    return asked


class LibrarySource:
    """Reads one loom from the library's file. Belongs to the thread that opened it.

    Whoever writes in a loom reads what they have not changed themselves, and so sees it as it was; a window that only
    reads holds on to the view it had when it opened it, whatever another one writes.
    """

    def __init__(self, file: Path, loom: int) -> None:
        self._file, self.loom = file, loom
        self._connection: sqlite3.Connection | None = None

    def hold(self) -> None:
        """From now on nothing that others write is seen. Raises sqlite3.Error."""
        connection = self.connection
        if not connection.in_transaction:
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM looms").fetchone()

    def follow(self) -> None:
        """What is read is what was saved last: by the one who reads. Raises sqlite3.Error."""
        self.connection.execute("COMMIT")

    def let_go(self) -> None:
        """Close the file. If something is asked for later all the same, it is opened again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def connection(self) -> sqlite3.Connection:
        """Raises sqlite3.Error."""
        if self._connection is None:
            self._connection = schema.connect(self._file)
        return self._connection

    @_in_words
    def nodes(self, ids: Sequence[NodeId]) -> list[Node]:
        rows = [*self._read("SELECT * FROM nodes WHERE loom = ? AND id IN ({})", ids)]
        branches = sorted({branch for row in rows for branch in pieces_of(row)})
        drawn = self._read("SELECT id, text FROM branches WHERE loom = ? AND id IN ({})", branches)
        texts = {branch: to_text(text) for branch, text in drawn}
        return [node_from(row, texts, self._chunks(row)) for row in rows]

    @_in_words
    def fans(self, ids: Sequence[FanId]) -> list[Fan]:
        members = self._read("SELECT fan, id FROM branches WHERE loom = ? AND fan IN ({}) ORDER BY fan, place", ids)
        return fans_from(members, self._read(FANS.format("AND fans.id IN ({})"), ids))

    @_in_words
    def branches(self, ids: Sequence[BranchId]) -> list[Branch]:
        return [*map(branch_from, self._read("SELECT * FROM branches WHERE loom = ? AND id IN ({})", ids))]

    def _chunks(self, row: Row) -> dict[int, str]:
        return chunks_of_node(self.connection, self.loom, row[1]) if has_chunks(row) else {}

    def _read(self, question: str, ids: Sequence[int]) -> Iterator[Row]:
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            yield from self.connection.execute(question.format(", ".join("?" * len(some))), (self.loom, *some))
