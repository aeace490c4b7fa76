"""Two windows of the app on one loom, in two pseudo-terminals."""

import os
import signal

import pytest

from tests.terminal import APP, Terminal


@pytest.fixture
def window(tmp_path):
    opened = []

    def open_window():
        terminal = Terminal((*APP, "--data-dir", tmp_path), columns=140)
        opened.append(terminal)
        terminal.wait_for("^Q quit")
        return terminal

    yield open_window
    for terminal in opened:
        terminal.close()


def test_the_second_window_takes_over_and_the_first_takes_it_back(window):
    first = window()
    first.send("Begun at home. ")
    first.wait_for("Begun at home.")
    second = window()
    screen = second.wait_for("^R write here")
    assert "Only to read here." in screen
    assert "from the cursor" not in screen, "what Tab would do there"
    second.send("Nothing of this is written. ", "Ctrl+R")
    second.wait_for("You write here now")
    first.wait_for("Another window writes in this loom now")
    second.send("Continued on the train.")
    second.wait_for("Begun at home. Continued on the train.")
    first.send("Nor of this.", "Ctrl+R")
    first.wait_for("Begun at home. Continued on the train.")
    assert "Nothing" not in first.screen
    assert "Nor" not in first.screen
    second.wait_for("Another window writes in this loom now")
    first.send(" Finished.")
    first.wait_for("the train. Finished.")


def test_a_panel_that_was_left_open_is_no_hindrance(window):
    first = window()
    first.send("Words.", "F1")
    first.wait_for("While writing")
    second = window()
    second.send("Ctrl+R")
    second.wait_for("You write here now")
    first.wait_for("Another window writes in this loom now")


def test_a_window_that_was_killed_is_no_hindrance(window):
    first = window()
    first.send("Words that last.")
    first.wait_for("Words that last.")
    first.wait_for("saved")
    second = window()
    second.wait_for("^R write here")
    os.kill(first.pid, signal.SIGKILL)
    second.send("Ctrl+R")
    second.wait_for("You write here now")
    second.wait_for("Words that last.")
