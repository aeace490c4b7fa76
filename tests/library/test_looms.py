"""Looms by day and by file."""

import time
from datetime import date
from pathlib import Path

import pytest

from cyborg_tui.library.library import Library, LibraryError
from cyborg_tui.loom.changes import Changes, Place
from cyborg_tui.loom.node import Node


def test_each_day_has_one_loom(library):
    monday, tuesday = library.daily(date(2026, 11, 23)), library.daily(date(2026, 11, 24))
    assert tuesday.title == "Tuesday 24 November 2026"
    assert library.daily(date(2026, 11, 23)) == monday != tuesday
    assert monday.kind == "daily"


def test_each_file_has_one_loom_whatever_way_it_is_named(library, tmp_path):
    letter, link = tmp_path / "letter.txt", tmp_path / "link.txt"
    link.symlink_to(letter)
    row = library.for_file(letter)
    assert (row.kind, row.title, row.path) == ("file", "letter.txt", str(letter))
    assert library.for_file(link).id == library.for_file(tmp_path / "x" / ".." / "letter.txt").id == row.id


def test_a_file_whose_name_is_no_utf8_has_a_loom_too(library, tmp_path):
    row = library.for_file(tmp_path / "caf\udce9.txt")
    assert row.title == "caf\udce9.txt"
    assert Path(row.path).name == "caf\udce9.txt"


def test_the_loom_written_last_comes_first_and_a_look_changes_nothing(library):
    one, other = library.daily(date(2026, 11, 23)), library.daily(date(2026, 11, 24))
    assert [row.id for row in library.looms()] == [other.id, one.id]
    time.sleep(0.01)
    library.save(one.id, Changes(nodes=(Node(1, None),)))
    library.flush()
    assert [row.id for row in library.looms()] == [one.id, other.id]
    library.save(other.id, Changes(place=Place(1)))
    library.flush()
    assert [row.id for row in library.looms()] == [one.id, other.id]


def test_a_loom_that_is_not_there_is_said_to_be_missing(library):
    with pytest.raises(LibraryError, match=r"There is no loom 7; `cyborg-tui list` shows"):
        library.loom(7)


def test_what_a_file_was_like_is_remembered(library, tmp_path):
    row = library.for_file(tmp_path / "letter.txt")
    assert row.digest == ""
    library.remember_file(row.id, "abc")
    library.flush()
    assert library.loom(row.id).digest == "abc"
    again = Library(library.file.parent)
    assert again.for_file(tmp_path / "letter.txt").digest == "abc"
    again.close()


def test_looms_are_there_the_next_time(tmp_path):
    first = Library(tmp_path)
    row = first.daily(date(2026, 11, 24))
    assert first.close()
    second = Library(tmp_path)
    assert second.looms() == [row]
    second.close()
