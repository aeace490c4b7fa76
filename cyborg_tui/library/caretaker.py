"""What is looked after in the background: the backup of the day, the index, a look at the file after an unclean end."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.backups import Backups, quick_check
from cyborg_tui.library.errors import LibraryError, NotALibraryError, damaged
from cyborg_tui.library.index import build_some
from cyborg_tui.library.known import Known

__all__ = ["Caretaker"]

_RETRY = 600.0
"""Seconds after a backup for which there was no room, or that another process was making."""
_BREATH = 0.5
"""Seconds before the index is looked at: the first page comes first."""
_BREATHS = 2
"""A pause after a step, in steps."""
_CALM, _LONGEST_WAIT = 1.0, 120.0
"""Seconds since the last change until the index is built, so that no key waits for it; and for how long, in all, it
waits for that."""
_AGAIN, _TRIES = 30.0, 10
"""Seconds after a step of the index that could not be written, as where another program holds the file; and how often
it is tried, one after the other."""


class Caretaker:
    """Works on threads and connections of its own, so that no save waits for it. Only bad news is told."""

    def __init__(self, file: Path, on_bad_news: Callable[[str], None]) -> None:
        """`on_bad_news` hears one sentence, on another thread."""
        self._file, self._on_bad_news = file, on_bad_news
        self.changed_at = 0.0
        """When the person last changed something, by the monotonic clock."""
        self._backups = Backups(file)
        self._looked_on: date | None = None
        self._not_before = 0.0
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._at_index = threading.Lock()
        self._indexing = self._more = False
        """Whether a thread builds the index; whether something has come since that is to be indexed."""

    def look_for_damage(self) -> None:
        self._start(self._quick_check)

    def index(self) -> None:
        """See to it that everything is in the index, in steps between which others write."""
        with self._at_index:
            self._more, under_way, self._indexing = True, self._indexing, True
        if not under_way:
            self._start(self._build_index)

    def after_commit(self) -> None:
        """Make the backup of the day, if there is none. Costs nothing on all later calls of the day."""
        now = datetime.now()
        if self._looked_on != now.date() and time.monotonic() >= self._not_before:
            self._looked_on = now.date()
            if self._backups.due(now.date()):
                self._start(self._back_up)

    def close(self) -> None:
        """A backup that is not done is left; the next start makes it."""
        self._closing.set()
        for thread in self._threads:
            thread.join(2)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="caretaker", daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()

    def _back_up(self) -> None:
        now = datetime.now()
        try:
            self._backups.make(now, self._closing.is_set)
        except NotALibraryError:
            self._tell()
            return
        except LibraryError:  # no room, say, which is said of the library itself then
            pass
        if self._backups.due(now.date()):  # whoever else was making it may not come to the end of it
            self._looked_on, self._not_before = None, time.monotonic() + _RETRY

    def _build_index(self) -> None:
        pause, known, at_last, tries = _BREATH, Known(), time.monotonic() + _LONGEST_WAIT, 0
        with contextlib.suppress(sqlite3.Error), contextlib.closing(schema.connect(self._file)) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")  # what is lost of it is made again
            while not self._closing.wait(pause):
                pause = min(self.changed_at + _CALM, at_last) - time.monotonic()
                if pause > 0:
                    continue
                began, self._more = time.monotonic(), False
                try:
                    left = build_some(connection, known)
                except sqlite3.OperationalError as error:
                    known.forget()
                    pause, tries = _AGAIN, tries + 1
                    if damaged(error) or tries == _TRIES:
                        break
                    continue
                if not left and self._is_indexed():
                    return
                pause, tries = _BREATHS * (time.monotonic() - began), 0
        with self._at_index:
            self._indexing = False

    def _is_indexed(self) -> bool:
        """Whether nothing more has come: what comes from now on finds nobody who builds the index."""
        with self._at_index:
            self._indexing = self._more
            return not self._more

    def _quick_check(self) -> None:
        try:
            with contextlib.closing(schema.connect(self._file, only_read=True)) as connection:
                connection.set_progress_handler(self._closing.is_set, 10_000)
                well = quick_check(connection) == "ok"
        except sqlite3.Error as error:
            well = not damaged(error)
        if not well and not self._closing.is_set():
            self._tell()

    def _tell(self) -> None:
        with contextlib.suppress(Exception):  # a listener's fault, such as a screen that is gone
            self._on_bad_news("The library is damaged: quit, and `cyborg-tui doctor` says more and mends it.")
