"""Searching in the app: found as one types, and gone to."""

import re
from datetime import date

import pytest

from cyborg_tui.library.library import Library
from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.settings import FanSettings
from tests.terminal import words
from tests.test_the_loop import app, left


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def written(data):
    """A loom of another day, in which one branch was taken and another left."""
    library = Library(data)
    row = library.daily(date(2020, 2, 29))
    loom = library.open(row.id)
    loom.write(0, 0, "It was a leap day, and ")
    fan = loom.fan(ModelIdentity("commonplace", "abc"), FanSettings(width=2), seed=7)
    for branch, text in zip(fan.branches, ("the lamp was out.", "the harbour lay still."), strict=True):
        loom.grow(branch, text, 0, (), 1)
        loom.finish(branch, Finish.TOKENS)
    loom.take(fan.branches[0])
    library.save(row.id, loom.changes())
    library.close()


def test_a_branch_that_was_never_taken_is_found_and_gone_to(data, written):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Today.")
        t.wait_for("Today.")
        t.send("Ctrl+F")
        t.wait_for("search every loom and branch")
        t.send("harb")
        shown = t.wait_for("1 place")
        assert re.search(r"leap day, and the harbour lay still\..*Saturday 29 February 2020", words(shown))
        t.send("Enter")
        t.wait_for(lambda s: left(s) == "It was a leap day, and the harbour lay still.")
        t.send("X")
        t.wait_for(lambda s: "the Xharbour" in left(s))
        t.send("Ctrl+Z", "Ctrl+Z")
        t.wait_for(lambda s: left(s) == "It was a leap day, and the lamp was out.")


def test_on_the_path_only_the_cursor_goes_there(data, written):
    with app(data, "--loom", "1") as t:
        t.wait_for("lamp was out.")
        t.send("Ctrl+F")
        t.wait_for("search every loom and branch")
        t.send('"leap day and the lamp"')
        t.wait_for("1 place")
        t.send("Enter")
        t.wait_for("Tab branches")
        t.send("X")
        t.wait_for("It was a Xleap day, and the lamp was out.")


def test_a_loom_that_is_open_elsewhere_can_be_searched_and_gone_about_in(data, written):
    with app(data, "--loom", "1") as first:
        first.wait_for("lamp was out.")
        with app(data, "--loom", "1") as t:
            t.wait_for("here it can only be read")
            t.send("Ctrl+F")
            t.wait_for("search every loom and branch")
            t.send("harbour")
            t.wait_for("1 place")
            t.send("Enter")
            t.wait_for("the harbour lay still.")
        assert "lamp was out." in first.settle()


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12)])
def test_on_empty_ground_it_says_so(data, columns, rows):
    with app(data, columns=columns, rows=rows) as t:
        t.wait_for("branches")
        t.send("Ctrl+F")
        t.wait_for("search every loom and branch")
        t.send("anything")
        t.wait_for("Nothing here yet.")
        t.send("Esc")
        t.wait_for(lambda s: "Nothing here yet." not in s and "branches" in s)


def test_what_was_looked_for_last_is_there_again(data, written):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Ctrl+F")
        t.wait_for("search every loom and branch")
        t.send("lamp zzz")
        t.wait_for("Nothing like that, in any branch.")
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Ctrl+F")
        t.wait_for("Nothing like that, in any branch.")
        assert "lamp zzz" in t.screen
