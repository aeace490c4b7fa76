"""The index of what was written, in which everything is found again: kept in step with the nodes."""

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.chunks import chunks_of_node
from cyborg_tui.library.errors import UNREADABLE, damaged
from cyborg_tui.library.known import Known
from cyborg_tui.library.passages import BEFORE, Passage, passages_again
from cyborg_tui.library.rows import facts_from, has_chunks, node_from, to_bytes, to_text
from cyborg_tui.loom.fan import BranchId, NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.terms import words_of

__all__ = ["AUTHOR", "TAG", "build_all", "build_some", "index_nodes", "is_complete", "queue"]

AUTHOR, TAG = "\ue000", "\ue001"
"""Stand before words that are no part of the text: who wrote it, and its tags. No text has words that begin so."""
_STEP = 0.03
"""Seconds for which a step of building holds up other writers."""
_AT_ONCE, _IN_A_STEP = 16, 32
"""New passages of a node that are indexed with a commit, and in a step of building: a long text that comes all at once
is saved at once, and the rest of it indexed step by step."""

_OLD = "SELECT id, place, before, text, marks FROM passages WHERE loom = ? AND node = ? ORDER BY place"
_PUT = """INSERT INTO passages (loom, node, place, before, text, marks, origin, made_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_FIND = "INSERT INTO found (rowid, words) VALUES (?, ?)"
_DROP = "DELETE FROM passages WHERE id = ?"
_LOSE = "INSERT INTO found (found, rowid, words) VALUES ('delete', ?, ?)"
_NODE = "SELECT * FROM nodes WHERE loom = ? AND id = ?"
_CHILDREN = "SELECT id FROM nodes WHERE loom = ? AND parent = ?"
_FACTS = "SELECT * FROM facts WHERE loom = ? AND node = ?"
_ORIGIN = "SELECT origin FROM passages WHERE loom = ? AND node = ? LIMIT 1"
_BRANCH = """SELECT branches.text, models.name FROM branches
    JOIN fans ON fans.loom = branches.loom AND fans.id = branches.fan JOIN models ON models.id = fans.model
    WHERE branches.loom = ? AND branches.id = ?"""
_NEXT = "SELECT id FROM nodes WHERE loom = ? AND id > ? ORDER BY id"


def index_nodes(
    connection: sqlite3.Connection,
    nodes: Mapping[tuple[int, NodeId], Node | None],
    tagged: Iterable[tuple[int, NodeId]] = (),
    *,
    purged: bool = False,
    known: Known | None = None,
) -> bool:
    """Keep the index in step with nodes that have just been written, or None where they are gone, and with the tags of
    others, within the transaction under way.

    `purged`: some are gone for good, and SQLite must merge what it keeps, or their words are left in the file.
    `known`: what is remembered from one transaction of this connection to the next; if one fails it must be forgotten.
    Returns False if something is left to be indexed later. Whatever is wrong with the index keeps nothing from being
    saved: then that is all of it.
    """
    known = known or Known()
    tagged = [key for key in tagged if key not in nodes]
    if not (nodes or tagged or purged):
        return True
    connection.execute("SAVEPOINT passages")
    try:
        known.begin(connection)
        later = _put_off(connection, (*(key for key, node in nodes.items() if node is not None), *tagged))
        update = _Update(connection, {key: nodes[key] for key in nodes if key not in later}, known, _AT_ONCE)
        update.all(time.time())
        for key in (key for key in tagged if key not in later):
            update.from_file(*key)
        queue(connection, update.unfinished)
        if purged:
            connection.execute("INSERT INTO found (found) VALUES ('optimize')")
    except (sqlite3.Error, *UNREADABLE) as error:
        known.forget()
        if not connection.in_transaction:  # there is no room on the disk, say, for anything
            raise
        connection.execute("ROLLBACK TO passages")
        connection.execute("RELEASE passages")
        if isinstance(error, sqlite3.Error) and damaged(error):
            _begin_again(connection)
        queue(connection, {loom for loom, _ in (*nodes, *tagged)})
        return False
    connection.execute("RELEASE passages")
    return not (update.unfinished or later)


def _put_off(connection: sqlite3.Connection, keys: Iterable[tuple[int, NodeId]]) -> set[tuple[int, NodeId]]:
    """Those of these nodes whose looms are still being indexed, which then goes back to them: otherwise two would be at
    one text by turns, and neither remember what it wrote."""
    under_way = {loom for (loom,) in connection.execute("SELECT loom FROM unindexed")}
    later = {key for key in keys if key[0] in under_way}
    back = ((id - 1, loom) for loom, id in later)
    connection.executemany("UPDATE unindexed SET after = min(after, ?) WHERE loom = ?", back)
    return later


def queue(connection: sqlite3.Connection, looms: Iterable[int]) -> None:
    """Have looms indexed from their beginning."""
    connection.executemany("INSERT OR REPLACE INTO unindexed VALUES (?, 0)", ((loom,) for loom in looms))


def is_complete(connection: sqlite3.Connection) -> bool:
    """Whether there is an index and everything is in it. Raises sqlite3.Error."""
    (there,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'found'").fetchone()
    (left,) = connection.execute("SELECT count(*) FROM unindexed").fetchone()
    return bool(there) and not left


def build_some(connection: sqlite3.Connection, known: Known | None = None) -> bool:
    """Index some of what is not yet in the index. False if there is nothing left. `known` as for `index_nodes`. Raises
    sqlite3.Error."""
    known = known or Known()
    if connection.execute("SELECT 1 FROM unindexed").fetchone() is None:
        return False
    began = time.monotonic()
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute("SELECT loom, after FROM unindexed ORDER BY loom DESC").fetchone()
        if row is None:
            return False
        loom, after = row
        known.begin(connection)
        update = _Update(connection, {}, known, _IN_A_STEP)
        ids = connection.execute(_NEXT, (loom, after)).fetchmany(500)
        for (id,) in ids:
            with contextlib.suppress(*UNREADABLE):  # a damaged row, which the doctor speaks of
                update.from_file(loom, id)
            if update.unfinished:
                break
            after = id
            if time.monotonic() - began > _STEP:
                break
        connection.execute("UPDATE unindexed SET after = ? WHERE loom = ?", (after, loom))
        if connection.execute(_NEXT, (loom, after)).fetchone() is None:
            connection.execute("DELETE FROM unindexed WHERE loom = ?", (loom,))
    return True


def build_all(file: Path) -> bool:
    """Index everything that is not yet in the index. False if there was nothing to do. Raises sqlite3.Error."""
    with contextlib.closing(schema.connect(file)) as connection:
        schema.make_index(connection)
        done, known = False, Known()
        while build_some(connection, known):
            done = True
        return done


def _begin_again(connection: sqlite3.Connection) -> None:
    """The index is damaged, or gone: an empty one takes its place, if that can be."""
    connection.execute("SAVEPOINT again")
    try:
        connection.execute("DROP TABLE IF EXISTS found")
        for statement in schema.INDEX:
            connection.execute(statement)
    except sqlite3.Error:
        connection.execute("ROLLBACK TO again")
    connection.execute("RELEASE again")


@dataclass(slots=True)
class _Update:
    connection: sqlite3.Connection
    nodes: Mapping[tuple[int, NodeId], Node | None]
    """What is known already, and need not be read."""
    known: Known
    room: int
    """New passages of a node up to which they are indexed now."""
    _above: dict[tuple[int, NodeId], str] = field(default_factory=dict)
    _branches: dict[tuple[int, BranchId], tuple[str, str]] = field(default_factory=dict)
    """Text, and the name of the model."""
    unfinished: set[int] = field(default_factory=set)
    """Looms of which some of a text is still to be indexed."""

    def all(self, at: float) -> None:
        for (loom, id), node in self.nodes.items():
            if node is None:
                self._drop(loom, id)
            elif self._put(loom, node, at):
                self._below(loom, id, at)

    def from_file(self, loom: int, id: NodeId) -> None:
        node = self._node(loom, id)
        if node is not None:
            self._put(loom, node, node.made_at)

    def _below(self, loom: int, id: NodeId, at: float) -> None:
        """What stands before the nodes below has changed."""
        left = [id]
        while left:
            for (child,) in self.connection.execute(_CHILDREN, (loom, left.pop())).fetchall():
                node = None if (loom, child) in self.nodes else self._node(loom, child)
                if node is not None and self._put(loom, node, at):
                    left.append(child)

    def _put(self, loom: int, node: Node, at: float) -> bool:
        """Index a node. Returns whether what is before the nodes below it is not what it was."""
        above = self._before(loom, node.parent)
        old, marks = self._old(loom, node.id)
        text = node.text
        new = passages_again(old if marks == (now := self._marks(loom, node)) else [], above, text)
        first = list(_first(new, self.room))
        if len(first) < len(new):
            self.unfinished.add(loom)
        self._drop(loom, node.id, first)
        new = [passage if passage.id is not None else self._add(loom, node, passage, now, at) for passage in first]
        self.known.note((loom, node.id), new, now)
        then = old[-1].text if old else above
        return then[-BEFORE:] != (above + text)[-BEFORE:]

    def _old(self, loom: int, node: NodeId) -> tuple[list[Passage], str]:
        """The passages of a node as they are kept, and their marks."""
        if (known := self.known.of((loom, node))) is not None:
            return known
        found, marks = [], ""
        for id, place, before, stored, theirs in self.connection.execute(_OLD, (loom, node)):
            text, marks = to_text(stored), theirs
            found.append(Passage(place, text[:before], text[before:], id))
        return found, marks

    def _drop(self, loom: int, node: NodeId, kept: Iterable[Passage] = ()) -> None:
        """Take the other passages of a node out of the index."""
        execute, ids = self.connection.execute, {passage.id for passage in kept}
        for id, text, marks in self._stored(loom, node):
            if id not in ids:
                execute(_LOSE, (id, _document(text, marks)))
                execute(_DROP, (id,))
        self.known.note((loom, node), [], "")

    def _stored(self, loom: int, node: NodeId) -> list[tuple[int | None, str, str]]:
        """The passages of a node: id, text and marks of each."""
        if (known := self.known.of((loom, node))) is not None:
            return [(passage.id, passage.text, known[1]) for passage in known[0]]
        rows = self.connection.execute(_OLD, (loom, node)).fetchall()
        return [(id, to_text(stored), marks) for id, _, _, stored, marks in rows]

    def _add(self, loom: int, node: Node, passage: Passage, marks: str, at: float) -> Passage:
        execute, stored = self.connection.execute, to_bytes(passage.text)
        where = (loom, node.id, passage.place, len(passage.before))
        id = execute(_PUT, (*where, stored, marks, self._origin(loom, node), at)).lastrowid
        execute(_FIND, (id, _document(passage.text, marks)))
        return replace(passage, id=id)

    def _node(self, loom: int, id: NodeId) -> Node | None:
        if (loom, id) in self.nodes:
            return self.nodes[loom, id]
        row = self.connection.execute(_NODE, (loom, id)).fetchone()
        chunks = chunks_of_node(self.connection, loom, id) if row is not None and has_chunks(row) else {}
        return None if row is None else node_from(row, _Texts(self, loom), chunks)

    def branch(self, loom: int, branch: BranchId) -> tuple[str, str]:
        """The text of a branch, and who wrote it. Raises KeyError."""
        key = (loom, branch)
        if key not in self._branches:
            row = self.connection.execute(_BRANCH, key).fetchone()
            if row is None:
                raise KeyError(branch)
            self._branches[key] = to_text(row[0]), to_text(row[1])
        return self._branches[key]

    def _before(self, loom: int, node: NodeId | None) -> str:
        """The last characters of the text up to a node."""
        if node is None:
            return ""
        key = (loom, node)
        if key not in self._above:
            text, at = "", self._node(loom, node)
            while at is not None and len(text) < BEFORE:
                text = at.text[-BEFORE:] + text
                at = None if at.parent is None else self._node(loom, at.parent)
            self._above[key] = text[-BEFORE:]
        return self._above[key]

    def _marks(self, loom: int, node: Node) -> str:
        """Words for who wrote in a node, and for its tags."""
        names = {"you" if piece.branch is None else self.branch(loom, piece.branch)[1] for piece in node.pieces}
        marks = {AUTHOR + word.text for name in names for word in words_of(name)}
        if names - {"you"}:
            marks.add(f"{AUTHOR}model")
        facts = self.connection.execute(_FACTS, (loom, node.id)).fetchone()
        tags = () if facts is None else facts_from(facts).tags
        marks.update(TAG + word.text for tag in tags for word in words_of(tag))
        return " ".join(sorted(marks))

    def _origin(self, loom: int, node: Node) -> NodeId:
        """The node whose text this one carries along, in the end."""
        at, seen = node, {node.id}
        while at.carries is not None and at.carries not in seen:
            row = self.connection.execute(_ORIGIN, (loom, at.carries)).fetchone()
            if row is not None:
                return int(row[0])
            seen.add(at.carries)
            above = self._node(loom, at.carries)
            if above is None:
                break
            at = above
        return at.id


class _Texts(dict[BranchId, str]):
    """The texts of branches, read as they are asked for."""

    def __init__(self, update: _Update, loom: int) -> None:
        self._update, self._loom = update, loom

    def __missing__(self, branch: BranchId) -> str:
        return self._update.branch(self._loom, branch)[0]


def _first(passages: Iterable[Passage], room: int) -> Iterator[Passage]:
    """As many of them, from the beginning, as there is room for new ones."""
    for passage in passages:
        room -= passage.id is None
        if room < 0:
            return
        yield passage


def _document(text: str, marks: str) -> str:
    """A passage as the index has it: its words, and the marks."""
    return f"{' '.join(word.text for word in words_of(text))} {marks}"
