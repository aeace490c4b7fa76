"""The shelf: what was bookmarked, in any loom, word for word."""

import sqlite3
from contextlib import closing

from cyborg_tui.loom.garden import Garden
from tests.library.desk import Desk


def bookmark(desk, node=None):
    Garden(desk.loom).bookmark(desk.loom.manuscript.leaf if node is None else node)
    desk.save()


def test_what_is_bookmarked_stands_there_with_its_loom_and_text(library):
    one, other = Desk(library, 23), Desk(library, 24)
    one.write("A lighthouse.")
    bookmark(one)
    other.write("Once upon ")
    branches = other.fan("a time there was", "a hill")
    bookmark(other, other.loom.tree.branch(branches[1]).node)
    found = {(kept.title, kept.text) for kept in library.shelf()}
    assert found == {("Monday 23 November 2026", "A lighthouse."), ("Tuesday 24 November 2026", "a hill")}


def test_a_branch_that_was_taken_in_parts_is_whole(library):
    desk = Desk(library)
    desk.write("Dear sister, ")
    (branch,) = desk.fan("I am glad. It is a good morning. I went to the")
    desk.loom.take(branch, 10)
    desk.loom.take(branch, 32)
    bookmark(desk, desk.loom.tree.branch(branch).node)
    (kept,) = library.shelf()
    assert kept.text == "I am glad. It is a good morning. I went to the"


def test_what_is_bookmarked_no_more_or_has_no_words_is_not_there(library):
    desk = Desk(library)
    desk.write("A lighthouse.")
    bookmark(desk)
    Garden(desk.loom).bookmark(desk.loom.manuscript.leaf, bookmarked=False)
    (branch,) = desk.fan("  \n")
    bookmark(desk, desk.loom.tree.branch(branch).node)
    assert library.shelf() == []


def test_a_long_one_in_many_pieces_is_whole_whatever_became_of_the_index(library):
    desk = Desk(library)
    (branch,) = desk.fan("one two three four five six seven eight nine ten")
    desk.loom.take(branch)
    for _ in range(9):
        space = desk.loom.text.index(" ")
        desk.write("-", space, space + 1)
    node = desk.loom.tree.node(desk.loom.manuscript.leaf)
    assert len(node.pieces) > 8
    bookmark(desk)
    with closing(sqlite3.connect(library.file)) as connection:
        assert connection.execute("SELECT count(*) FROM chunks").fetchone()[0]
        connection.execute("DELETE FROM passages")
        connection.commit()
    (kept,) = library.shelf()
    assert kept.text == node.text
