"""A machine that takes 0.3 seconds a step and reads 30 tokens a second: the loop still feels alive."""

import re
import time
from datetime import date

import pytest

from cyborg_tui.library.library import Library
from tests.terminal import APP, Terminal
from tests.test_the_loop import left, todays_loom

LINE = "I have been thinking about the sea again, and about why the house seemed smaller when we came back to it. "
CTRL_END = "\x1b[1;5F"
READING = re.compile(r"reading · \d+%")
LEFT = re.compile(r"reading · \d+% · \d+ s left · Esc stops")


@pytest.fixture
def data(tmp_path):
    """A library that is not new, so that no welcome covers the status line."""
    library = Library(tmp_path / "library")
    library.daily(date(2020, 2, 29))
    library.close()
    return tmp_path / "library"


def app(data, *arguments, pace="0.3,30"):
    return Terminal((*APP, "--data-dir", data, *arguments), environment={"CYBORG_TUI_ENGINE_PACE": pace})


def leave(t):
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0


def first_branch(screen):
    """The words of the first branch, all its paragraphs."""
    found = re.search(r"│ +1[ ✓~*]▌.*?(?=│ +2[ ✓~*] |$)", screen, re.DOTALL)
    rows = [row for row in found.group().splitlines() if "│" in row] if found else []
    return " ".join(row.rpartition("│")[2].strip(" 1✓~*▌▍¶") for row in rows).strip()


def test_after_a_pause_in_typing_tab_starts_branches_at_once(data):
    with app(data) as t:
        t.wait_for("commonplace")
        t.send(LINE * 3)
        t.wait_for(r"reading ahead")
        t.wait_for(lambda s: "reading" not in s, 30)
        t.settle(0.7)  # nothing more is being read
        before, began = len(t.raw), time.monotonic()
        t.send("Tab")
        t.wait_for(first_branch)
        assert time.monotonic() - began < 1.5, "reading the text takes three seconds"
        assert b"s left" not in t.raw[before:]
        leave(t)


def test_reading_a_long_text_shows_the_seconds_left_and_takes_esc(data, tmp_path):
    file = tmp_path / "long.txt"
    file.write_text(LINE * 20)
    with app(data, file) as t:
        t.wait_for("commonplace")
        t.send(CTRL_END, "And ")
        t.wait_for(re.compile(r"reading ahead · \d+% · \d+ s left").search, 30)
        t.send("Tab")
        t.wait_for(LEFT.search)
        seconds = int(re.search(r"(\d+) s left", t.screen).group(1))
        assert 2 < seconds < 60
        t.wait_for(lambda s: (found := re.search(r"(\d+) s left", s)) and int(found.group(1)) < seconds)
        t.send("Esc")
        t.wait_for(lambda s: not READING.search(s), 3)
        leave(t)


def test_while_the_model_loads_the_part_that_is_there_is_shown_and_esc_takes_a_wish_back(data):
    with app(data, pace="1.5,30") as t:
        t.wait_for(re.compile(r"loading the model · \d+%").search)
        t.send("Tab")
        t.wait_for("Esc: not after all")
        t.send("Esc")
        t.wait_for(lambda s: "not after all" not in s)
        t.wait_for("commonplace")
        t.settle(0.5)
        assert "1 ▌" not in t.screen
        leave(t)


def test_a_growing_branch_can_be_taken_as_far_as_it_is_painted(data):
    with app(data) as t:
        t.wait_for("commonplace")
        t.send("Once", "Tab")
        t.wait_for(lambda s: len(first_branch(s).split()) >= 3 and "▍" in s)
        screen = t.press_until(lambda s: re.search(r"1[✓~]▌", s), "1")
        assert "8 branches" in screen
        taken = left(t.settle(0.7))
        leave(t)
    loom = todays_loom(data)
    assert loom.text.split() == taken.split()
    assert loom.text.startswith("Once")
    assert 3 <= len(loom.text.split()) < 20
    fan = loom.tree.fans[0]
    assert {branch.finish.value for branch in loom.tree.branches(fan.id)} <= {"cancelled", "end"}
