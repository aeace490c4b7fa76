"""The process log of all looms, and the fans it speaks of, read line by line: it may be longer than there is memory."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path

import msgspec

from cyborg_tui.library.reader import Reader
from cyborg_tui.library.reading import showing_of
from cyborg_tui.library.rows import Row, to_text
from cyborg_tui.library.schema import RARE
from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.fan import BranchId, FanId, Finish
from cyborg_tui.loom.mirror.line import Line
from cyborg_tui.loom.mirror.shown import BEGINNING, Drawn, Shown

__all__ = ["LastSitting", "Log"]

_LINES = """SELECT events.loom, at, kind, node, fan, branch, amount, note, turn
    FROM events LEFT JOIN turns ON turns.event = events.id AND kind IN ('edited', 'taken')
    WHERE events.id >= ? {} ORDER BY events.id"""
_FIRST = "SELECT min(id) FROM events WHERE at >= ?"
_LATEST = "SELECT id, at FROM events ORDER BY id DESC"
_BRANCHES = """SELECT id, text, healed, tokens, looked FROM branches
    WHERE loom = ? AND fan = ? AND node > 0 AND (finish IS NULL OR finish <> ?) ORDER BY place"""
_JUDGED = f"SELECT count(*) FROM events WHERE kind = 'judged' AND {RARE} AND at >= ?"
_KEPT = f"""SELECT DISTINCT events.loom, branches.fan, branches.id FROM events JOIN branches
    ON branches.loom = events.loom AND branches.id = CASE kind WHEN 'taken' THEN branch ELSE
        (SELECT nodes.branch FROM nodes WHERE nodes.loom = events.loom AND nodes.id = events.node) END
    WHERE events.loom IN (SELECT id FROM looms) AND at >= :since AND at < :until
        AND kind IN ('taken', 'bookmarked') AND events.note = x'' AND branches.node > 0
        AND NOT EXISTS (SELECT 1 FROM events AS said WHERE said.kind = 'judged' AND said.{RARE}
            AND said.loom = events.loom AND said.branch = branches.id AND said.amount = :days)"""
_LOG_2 = log(2)
_BACK = 10_000
"""Lines that are looked back through for the beginning of a sitting."""

_turn = msgspec.msgpack.Decoder(tuple[int, int, int, msgspec.Raw])
_pieces = msgspec.msgpack.Decoder(tuple[bytes | tuple[int, int, int], ...])


@dataclass(frozen=True, slots=True)
class LastSitting:
    first: int
    """The number of its first line."""
    began: float
    """Seconds since 1970, UTC."""
    ended: float


class Log(Reader):
    def __init__(self, file: Path) -> None:
        super().__init__(file, "The process log")

    def lines(
        self, since: float = float("-inf"), *, first: int = 0, loom: int | None = None, texts: bool = False
    ) -> Iterator[Line]:
        """The log, in the order in which it was written: the lines written at `since` or later by their own time, from
        the one with the number `first` on. `texts`: with what edits put in. Raises LibraryError."""
        with self._reading() as connection:
            if since > float("-inf"):
                (found,) = connection.execute(_FIRST, (since,)).fetchone()
                if found is None:
                    return
                first = max(first, found)
            asking = _LINES.format("" if loom is None else "AND events.loom = ?")
            rows = connection.execute(asking, (first,) if loom is None else (first, loom))
            read = _line_with_text if texts else _line
            for row in rows:
                if row[1] >= since:
                    yield read(row)

    def sitting(self, pause: float) -> LastSitting | None:
        """The sitting to which the last line belongs; None if there is no line. Raises LibraryError."""
        with self._reading() as connection:
            found: LastSitting | None = None
            for number, (id, at) in enumerate(connection.execute(_LATEST)):
                if (found is not None and abs(found.began - at) > pause) or number == _BACK:
                    break
                found = LastSitting(id, at, at if found is None else found.ended)
            return found

    def judged_since(self, at: float) -> int:
        """How often somebody looked back since then. Raises LibraryError."""
        with self._reading() as connection:
            return int(connection.execute(_JUDGED, (at,)).fetchone()[0])

    def kept_between(self, since: float, until: float, days: int) -> list[tuple[int, FanId, BranchId]]:
        """What was taken, or marked, between two moments and was not looked back at as so many `days` old: loom, fan,
        branch. Raises LibraryError."""
        with self._reading() as connection:
            return connection.execute(_KEPT, {"since": since, "until": until, "days": days}).fetchall()

    def shown(self, loom: int, fan: FanId) -> Shown | None:
        """A fan as it was shown; None if nothing is left of it. Raises LibraryError."""
        with self._reading() as connection:
            rows = connection.execute(_BRANCHES, (loom, fan, Finish.SPARE.value))
            branches = {row[0]: _drawn(*row) for row in rows}
            if not branches:
                return None
            showing = showing_of(connection, loom, fan)
            order = [id for id in showing.order if id in branches] if showing else []
            rest = [id for id in branches if id not in order] if order else list(branches)
            return Shown(tuple(branches[id] for id in (*order, *rest)), showing)


def _line(row: Row) -> Line:
    """With where something changed, but not with what."""
    loom, at, kind, node, fan, branch, amount, note, turn = row
    said = to_text(note) if note else ""
    if turn is None:
        return Line(loom, at, kind, node, fan, branch, amount, said)
    length, start, end, _ = _turn.decode(turn)
    if length < 0:  # all of the text, whatever it was before
        return Line(loom, at, kind, node, fan, branch, amount, said)
    return Line(loom, at, kind, node, fan, branch, amount, said, start, end)


def _line_with_text(row: Row) -> Line:
    line = _line(row)
    if line.kind != EventKind.EDITED.value or row[8] is None:
        return line
    pieces = _pieces.decode(_turn.decode(row[8])[3])
    return line._replace(text="".join(to_text(piece) for piece in pieces if isinstance(piece, bytes)))


def _drawn(id: BranchId, text: bytes, healed: int, tokens: bytes, looked: int) -> Drawn:
    """Reads of the tokens no more than is needed, since there may be many."""
    own = to_text(text)[healed:]
    with_entropy = len(tokens) % 4 == 1
    packed, size = (tokens[1:], 16) if with_entropy else (tokens, 12)
    values = _every(len(packed) // size, size).unpack(packed)
    ids, lengths, logprobs = values[::3], values[1::3], values[2::3]
    if 0 in lengths:  # the end of the text is no token of it
        there = [number for number, length in enumerate(lengths) if length]
        ids, logprobs = tuple(ids[number] for number in there), tuple(logprobs[number] for number in there)
    bits = -sum(logprobs) / _LOG_2 / len(logprobs) if logprobs else None
    return Drawn(id, own, len(logprobs), bits, ids[:BEGINNING], bool(looked))


@lru_cache(maxsize=512)
def _every(count: int, size: int) -> struct.Struct:
    """So many tokens as `rows` packs them: of each the id, the size and the log-probability."""
    return struct.Struct("<" + ("iIf4x" if size == 16 else "iIf") * count)
