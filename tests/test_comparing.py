"""Two texts before the person, word by word: from the branches, from the map, and now against then."""

import re

import pytest

from tests.test_the_loop import LINE, app, eight_branches, left
from tests.test_the_map import open_map


@pytest.fixture
def reading(tmp_path):
    """The app with eight branches, and the keys in their pane."""
    with app(tmp_path / "library") as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(lambda s: eight_branches(s) and "Tab take+fan" in s)
        t.settle()
        yield t


def test_two_branches_are_compared(reading):
    reading.send("c")
    reading.wait_for(lambda s: "press c again" in s and "1c▌" in s)
    reading.send("j", "c")
    screen = reading.wait_for(lambda s: "the same" in s and "Esc back" in s)
    assert re.search(r"^ − branch 1 of fan 1$", screen, re.MULTILINE)
    assert re.search(r"^ \+ branch 2 of fan 1$", screen, re.MULTILINE)
    reading.send("x")
    reading.wait_for(lambda s: re.search(r"^ − branch 2 of fan 1$", s, re.MULTILINE))
    reading.send("Esc")
    reading.wait_for(lambda s: "Tab take+fan" in s and "2 ▌" in s and "1c" not in s)


def test_a_place_on_the_map_is_compared_with_the_text_and_with_another_place(reading):
    reading.send("1")
    reading.wait_for("1✓▌")
    open_map(reading)
    reading.send("k", "k", "=")
    screen = reading.wait_for(lambda s: "your text now" in s and "branch 7 of fan 1" in s)
    assert LINE[:40] in screen, "what both have is shown too"
    reading.send("q")
    reading.wait_for("Enter go there")
    reading.send("c")
    reading.wait_for("compare ")
    reading.send("j", "c")
    reading.wait_for(lambda s: "− branch 7 of fan 1" in s and "+ branch 8 of fan 1" in s)


def test_the_text_is_compared_with_what_it_was_when_one_came(tmp_path):
    file = tmp_path / "page.txt"
    file.write_text("The sea was wide and grey.\n")
    with app(tmp_path / "library", file) as t:
        t.wait_for("Tab branches")
        t.send(*["Right"] * len("The sea "), "very ", "Ctrl+P")
        t.settle()
        t.send("what it was when")
        t.wait_for("Compare the text with what it was")
        t.send("Enter")
        screen = t.wait_for("your text when you came")
        assert "The sea +very was wide and grey." in screen
        t.wait_for("0 words less, 1 more")
        t.send("Esc")
        t.wait_for(lambda s: left(s).startswith("The sea very was"))
