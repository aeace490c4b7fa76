"""The index is kept in step with what is written, whatever happens to the one or the other."""

import random
import re
import sqlite3
import stat
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.library import index, schema
from cyborg_tui.library.examination import examine, is_indexed
from cyborg_tui.library.library import Library
from cyborg_tui.library.mending import mend
from cyborg_tui.library.passages import passages_again
from cyborg_tui.loom.terms import asked
from tests.library.desk import Desk

VERSION_1 = Path(__file__).with_name("version-1.sql")


@pytest.fixture
def desk(library):
    return Desk(library)


def everything(file):
    """What is in the index: each passage's words, as kept and as found by their rarest."""
    with closing(sqlite3.connect(file)) as connection:
        return sorted(connection.execute("SELECT loom, node, place, text, marks, origin FROM passages").fetchall())


def anew(file):
    """The same, indexed from the nodes again."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("DROP TABLE found")
        connection.execute("DELETE FROM passages")
    index.build_all(file)
    return everything(file)


def without_places(rows):
    """By node the text, for long texts are divided elsewhere after an edit."""
    return sorted((loom, node, text, marks, origin) for loom, node, _, text, marks, origin in rows)


def test_kept_step_by_step_or_made_at_once_the_index_is_the_same(desk):
    random.seed(7)
    for number in range(40):
        total = len(desk.loom.text)
        start = random.randint(0, total)
        kind = random.random()
        if kind < 0.5:
            desk.write(f" word{number} ", start, min(total, start + random.randint(0, 6)))
        elif kind < 0.7:
            desk.loom.move_cursor(start)
            branches = desk.fan(f" branch{number} a", f" branch{number} b")
            if kind < 0.65:
                desk.loom.take(random.choice(branches), upto=random.choice([None, 4]))
        elif kind < 0.8:
            desk.loom.undo()
        elif kind < 0.9:
            desk.loom.parent()
        else:
            desk.loom.go(random.choice([node.id for node in desk.loom.tree]))
        desk.save()
    then = without_places(everything(desk.library.file))
    assert len(then) > 20
    assert then == without_places(anew(desk.library.file))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 3000), st.text("ab \n", max_size=9), st.integers(1, 500)))
)
def test_however_a_long_text_is_edited_its_passages_are_its_text(edits):
    text, passages = "", []
    for where, cut, new, times in edits:
        start = min(where, len(text))
        text = text[:start] + new * times + text[start + cut :]
        passages = passages_again(passages, "above", text)
        assert "".join(passage.own for passage in passages) == text
        assert sorted(passage.place for passage in passages) == [passage.place for passage in passages]
        at = 0
        for passage in passages:
            assert passage.before == ("above" + text[:at])[-200:]
            assert passage.own
            at += len(passage.own)


def own_texts(file):
    """What the index has of the text of each node, put together."""
    texts = {}
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT loom, node, before, text FROM passages ORDER BY place").fetchall()
    for loom, node, before, text in rows:
        texts[loom, node] = texts.get((loom, node), "") + text.decode()[before:]
    return texts


def test_a_long_text_that_two_windows_write_in_turn_is_found_as_it_is(desk, monkeypatch):
    """What a window remembers of its passages is not believed when another has written since, or a commit failed."""
    other = Library(desk.library.file.parent)
    file, begins = desk.library.file, "The sea, the sea. " * 3000
    desk.write(begins)
    for turn in range(4):
        desk.write(f" mine{turn} ")
        desk.write(f" middle{turn} ", 20_000 + turn * 5000)
        if turn == 2:
            fails_once(monkeypatch)
            desk.write(" unlucky ")
        desk.library.release(desk.row.id)
        theirs = Desk(other)
        theirs.write(f" theirs{turn} ")
        theirs.write("", 4, 8)
        other.release(desk.row.id)
        desk.loom = desk.library.open(desk.row.id)
    words = [f"{who}{turn}" for who in ("mine", "middle", "theirs") for turn in range(4)]
    assert [desk.texts(word) for word in (*words, "unlucky")] == [[word] for word in (*words, "unlucky")]
    assert "".join(own_texts(file).values()) == desk.loom.text
    other.close()


def test_a_long_text_that_comes_at_once_is_saved_first_and_found_a_while_later(desk):
    text = "".join(f"Line {number} of many, and words enough to be as long as others.\n" for number in range(8000))
    desk.write(text + "The last marmalade.")
    assert desk.library.open(desk.row.id).text.endswith("The last marmalade.")
    assert desk.texts('"line 7 of many"') == ["Line 7 of many"], "its beginning is found at once"
    assert len("".join(own_texts(desk.library.file).values())) < len(text) / 2, "no commit waits for all of it"
    desk.write(" And chutney.")
    desk.write("Before all. ", 0)
    end = time.monotonic() + 20
    while not is_indexed(desk.library.file):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert "".join(own_texts(desk.library.file).values()) == desk.loom.text
    for words in ("marmalade", "chutney", "Before all", "Line 7999 of many"):
        assert desk.texts(f'"{words}"') == [words]


def fails_once(monkeypatch):
    """The next commit is taken back after the index was brought up to date."""
    real, failing = index.index_nodes, iter([sqlite3.OperationalError("disk I/O error")])

    def index_nodes(*arguments, **options):
        done = real(*arguments, **options)
        for error in failing:
            raise error
        return done

    monkeypatch.setattr("cyborg_tui.library.writer.index_nodes", index_nodes)


def test_a_library_of_the_first_version_is_indexed_in_the_background(tmp_path):
    with closing(sqlite3.connect(tmp_path / "library.db")) as connection:
        connection.executescript(VERSION_1.read_text())
    library = Library(tmp_path)
    for _ in range(100):
        found = library.find(asked("upon"))
        if found.indexed:
            break
        time.sleep(0.1)
    assert [place.excerpt[place.at :][: place.length] for place in found.places] == ["upon"]
    library.close()
    assert is_indexed(tmp_path / "library.db")


def test_an_index_that_is_missing_is_made_again(desk, tmp_path):
    desk.write("A lamp.")
    file = desk.library.file
    desk.library.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE found")
    assert not is_indexed(file)
    assert index.build_all(file)
    assert is_indexed(file)
    library = Library(file.parent)
    assert len(library.find(asked("lamp")).places) == 1
    library.close()


def test_after_mending_everything_is_found(desk):
    desk.write("A lamp.")
    file = desk.library.file
    desk.library.close()
    mend(file, datetime(2026, 11, 24, 9, 30))
    assert index.build_all(file)
    library = Library(file.parent)
    assert len(library.find(asked("lamp")).places) == 1
    library.close()


@pytest.mark.parametrize(
    "damage", ["DROP TABLE found", "DROP TABLE found_data", "UPDATE found_data SET block = x'00ff'"]
)
def test_whatever_is_wrong_with_the_index_everything_is_saved(desk, damage):
    desk.write("A lamp. ")
    with closing(sqlite3.connect(desk.library.file)) as connection:
        connection.execute(damage)
        connection.commit()
    desk.write("A chair.")
    assert desk.library.problem == ""
    assert desk.library.open(desk.row.id).text == "A lamp. A chair."


def test_what_could_not_be_indexed_when_it_was_saved_is_indexed_soon(desk, monkeypatch):
    def unreadable(*_):
        monkeypatch.undo()
        raise KeyError("a branch that is not there")

    monkeypatch.setattr(index._Update, "all", unreadable)
    desk.write("A lamp.")
    assert not is_indexed(desk.library.file)
    end = time.monotonic() + 10
    while not is_indexed(desk.library.file) and time.monotonic() < end:
        time.sleep(0.05)
    assert desk.texts("lamp") == ["lamp"]


def test_where_sqlite_has_no_such_index_everything_else_works(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "INDEX", ("CREATE VIRTUAL TABLE found USING fts99 (words)",))
    library = Library(tmp_path)
    desk = Desk(library)
    desk.write("A lamp.")
    assert library.open(desk.row.id).text == "A lamp."
    library.close()
    assert examine(tmp_path / "library.db").faults == ()


def test_killed_at_any_moment_the_index_has_what_the_library_has(desk):
    """Both are in one transaction: here it is broken off."""
    desk.write("A lamp. ")
    with closing(sqlite3.connect(desk.library.file, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        desk.loom.write(8, 8, "A chair.")
        desk.library.save(desk.row.id, desk.loom.changes())
        time.sleep(0.5)
        with closing(sqlite3.connect(desk.library.file)) as other:
            texts = [row[0] for row in other.execute("SELECT text FROM passages")]
        assert texts == [b"A lamp. "]
        blocker.execute("ROLLBACK")
    assert desk.library.flush(10)
    assert desk.texts('"lamp a chair"') == ["lamp. A chair"]


def test_it_is_in_the_file_that_only_its_owner_reads(desk):
    desk.write("Private.")
    names = {entry.name for entry in desk.library.file.parent.iterdir()}
    assert not [name for name in names if re.search("index|found|search", name)]
    assert stat.S_IMODE(desk.library.file.stat().st_mode) == 0o600
