"""The window is made large and tiny, many times, while eight branches grow in it."""

import signal
import sys

import pytest

from tests.terminal import APP, Terminal, words
from tests.test_the_loop import LINE, app, eight_branches, left, looked_at, todays_loom


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


def test_from_200_by_60_to_20_by_5_and_back_while_branches_grow(data, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("widen = false\n[fan]\nmax_tokens = 60\n")
    with app(data, "--config", config) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for("1 ▌")
        for number in range(24):
            if number % 8 == 7:
                t.send("r")
            t.resize(*((20, 5) if number % 2 == 0 else (200, 60)))
            t.read(0.1 if number % 3 else 0.01)
        t.resize(200, 60)
        t.wait_for(lambda s: eight_branches(s) and "Esc stops" not in s and LINE in left(s))
        screen = looked_at(t)
        shown = " ".join(" ".join(line.partition("│")[2].strip(" ▌123456789¶") for line in screen.splitlines()).split())
        t._screen.reset()
        t.resize(199, 60)
        t.resize(200, 60)
        t.wait_for(eight_branches)
        assert t.settle() == screen, "what was drawn bit by bit is what is drawn at once"
        t.send("Esc")
        t.wait_for(lambda s: left(s) == LINE)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    loom = todays_loom(data)
    assert loom.text == LINE
    for branch in loom.tree.branches(loom.tree.fans[-1].id)[:3]:
        words = branch.text[branch.healed :].split()[1:6]
        assert " ".join(words) in shown, "the branches on the screen are the library's"


def test_a_window_of_1000_by_400_is_a_window_too(data):
    """Looked at when it is small again, since it takes this test's terminal long to show so much."""
    with app(data, columns=1000, rows=400) as t:
        while b"Tab" not in t.raw:
            t.read(0.05)
        t.send(LINE, "Tab")
        while b"8 branches" not in t.raw:
            t.read(0.05)
        t.resize(20, 5)
        t.read(0.2)
        t.resize(120, 34)
        t.wait_for(lambda s: eight_branches(s) and LINE in left(s))
        t.send("Esc", "Ctrl+Q")
        assert t.wait_for_end() == 0
    assert todays_loom(data).text == LINE


def test_a_notice_takes_the_rows_it_needs_in_a_smaller_window(tmp_path):
    notice = "The model that comes with the app is a toy; F8 shows which others there are here."
    with Terminal((*APP, "--data-dir", tmp_path), columns=120) as t:
        t.wait_for(notice)
        t.resize(40, 20)
        t.wait_for(lambda screen: notice in words(screen))


def test_in_a_window_too_small_for_the_text_the_keys_stay_where_they_were(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        t.send("Esc")
        t.wait_for(lambda s: left(s) == LINE and "Tab branches" in s)
        t.resize(10, 3)
        t.settle(0.4)
        t.send(" xxx.")
        t.settle()
        t.resize(120, 34)
        t.wait_for(lambda s: left(s) == LINE + " xxx." and "Tab branches" in s)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    loom = todays_loom(data)
    assert not any(node.hidden for node in loom.tree), "x was a letter, and hid no branch"


def test_in_a_window_too_small_for_a_list_a_page_down_is_no_fault(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.resize(10, 3)
        t.send("F7")
        t.settle()
        t.send("Tab", "\x1b[6~", "\x1b[5~", "\x1b[6~")
        t.settle()
        t.resize(120, 34)
        t.wait_for("Enter open")
        t.send("Esc", "Ctrl+Q")
        assert t.wait_for_end() == 0


STALLS = """
import sys
import time
from types import SimpleNamespace

from textual import timer
from textual.app import App

from cyborg_tui.cli import main

get_time, set_timer, stalls = timer._time.get_time, App.set_timer, []


def slow_time():
    now = get_time()
    time.sleep(0.02 if stalls and stalls.pop() else 0)
    return now


def set_slow_timer(app, delay, *arguments, **options):
    stalls.extend([True] * 6 if delay < 0.01 else [])  # Textual's, for a resize
    return set_timer(app, delay, *arguments, **options)


timer._time = SimpleNamespace(get_time=slow_time)
App.set_timer = set_slow_timer
main()
"""


def test_a_machine_that_stands_still_just_when_the_window_changes_loses_no_resize(tmp_path):
    with Terminal((sys.executable, "-c", STALLS, "--data-dir", tmp_path)) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        for columns, rows in ((60, 20), (120, 34), (60, 20)):
            t.resize(columns, rows)
            t.wait_for(lambda s, rows=rows: "Tab branches" in s.split("\n")[rows - 1])
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_a_window_that_has_its_size_again_at_once_is_painted_anew(data):
    """Terminals move what they show about, and the app hears of it when all is over."""
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        screen = t.settle()
        t._screen.reset()
        t.kill(signal.SIGWINCH)
        t.wait_for(lambda s: LINE in left(s) and "Tab branches" in s)
        assert t.settle() == screen


LATE = """
from textual.app import App

from cyborg_tui.cli import main
from cyborg_tui.terminal import app

set_timer = App.set_timer
App.set_timer = lambda app, delay, *more, **options: set_timer(app, 0.6 if delay < 0.01 else delay, *more, **options)
app._RESIZED = 5
main()
"""


def test_what_was_drawn_in_the_size_before_is_drawn_again_where_it_belongs(tmp_path):
    """For a while after the window has changed the app does not know, and goes on drawing where nothing is any more."""
    with Terminal((sys.executable, "-c", LATE, "--data-dir", tmp_path)) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        t.settle()
        t.resize(118, 33)
        for letter in " again":
            t.send(letter)
            t.read(0.05)
        t._screen.reset()  # whatever it made of that
        t.wait_for(lambda s: "Tab branches" in s.split("\n")[32])
        t.wait_for(lambda s: LINE + " again" in left(s))
