"""Fans, and what stood before them, read one by one from any loom: however much there is, little of it is in memory."""

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from cyborg_tui.library.chunks import chunks_of_node
from cyborg_tui.library.reader import Reader
from cyborg_tui.library.reading import FANS, draws_of, fans_from, showing_of
from cyborg_tui.library.rows import branch_from, has_chunks, node_from, pieces_of
from cyborg_tui.library.schema import RARE
from cyborg_tui.loom.context import Context, composed, context_of
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, NodeId
from cyborg_tui.loom.mirror.recorded import Judgement, Praise, RecordedFan
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, Pieces, cut, join, length

__all__ = ["Records"]

_NODE = "SELECT * FROM nodes WHERE loom = ? AND id = ?"
_BRANCH = "SELECT * FROM branches WHERE loom = ? AND id = ?"
_BRANCHES = "SELECT * FROM branches WHERE loom = ? AND fan = ? AND node > 0 ORDER BY place"
_BOOKMARKED = """SELECT branches.id FROM branches JOIN nodes ON nodes.loom = branches.loom AND nodes.id = branches.node
    WHERE branches.loom = ? AND fan = ? AND bookmarked"""
_JUDGED = f"""SELECT at, branch, amount, note FROM events
    WHERE kind = 'judged' AND {RARE} AND loom = ? AND branch IS NOT NULL ORDER BY id"""
_PRAISED = f"SELECT at, amount, note FROM events WHERE kind = 'praised' AND {RARE} AND loom = ? ORDER BY id"
_HELD = 4096
"""Nodes, and branches, that are kept at hand."""
_Key = TypeVar("_Key")
_Thing = TypeVar("_Thing")


class Records(Reader):
    def __init__(self, file: Path) -> None:
        super().__init__(file, "The library")
        self._nodes: _Recent[tuple[int, NodeId], Node | None] = _Recent()
        self._branches: _Recent[tuple[int, BranchId], Branch | None] = _Recent()
        self._fans: _Recent[tuple[int, FanId], Fan | None] = _Recent()

    def fan(self, loom: int, fan: FanId) -> RecordedFan | None:
        """A fan with all that is on record of it; None if it is gone. Raises LibraryError."""
        with self._reading() as connection:
            made = self._fan(connection, loom, fan)
            if made is None:
                return None
            found = [branch_from(row) for row in connection.execute(_BRANCHES, (loom, fan))]
            marked = frozenset(id for (id,) in connection.execute(_BOOKMARKED, (loom, fan)))
            showing, draws = showing_of(connection, loom, fan), draws_of(connection, loom, fan)
            return RecordedFan(made, tuple(found), showing, draws, marked)

    def context(self, loom: int, node: NodeId, characters: int) -> tuple[Context, bool]:
        """The last characters of the text up to a node, so many or somewhat more, in the tokens that a model drew where
        it did; and whether that is all of it. Raises LibraryError."""
        with self._reading() as connection:
            pieces, whole = self._path(connection, loom, node, characters)
            return context_of(pieces, lambda branch: self._drawn(connection, loom, branch)), whole

    def told(self, loom: int, recorded: RecordedFan, characters: int) -> Context:
        """What a model was told for the first branches of a fan: the last characters of it, so many or somewhat more,
        where the text was read as a conversation; without the text where it was not. Raises LibraryError."""
        draw = recorded.draws[0] if recorded.draws else Draw(recorded.fan.id, 0, 0)
        conditions, out = draw.conditions, draw.characters_out
        with self._reading() as connection:
            pieces: Pieces = ()
            if any(one.chat for one in (conditions, *conditions.beside)):
                pieces = join(self._path(connection, loom, recorded.fan.context, None)[0])
            seen = cut(pieces, out, length(pieces))
            whole = composed(conditions, seen, lambda branch: self._drawn(connection, loom, branch), out)
        return replace(_end_of(whole, characters), beside=tuple(_end_of(one, characters) for one in whole.beside))

    def _path(
        self, connection: sqlite3.Connection, loom: int, node: NodeId, characters: int | None
    ) -> tuple[list[Piece], bool]:
        """The pieces of the last characters up to a node, so many or somewhat more, None: of all; and whether that is
        all of it."""
        runs: list[tuple[Piece, ...]] = []
        at: NodeId | None = node
        left, seen = characters, set[NodeId]()
        while at is not None and (left is None or left > 0) and at not in seen:
            seen.add(at)
            found = self._node(connection, loom, at)
            if found is None:
                break
            runs.append(found.pieces)
            left = None if left is None else left - len(found)
            at = found.parent
        return [piece for run in reversed(runs) for piece in run], at is None

    def judgements(self, loom: int) -> list[Judgement]:
        """All there are of a loom: few. Raises LibraryError."""
        with self._reading() as connection:
            rows = connection.execute(_JUDGED, (loom,))
            return [
                Judgement(at, branch, days or 0, note.decode("utf-8", "replace")) for at, branch, days, note in rows
            ]

    def praises(self, loom: int) -> list[Praise]:
        """What the person called good work, or not any more. Raises LibraryError."""
        with self._reading() as connection:
            rows = connection.execute(_PRAISED, (loom,))
            return [Praise(at - (seconds or 0), at, good=not note) for at, seconds, note in rows]

    def _node(self, connection: sqlite3.Connection, loom: int, id: NodeId) -> Node | None:
        def read() -> Node | None:
            row = connection.execute(_NODE, (loom, id)).fetchone()
            if row is None:
                return None
            chunks = chunks_of_node(connection, loom, id) if has_chunks(row) else {}
            branches = (self._branch(connection, loom, branch) for branch in pieces_of(row))
            texts = {branch.id: branch.text for branch in branches if branch is not None}
            return node_from(row, texts, chunks, "…")

        return self._nodes.get((loom, id), read)

    def _branch(self, connection: sqlite3.Connection, loom: int, id: BranchId) -> Branch | None:
        def read() -> Branch | None:
            row = connection.execute(_BRANCH, (loom, id)).fetchone()
            return None if row is None else branch_from(row)

        return self._branches.get((loom, id), read)

    def _fan(self, connection: sqlite3.Connection, loom: int, id: FanId) -> Fan | None:
        def read() -> Fan | None:
            rows = connection.execute(FANS.format("AND fans.id = ?"), (loom, id)).fetchall()
            return next(iter(fans_from((), rows)), None)

        return self._fans.get((loom, id), read)

    def _drawn(self, connection: sqlite3.Connection, loom: int, id: BranchId) -> tuple[Branch, str]:
        branch = self._branch(connection, loom, id)
        assert branch is not None  # its text was just read
        fan = self._fan(connection, loom, branch.fan)
        return branch, "" if fan is None else fan.model.vocabulary


def _end_of(context: Context, characters: int) -> Context:
    """The last segments of it that have so many characters."""
    kept = len(context.segments)
    while kept and characters > 0:
        kept -= 1
        characters -= len(context.segments[kept].text)
    return replace(context, segments=context.segments[kept:])


class _Recent(OrderedDict[_Key, _Thing]):
    """What was asked for last."""

    def get(self, key: _Key, read: Callable[[], _Thing]) -> _Thing:  # type: ignore[override]
        if key in self:
            self.move_to_end(key)
            return self[key]
        found = self[key] = read()
        if len(self) > _HELD:
            self.popitem(last=False)
        return found
