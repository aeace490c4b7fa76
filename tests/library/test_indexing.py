"""Building the index in the background: it waits for the person, and loses nothing of what is written meanwhile."""

import sqlite3
import time
from contextlib import closing
from datetime import date

from cyborg_tui.library import index
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
