"""A library of an earlier version is brought up to this one, each step whole or not at all."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from cyborg_tui.library import schema
from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.library import Library
from cyborg_tui.loom.mirror.days import Span
from cyborg_tui.session.mirror import held_up

DAY = date(2026, 11, 24)
STEP = ("ALTER TABLE looms ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'", "CREATE TABLE later (id INTEGER)")
VERSION_1 = Path(__file__).with_name("version-1.sql")


@pytest.fixture
def first_version(tmp_path):
    """A library as the first version of the app left it."""
    file = tmp_path / "library.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(VERSION_1.read_text())
    return file


@pytest.fixture
def next_version(monkeypatch):
    """An app whose tables are a step further."""

    def of(*statements):
        monkeypatch.setattr(schema, "_MIGRATIONS", (*schema._MIGRATIONS, statements))

    return of


def text_in(file):
    library = Library(file.parent)
    try:
        return library.open(library.daily(DAY).id).text
    finally:
        library.close()


def brought_up_to_date(file):
    """Everything in a library, once it is of this version."""
    text_in(file)
    return content(file)


def content(file):
    """Everything in it: the tables, and what they hold."""
    with closing(sqlite3.connect(file)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()
        tables = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()
        held = {name for name, sql in tables if sql.startswith("CREATE TABLE")}
        return version, tables, {name: connection.execute(f"SELECT * FROM '{name}'").fetchall() for name in held}


def test_a_library_of_version_1_opens(first_version):
    assert text_in(first_version) == "Once upon a time, there was."


def test_before_the_mirror_a_library_of_version_1_is_unknown_where_facts_are_missing(first_version):
    text_in(first_version)
    library = Library(first_version.parent)
    found = held_up(library.log, Span.EVERYTHING, time.time())
    fan = library.log.shown(1, 1)
    library.close()
    assert found.choices == 1
    assert fan.showing is None
    assert (found.pace.unknown, found.pace.ratios) == (1, [])
    assert found.afterwards.unknown == 1, "where edits were is not on record"
    assert sum(found.positions.taken.values()) == 1, "branches stood as they were drawn"


def test_a_step_keeps_what_is_there(first_version, next_version):
    next_version(*STEP)
    assert text_in(first_version) == "Once upon a time, there was."
    with closing(sqlite3.connect(first_version)) as connection:
        assert connection.execute("SELECT colour FROM looms").fetchall() == [("grey",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema._MIGRATIONS),)


def test_a_step_that_fails_leaves_the_library_as_it_was(first_version, next_version):
    before = brought_up_to_date(first_version)
    next_version(*STEP, "This is no SQL")
    with pytest.raises(LibraryError):
        text_in(first_version)
    assert content(first_version) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from cyborg_tui.library import schema
from cyborg_tui.library.library import Library
from cyborg_tui.loom.mirror.days import Span
from cyborg_tui.session.mirror import held_up

class Step(tuple):
    def __iter__(self):
        yield from super().__iter__()
        os.kill(os.getpid(), signal.SIGKILL)

schema._MIGRATIONS += (Step(sys.argv[2:]),)
Library(Path(sys.argv[1]))
"""


def test_a_step_in_which_the_app_is_killed_leaves_the_library_as_it_was_and_is_done_at_the_next_start(
    first_version, next_version
):
    before = brought_up_to_date(first_version)
    died = subprocess.run([sys.executable, "-c", KILLED, os.fspath(first_version.parent), *STEP], check=False)
    assert died.returncode == -signal.SIGKILL
    assert content(first_version) == before
    next_version(*STEP)
    assert text_in(first_version) == "Once upon a time, there was."
    assert content(first_version)[0] == (len(schema._MIGRATIONS),)
