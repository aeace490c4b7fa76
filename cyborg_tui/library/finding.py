"""Finding again: places of the looms in which what is asked for stands."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path

from cyborg_tui.library.index import AUTHOR, TAG, is_complete
from cyborg_tui.library.reader import Reader
from cyborg_tui.library.rows import Row, to_text
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.terms import Asked, Phrase, Term, places_of

__all__ = ["Finder", "Finding", "Found"]

_LONGEST = 0.12
"""Seconds of looking; then what was found so far has to do."""
_AROUND = 50
"""Characters of an excerpt before the place, and after it."""
_ROWS = """SELECT passages.loom, passages.node, place, before, text, origin, passages.made_at, title
    FROM {found} CROSS JOIN passages ON passages.id = {id} CROSS JOIN looms ON looms.id = passages.loom
    WHERE {what} ORDER BY {id} DESC"""
_ALL = """SELECT passages.loom, passages.node, place, before, text, origin, passages.made_at, title
    FROM passages CROSS JOIN looms ON looms.id = passages.loom WHERE {what} ORDER BY passages.id DESC"""
_OTHERS = "SELECT before, text, place FROM passages WHERE loom = ? AND node = ? AND place <> ?"


@dataclass(frozen=True, slots=True)
class Found:
    """A place."""

    loom: int
    title: str
    """Of the loom."""
    node: NodeId
    """In which it ends."""
    start: int
    """Where it begins, in characters from the beginning of the node's text; below 0 if in what stands before it."""
    length: int
    excerpt: str
    at: int
    """Where in the excerpt the place begins."""
    made_at: float
    """When this was last written, in seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The places, what was written last first."""

    places: tuple[Found, ...] = ()
    whole: bool = True
    """Whether these are all."""
    indexed: bool = True
    """Whether everything is in the index yet."""
    empty: bool = False
    """Whether nothing was ever written."""


class Finder(Reader):
    def __init__(self, file: Path) -> None:
        super().__init__(file, "The index")

    def find(self, what: Asked, limit: int) -> Finding:
        """At most `limit` places, each once. Raises LibraryError."""
        if not what:
            return Finding()
        with self._reading() as connection:
            return self._find(connection, what, limit)

    def _find(self, connection: sqlite3.Connection, what: Asked, limit: int) -> Finding:
        complete = is_complete(connection)
        seen: set[tuple[int, ...]] = set()
        places: list[Found] = []
        until = time.monotonic() + _LONGEST
        for row in _rows(connection, what):
            for place, key in _places(connection, what, row):
                if key not in seen:
                    seen.add(key)
                    places.append(place)
            if len(places) >= limit or time.monotonic() > until:
                return Finding(tuple(places[:limit]), whole=False, indexed=complete)
        empty = complete and connection.execute("SELECT 1 FROM passages").fetchone() is None
        return Finding(tuple(places), indexed=complete, empty=empty)


def _rows(connection: sqlite3.Connection, what: Asked) -> Iterator[Row]:
    conditions: list[str] = []
    values: list[object] = []
    if match := _match(what):
        conditions, values = ["found MATCH ?"], [match]
    for sign, day in ((">=", what.since), ("<", what.until)):
        if day is not None:
            conditions.append(f"passages.made_at {sign} ?")
            values.append(_seconds(day))
    asking = _ROWS.format(found="found", id="found.rowid", what=" AND ".join(conditions)) if match else ""
    yield from connection.execute(asking or _ALL.format(what=" AND ".join(conditions)), values)


def _match(what: Asked) -> str:
    """In the language of the index. Its words have no quotation marks."""
    parts = [_quoted(phrase) for phrase in what.phrases]
    for term, phrase in what.marks:
        sign = AUTHOR if term is Term.AUTHOR else TAG
        parts += [_quoted(Phrase((sign + word,), phrase.open)) for word in phrase.words]
    return " AND ".join(parts)


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"{" *" if phrase.open else ""}'


def _seconds(day: date) -> float:
    return datetime.combine(day, clock()).timestamp()


def _places(connection: sqlite3.Connection, what: Asked, row: Row) -> Iterator[tuple[Found, tuple[int, ...]]]:
    """The places in a passage, each with what it is known by: the same for text that is only carried along."""
    loom, node, place, before, stored, origin, made_at, title = row
    text = to_text(stored)
    spots = places_of(what, text, before) if what.phrases else [(before, before)]
    for start, end in spots:
        ahead, behind = _around(connection, loom, node, place)
        at = ahead + start - before
        left = len(text) - start + behind
        key = (loom, origin, left) if at >= 0 else (loom, origin, left, node)
        begin = max(0, start - _AROUND)
        excerpt = text[begin : end + _AROUND]
        yield Found(loom, to_text(title), node, at, end - start, excerpt, start - begin, made_at), key


def _around(connection: sqlite3.Connection, loom: int, node: NodeId, place: float) -> tuple[int, int]:
    """How many characters of the node stand in passages before this one, and after it."""
    ahead = behind = 0
    for before, stored, other in connection.execute(_OTHERS, (loom, node, place)):
        length = len(to_text(stored)) - before
        if other < place:
            ahead += length
        else:
            behind += length
    return ahead, behind
