"""The library's face: looms found, opened and saved."""

import os
import sqlite3
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from weakref import WeakSet

from cyborg_tui.library.beginning import bring_up_to_date
from cyborg_tui.library.caretaker import Caretaker
from cyborg_tui.library.claims import Claims
from cyborg_tui.library.errors import UNREADABLE, LibraryError, in_words
from cyborg_tui.library.finding import Finder, Finding
from cyborg_tui.library.holding import Holding
from cyborg_tui.library.leftovers import sweep
from cyborg_tui.library.log import Log
from cyborg_tui.library.reading import LOOMS, LoomRow, draws_of, loom_row, open_loom, read_loom, showing_of
from cyborg_tui.library.records import Records
from cyborg_tui.library.rows import (
    alternatives_from,
    event_from,
    score_from,
    scorer_from,
    showing_from,
    to_bytes,
    to_text,
)
from cyborg_tui.library.shelf import Kept, shelf
from cyborg_tui.library.source import LibrarySource
from cyborg_tui.library.tool_notes import ToolNote, add_tool_note, tool_notes
from cyborg_tui.library.writer import Writer
from cyborg_tui.loom.alternatives import Alternatives, unpack
from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.event import Event
from cyborg_tui.loom.fan import BranchId, FanId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.score import Score, Scorer
from cyborg_tui.loom.showing import Showing
from cyborg_tui.loom.terms import Asked

__all__ = ["Library", "LibraryError", "LoomRow"]

_SHOWINGS = "SELECT packed FROM showings WHERE loom = ?"
_SCORE = "SELECT lead, tokens, packed FROM scores WHERE loom = ? AND key = ?"
_SCORER = """SELECT window, name, vocabulary, file, size, quantisation, build
    FROM scorers JOIN models ON models.id = scorers.model WHERE loom = ?"""
_ALTERNATIVES = "SELECT packed FROM alternatives WHERE loom = ? AND branch = ?"
_TAKEN = "SELECT branch, amount FROM events WHERE loom = ? AND kind = 'taken' ORDER BY id"
_EVENTS = """SELECT at, kind, node, fan, branch, amount, note, turn
    FROM events LEFT JOIN turns ON turns.event = events.id WHERE loom = ? ORDER BY events.id"""
_BESIDE = """SELECT at, kind, node, fan, branch, amount, note, NULL FROM events
    WHERE loom = ? AND kind = 'beside' ORDER BY id"""
_COMPARED = """SELECT loom, at, kind, node, fan, branch, amount, note, NULL FROM events
    WHERE loom IN (SELECT loom FROM events WHERE kind = 'beside') AND kind IN ('beside', 'taken') ORDER BY loom, id"""
_TEXTS = "SELECT id, text FROM branches WHERE loom = ?"
_ON_RECORD = "SELECT 1 FROM events JOIN turns ON turns.event = events.id WHERE loom = ? LIMIT 1"
ALL_AT_ONCE = 3000
"""Nodes up to which a loom is read as a whole, so that all of it is known to be sound; a larger one as it is asked
for."""
_PATIENCE = 5.0
"""Seconds to wait for changes that must be committed."""
_PATIENCE_IN_TROUBLE = 0.5
"""The same while nothing can be saved: once more is enough, for who ends the app may not wait long."""


class Library:
    """One SQLite file. `save` returns at once; a thread of its own commits within a second.

    All methods but `save`, `remember_file`, `saved`, `flush` and `find` belong to the thread that opened it. Any number
    of libraries, in any number of processes, may have the same file open. Once a day a backup is made in the
    background; if a process that wrote here was killed, the file is looked at, in the background too.
    """

    def __init__(self, folder: Path) -> None:
        """Open the library in this folder, or begin one. Raises LibraryError; of which UnusableLibraryError means that
        the file was left as it is, to the byte, and can be set aside."""
        self.file = folder / "library.db"
        self.on_state: Callable[[str], None] = lambda _: None
        """Called on the library's threads with "" after every commit, or with what is wrong."""
        self._bad_news = ""
        bring_up_to_date(self.file)
        self._claims = Claims(folder)
        self._reading = Holding(self.file)
        self._sources: WeakSet[LibrarySource] = WeakSet()
        self._caretaker = Caretaker(self.file, self._hear_bad_news)
        self._writer = Writer(Holding(self.file, patience=2.0), self._written)
        self._finder = Finder(self.file)
        self.log = Log(self.file)
        """The process log of all looms, as the mirror and the exports read it."""
        self.records = Records(self.file)
        """What is on record of fans, as the exports read it."""
        self._caretaker.index()
        if sweep(folder):
            self._caretaker.look_for_damage()

    def _written(self, problem: str) -> None:
        if problem:
            self.on_state(f"Not saved yet: {problem}; it is tried again every second.")
            return
        self.on_state(self._bad_news)
        if self._writer.index_is_behind:
            self._caretaker.index()
        self._caretaker.after_commit()

    def _hear_bad_news(self, sentence: str) -> None:
        self._bad_news = sentence
        self.on_state(sentence)

    @property
    def _reader(self) -> sqlite3.Connection:
        return self._reading.to_read()

    def daily(self, day: date) -> LoomRow:
        """The loom of this day, begun if there is none yet. Raises LibraryError."""
        return self._find_or_begin("day", day.isoformat(), "daily", f"{day:%A} {day.day} {day:%B %Y}")

    def for_file(self, path: Path) -> LoomRow:
        """The loom of a text file, begun if there is none yet. Links lead to the same loom. Raises LibraryError."""
        return self._find_or_begin("path", os.fsencode(os.path.realpath(path)), "file", path.name)

    def taken(self, loom: int) -> dict[BranchId, int]:
        """How many characters of each branch were taken last, as the log has it. Raises LibraryError."""
        with in_words(self.file):
            return dict(self._reader.execute(_TAKEN, (loom,)))

    def events(self, loom: int) -> list[Event]:
        """The log of a loom, from its beginning. Raises LibraryError."""
        with in_words(self.file):
            texts = {id: to_text(text) for id, text in self._reader.execute(_TEXTS, (loom,))}
            return [event_from(row, texts) for row in self._reader.execute(_EVENTS, (loom,))]

    def beside(self, loom: int) -> list[Event]:
        """The lines of a loom's log that say which fans stood side by side. Raises LibraryError."""
        with in_words(self.file):
            return [event_from(row, {}) for row in self._reader.execute(_BESIDE, (loom,))]

    def compared(self) -> dict[int, list[Event]]:
        """Of each loom in which fans stood side by side, the lines of the log that say so, and what was taken. Raises
        LibraryError."""
        self.flush(self._patience)
        found: dict[int, list[Event]] = {}
        with in_words(self.file):
            for loom, *row in self._reader.execute(_COMPARED):
                found.setdefault(loom, []).append(event_from(tuple(row), {}))
        return found

    def is_on_record(self, loom: int) -> bool:
        """Whether the log says how the text changed. Raises LibraryError."""
        with in_words(self.file):
            return self._reader.execute(_ON_RECORD, (loom,)).fetchone() is not None

    def keep_in_file(self, loom: int, path: Path) -> None:
        """From now on the loom is the text of this file. Raises LibraryError if another loom is."""
        real = os.fsencode(os.path.realpath(path))
        other = self._find("path", real)
        if other is not None and other.id != loom:
            raise LibraryError(f"{path} is the file of the loom “{other.title}” already; name another file.")
        with in_words(self.file):
            self._reader.execute("UPDATE looms SET path = ? WHERE id = ?", (real, loom))

    def loom(self, loom: int) -> LoomRow:
        """Raises LibraryError if there is no such loom."""
        found = self._find("id", loom)
        if found is None:
            raise LibraryError(f"There is no loom {loom}; `cyborg-tui list` shows those there are.")
        return found

    def looms(self) -> list[LoomRow]:
        """All looms, the one changed last first. Raises LibraryError."""
        with in_words(self.file):
            return [loom_row(row) for row in self._reader.execute(f"{LOOMS} ORDER BY changed_at DESC, id DESC")]

    def find(self, what: Asked, limit: int = 50) -> Finding:
        """Places in all looms, of every branch, what was written last first. From any thread. Raises LibraryError."""
        return self._finder.find(what, limit)

    def shelf(self) -> list[Kept]:
        """What was bookmarked in any loom, what was written last first. Raises LibraryError."""
        self.flush(self._patience)
        with in_words(self.file):
            return list(shelf(self._reader))

    def open(self, loom: int) -> Loom:
        """A loom as it was last saved. Raises LibraryError."""
        if not self.flush(self._patience):
            raise LibraryError("Other changes could not be saved yet; this loom can be opened when they are.")
        with in_words(self.file):
            try:
                return self._open(loom)
            except UNREADABLE:
                raise LibraryError(
                    f"Loom {loom} is damaged, the others can still be opened; "
                    "`cyborg-tui doctor` says more and mends it."
                ) from None

    def alternatives(self, loom: int, branch: BranchId) -> tuple[Alternatives, ...]:
        """What a branch nearly said, token by token; empty where that is not known. Raises LibraryError."""
        with in_words(self.file):
            packed = self._writer.alternatives(loom, branch)
            if packed is None:
                row = self._reader.execute(_ALTERNATIVES, (loom, branch)).fetchone()
                packed = alternatives_from(row[0]) if row else b""
            return unpack(packed)

    def _open(self, loom: int) -> Loom:
        (size,) = self._reader.execute("SELECT count(*) FROM nodes WHERE loom = ?", (loom,)).fetchone()
        if size <= ALL_AT_ONCE:
            return read_loom(self._reader, loom, self._reading.to_read)
        source = LibrarySource(self.file, loom)
        self._sources.add(source)
        source.hold()
        opened = open_loom(source.connection, loom, source, self._reading.to_read)
        if self._claims.holds(loom):
            source.follow()
        return opened

    def draws(self, loom: int, fan: FanId) -> tuple[Draw, ...]:
        """How a fan's branches were drawn; empty where that is not known. Raises LibraryError."""
        self.flush(self._patience)
        with in_words(self.file):
            return draws_of(self._reader, loom, fan)

    def showing(self, loom: int, fan: FanId) -> Showing | None:
        """How a fan was shown, as far as it is committed; None where that is not known. Raises LibraryError."""
        with in_words(self.file):
            return showing_of(self._reader, loom, fan)

    def scorer(self, loom: int) -> Scorer | None:
        """By what a loom was scored last. Raises LibraryError."""
        with in_words(self.file):
            row = self._reader.execute(_SCORER, (loom,)).fetchone()
            return None if row is None else scorer_from(row)

    def orders(self, loom: int) -> dict[FanId, tuple[BranchId, ...]]:
        """The order in which the branches of fans were shown, where they were not shown as they were drawn. Raises
        LibraryError."""
        with in_words(self.file):
            showings = [showing_from(packed) for (packed,) in self._reader.execute(_SHOWINGS, (loom,))]
            return {showing.fan: showing.order for showing in showings if showing.order}

    def save_score(self, loom: int, key: bytes, score: Score, scorer: Scorer) -> None:
        """Keep what was found out of a text; `key` stands for all that makes it true. Returns at once."""
        self._writer.add_score(loom, key, score, scorer)

    def score(self, loom: int, key: bytes) -> Score | None:
        """What is kept under this key; None: nothing is known. Raises LibraryError."""
        with in_words(self.file):
            row = self._reader.execute(_SCORE, (loom, key)).fetchone()
            return self._writer.score(loom, key) or (score_from(*row) if row else None)

    def add_tool_note(self, note: ToolNote) -> None:
        """Keep what the person said of the tool. Raises LibraryError."""
        with in_words(self.file):
            add_tool_note(self._reader, note)

    @property
    def tool_notes(self) -> list[ToolNote]:
        """Everything that was said of the tool, in the order in which it was. Raises LibraryError."""
        with in_words(self.file):
            return tool_notes(self._reader)

    def claim(self, loom: int) -> bool:
        """Be the one who writes in this loom, until `release` or the end of the process. False if another is."""
        with in_words(self.file):
            return self._claims.claim(loom)

    def release(self, loom: int) -> None:
        """Let others write in this loom. Not if something cannot be committed: it would fall among what they write."""
        if self.flush(self._patience):
            with in_words(self.file):
                for source in self._sources:
                    if source.loom == loom:
                        source.hold()
            self._writer.forget(loom)
            self._claims.release(loom)

    def ask_for(self, loom: int) -> bool:
        """Ask the window that writes in this loom to step down. False if another window asks already."""
        with in_words(self.file):
            return self._claims.ask(loom)

    def stop_asking(self, loom: int) -> None:
        self._claims.stop_asking(loom)

    def is_asked_for(self, loom: int) -> bool:
        """Whether another window asks for this loom."""
        with in_words(self.file):
            return self._claims.is_asked_for(loom)

    def save(self, loom: int, changes: Changes) -> None:
        """Hand over what changed. Returns at once, from any thread."""
        self._caretaker.changed_at = time.monotonic()
        self._writer.add(loom, changes)

    def remember_file(self, loom: int, digest: str) -> None:
        """Keep the digest of the text file as it was when this loom last read or wrote it, with what is saved so far:
        a file with another digest was changed outside. Returns at once."""
        self._writer.add_digest(loom, digest)

    @property
    def saved(self) -> bool:
        """Whether everything handed over is committed."""
        return self._writer.idle

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything is committed. False if that was not possible within `timeout` seconds."""
        return self._writer.flush(timeout)

    @property
    def problem(self) -> str:
        """Why nothing can be saved now, in a few words; empty if the last time it could be."""
        return self._writer.problem

    @property
    def _patience(self) -> float:
        return _PATIENCE_IN_TROUBLE if self.problem else _PATIENCE

    def close(self) -> bool:
        """Save what is left and close. False if it could not be saved within some seconds; it is lost then."""
        saved = self._writer.close(self._patience)
        self._caretaker.close()
        for source in self._sources:
            source.let_go()
        self._finder.close()
        self.log.close()
        self.records.close()
        self._claims.release_all()
        self._reading.let_go()
        return saved

    def _find(self, column: str, value: object) -> LoomRow | None:
        with in_words(self.file):
            row = self._reader.execute(f"{LOOMS} WHERE {column} = ?", (value,)).fetchone()
            return None if row is None else loom_row(row)

    def _find_or_begin(self, column: str, value: object, kind: str, title: str) -> LoomRow:
        found = self._find(column, value)
        if found is None:
            now = time.time()
            with in_words(self.file):
                self._reader.execute(
                    f"INSERT OR IGNORE INTO looms (kind, title, {column}, made_at, changed_at) VALUES (?, ?, ?, ?, ?)",
                    (kind, to_bytes(title), value, now, now),
                )
            found = self._find(column, value)
        assert found is not None
        return found
