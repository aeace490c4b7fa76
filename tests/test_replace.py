"""Find and replace in the app."""

import pytest

from tests.test_the_loop import app, left, todays_loom


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def writing(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("A cat, a cat and a Cat.")
        t.wait_for("a Cat.")
        t.send("Ctrl+O", "r")
        t.wait_for("replace by")
        yield t


def test_next_previous_one_and_all_and_one_undo(writing, data):
    t = writing
    t.send("cat")
    t.wait_for("1 of 3")
    t.send("Down")
    t.wait_for("2 of 3")
    t.send("Up", "Up")
    t.wait_for("3 of 3")
    t.send("Tab")
    t.wait_for("Enter replaces")
    t.send("dog")
    t.wait_for("dog")
    t.send("Enter")
    t.wait_for(lambda s: left(s).startswith("A cat, a cat and a dog.") and "1 of 2" in s)
    t.send("Ctrl+L")
    t.wait_for(lambda s: left(s).startswith("A dog, a dog and a dog.") and "Replaced 2" in s)
    t.send("Esc")
    t.wait_for("Tab branches")
    t.send("Ctrl+Z")
    t.wait_for(lambda s: left(s) == "A cat, a cat and a dog.")
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0
    assert todays_loom(data).text == "A cat, a cat and a dog."


def test_a_pattern_without_end_is_said_and_the_app_goes_on(writing):
    t = writing
    t.send("Esc")
    t.wait_for("Tab branches")
    t.send(" " + "a" * 40)
    t.wait_for("aaaa")
    t.send("Ctrl+O", "r")
    t.wait_for("replace by")
    t.send("Ctrl+T")
    t.wait_for("regex")
    t.send("(a|a)*b")
    t.wait_for("takes too long")
    t.send("Ctrl+U")
    t.wait_for(lambda s: "takes too long" not in s)
    t.send("(")
    t.wait_for("no regular expression")
    t.send("Ctrl+U")
    t.wait_for(lambda s: "no regular expression" not in s)
    t.send("zzz")
    t.wait_for("Nothing like that.")


def test_a_loom_that_is_open_elsewhere_can_be_looked_through_but_not_changed(writing, data):
    with app(data, columns=40, rows=12) as t:
        t.wait_for("here it can only be read")
        t.send("Ctrl+O", "r")
        t.wait_for("find")
        t.send("cat")
        t.wait_for("1 of 3")
        t.send("Ctrl+L")
        assert "A cat, a cat and a Cat." in " ".join(t.settle().replace("│", "").split())
