"""Building the index in the background: it waits for the person, and loses nothing of what is written meanwhile."""

import contextlib
import sqlite3
import time
from contextlib import closing
from datetime import date
from types import SimpleNamespace

from cyborg_tui.library import caretaker, index
from cyborg_tui.library.library import Library
from cyborg_tui.loom.terms import asked

LONG = "".join(f"word{number} and more of the same, on and on. " for number in range(4000))


def passages(library):
    with closing(sqlite3.connect(library.file)) as connection:
        return connection.execute("SELECT count(*) FROM passages").fetchone()[0]


def written(library, text, start=0):
    """Writes into the page of the day; returns its loom, to go on in."""
    row = library.daily(date(2026, 11, 24))
    loom = library.open(row.id)
    loom.write(start, start, text)
    library.save(row.id, loom.changes())
    assert library.flush(10)
    return row, loom


def test_while_the_person_writes_a_long_text_is_not_indexed(tmp_path):
    library = Library(tmp_path)
    row, loom = written(library, LONG)
    before = passages(library)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        loom.write(0, 0, "x")
        library.save(row.id, loom.changes())
        time.sleep(0.1)
    assert passages(library) == before
    while not library.find(asked("word3999")).indexed:
        time.sleep(0.1)
    library.close()


def test_but_not_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(caretaker, "_LONGEST_WAIT", 0.5)
    library = Library(tmp_path)
    written(library, LONG)
    end = time.monotonic() + 10
    while not library.find(asked("word3999")).indexed:
        assert time.monotonic() < end
        library._caretaker.changed_at = time.monotonic()  # as at every key
        time.sleep(0.05)
    library.close()


def test_what_is_written_while_it_is_being_indexed_is_found_too(tmp_path):
    library = Library(tmp_path)
    row, loom = written(library, LONG)
    library.close()
    with closing(sqlite3.connect(library.file, isolation_level=None)) as connection:
        assert index.build_some(connection)
        library = Library(tmp_path)
        library._caretaker.close()
        loom = library.open(row.id)
        loom.write(0, 0, "A lighthouse. ")
        library.save(row.id, loom.changes())
        assert library.flush(10)
    library.close()
    index.build_all(library.file)
    library = Library(tmp_path)
    assert [len(library.find(asked(word)).places) for word in ("lighthouse", "word0", "word3999")] == [1, 1, 1]
    library.close()


def not_indexed(library):
    """What another window has written, and not come to index."""
    with closing(sqlite3.connect(library.file, isolation_level=None)) as connection:
        index.queue(connection, [1])


def is_indexed(library, seconds=10):
    end = time.monotonic() + seconds
    while not library.find(asked("anything")).indexed and time.monotonic() < end:
        time.sleep(0.05)
    return library.find(asked("anything")).indexed


def test_what_comes_just_when_all_is_indexed_is_indexed_too(tmp_path, monkeypatch):
    library, came = Library(tmp_path), []
    written(library, "A lighthouse.")
    while library._caretaker._indexing:
        time.sleep(0.05)

    class Closing:
        """Something comes when the connection of the one who built the index is being closed."""

        def __init__(self, connection):
            self._connection = connection

        def __enter__(self):
            return self._connection

        def __exit__(self, *_):
            if not came:
                not_indexed(library)
                library._caretaker.index()
                came.append(True)
            self._connection.close()

    monkeypatch.setattr(caretaker, "contextlib", SimpleNamespace(closing=Closing, suppress=contextlib.suppress))
    library._caretaker.index()
    while not came:
        time.sleep(0.05)
    assert is_indexed(library)
    library.close()


def test_what_comes_just_when_there_seems_to_be_nothing_left_is_indexed_too(tmp_path, monkeypatch):
    library, real, came = Library(tmp_path), caretaker.build_some, []
    written(library, "A lighthouse.")
    while library._caretaker._indexing:
        time.sleep(0.05)

    def build_some(*arguments):
        left = real(*arguments)
        if not left and not came:
            not_indexed(library)
            library._caretaker.index()
            came.append(True)
        return left

    monkeypatch.setattr(caretaker, "build_some", build_some)
    library._caretaker.index()
    while not came:
        time.sleep(0.05)
    assert is_indexed(library)
    library.close()


def test_a_step_that_cannot_be_written_is_tried_again(tmp_path, monkeypatch):
    library = Library(tmp_path)
    written(library, "A lighthouse.")
    not_indexed(library)
    real, fails = caretaker.build_some, [sqlite3.OperationalError("database is locked")] * 2

    def build_some(*arguments):
        if fails:
            raise fails.pop()
        return real(*arguments)

    monkeypatch.setattr(caretaker, "_AGAIN", 0.1)
    monkeypatch.setattr(caretaker, "build_some", build_some)
    library._caretaker.index()
    assert is_indexed(library)
    library.close()
