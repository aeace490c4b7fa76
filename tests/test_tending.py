"""Places on the map, tended by keys in a real pseudo-terminal: named, tagged, arranged, cut, rewritten, deleted."""

import re
import sqlite3

import pytest

from tests.terminal import words
from tests.test_the_loop import LINE, app, eight_branches, left, todays_loom
from tests.test_the_map import cursor_row, open_map


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def on_the_map(data):
    """The map of a page with eight branches, the cursor at the end of the text above them."""
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(lambda s: eight_branches(s) and "Tab take+fan" in s)
        t.settle()
        open_map(t)
        yield t


def answer(t, key, question, line):
    t.send(key)
    t.wait_for(question)
    t.send(line, "Enter")
    t.wait_for(lambda s: question not in s)
    return t.settle()


def loom_after(t, data):
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0
    return todays_loom(data)


def test_a_place_is_named_tagged_and_noted_and_found_by_its_tag(on_the_map, data):
    t = on_the_map
    t.send("j")
    t.wait_for(lambda s: "├ 1" in cursor_row(s))
    answer(t, "r", "A name for this place", "The way out")
    answer(t, "t", "Tags, with commas", "sea, #old house")
    screen = answer(t, "n", "A note on this place", "Not yet.")
    assert re.search(r'├ 1 The way out: .*" #sea #old house$', cursor_row(screen).rstrip())
    assert "» Not yet." in screen
    t.send("/", "tag:old")
    t.wait_for("1 found")
    t.send("Esc")
    t.wait_for(lambda s: "1 found" not in s and "├ 1" in cursor_row(s))
    t.send("Ctrl+Z")
    t.wait_for(lambda s: "Not yet." not in s)
    loom = loom_after(t, data)
    facts = loom.tree.facts(loom.tree.branches(1)[0].node)
    assert (facts.name, facts.tags, facts.note) == ("The way out", ("sea", "old house"), "")


def test_what_is_hidden_is_deleted_only_when_that_is_asked_and_answered(on_the_map, data):
    t = on_the_map
    t.send("D")
    t.wait_for("Nothing is hidden.")
    t.send("j", "x")
    t.wait_for(lambda s: "├ 2" in cursor_row(s))
    t.send("D")
    t.wait_for("Delete 1 hidden place")
    t.send("n")
    t.wait_for(lambda s: "Delete 1" not in s)
    t.send("X")
    t.wait_for("✗")
    t.send("D")
    t.wait_for("Delete 1 hidden place")
    t.send("y")
    t.wait_for("is gone.")
    loom = loom_after(t, data)
    assert len(loom.tree.branches(1)) == 7


def test_a_text_is_rewritten_under_all_its_branches_and_undo_brings_it_back(on_the_map, data):
    t = on_the_map
    t.send("e")
    t.wait_for("Rewrite this everywhere")
    t.send("Well, ", "Ctrl+S")
    screen = t.wait_for(lambda s: cursor_row(s).startswith("▌❯ Well, I have") and "├ 1" in s)
    assert len(re.findall(r"[├└] [1-8] ", screen)) == 8
    t.send("Ctrl+Z")
    t.wait_for(lambda s: cursor_row(s).startswith("▌❯ I have"))
    t.send("Ctrl+Y")
    t.wait_for(lambda s: cursor_row(s).startswith("▌❯ Well, I have"))
    loom = loom_after(t, data)
    assert loom.text == f"Well, {LINE}"
    assert {loom.tree.path_text(b.node)[: len(loom.text)] for b in loom.tree.branches(1)} == {loom.text}


def test_leaving_the_text_to_rewrite_changes_nothing(on_the_map, data):
    t = on_the_map
    t.send("e")
    t.wait_for("Rewrite this everywhere")
    t.send("Well, ")
    t.wait_for("Well, I have")
    t.send("Esc")
    t.wait_for(lambda s: "Rewrite this" not in s)
    assert loom_after(t, data).text == LINE


def test_a_text_is_divided_at_the_cursor_and_joined_again(on_the_map, data):
    t = on_the_map
    t.send("s")
    t.wait_for("is to be divided")
    t.send(*["Right"] * len("I have been "), "Enter")
    t.wait_for(lambda s: "divided" not in s)
    t.settle()
    t.send("S")
    t.settle()
    loom = loom_after(t, data)
    assert loom.text == LINE
    kinds = events(data)
    assert "split" in kinds
    assert "joined" in kinds


def events(data):
    with sqlite3.connect(data / "library.db") as connection:
        return [kind for (kind,) in connection.execute("SELECT kind FROM events ORDER BY id")]


def test_a_branch_is_moved_among_those_of_its_place(on_the_map, data):
    t = on_the_map
    t.send("j")
    t.wait_for(lambda s: "├ 1" in cursor_row(s))
    t.send(">")
    t.wait_for(lambda s: re.search(r"├ 2 .*\n▌. ├ 1 ", s))
    t.send("<", "<")
    t.wait_for("last one on this side")
    t.wait_for(lambda s: re.search(r"▌. ├ 1 .*\n.. +├ 2 ", s))


def test_one_goes_back_and_forward_among_the_places_one_was_in(on_the_map):
    t = on_the_map
    t.send("j", "Enter")
    t.wait_for("1✓▌")
    gone = left(t.settle())
    open_map(t)
    t.send("[")
    t.wait_for(lambda s: cursor_row(s).startswith("▌❯ I have been"))
    t.send("[")
    t.wait_for("You were nowhere before.")
    t.send("]")
    t.wait_for(lambda s: cursor_row(s).startswith("▌❯ "))
    t.settle()
    t.send("Esc")
    t.wait_for(lambda s: left(s) == gone)


def test_a_loom_that_is_written_elsewhere_can_be_walked_but_not_changed(on_the_map, data):
    with app(data) as second:
        second.wait_for("here it can only be read")
        screen = open_map(second)
        assert "x hide" not in screen
        second.send("j", "x", "b", "e", "D")
        screen = second.wait_for(lambda s: "├ 1" in cursor_row(s))
        assert "hidden" not in words(second.settle())
        second.send("Enter")
        second.wait_for("1✓▌")
        second.send("Ctrl+Q")
        assert second.wait_for_end() == 0
    assert loom_after(on_the_map, data).text == LINE
