"""The whole app killed at any moment of a person's writing, in a real pseudo-terminal."""

import random
import time

import pytest

from cyborg_tui.library.examination import examine
from tests.terminal import APP, Terminal
from tests.test_the_loop import todays_loom


def one_round(data, number):
    """Write a while, be killed, and look at what is there."""
    chance = random.Random(number)
    safe = ""
    with Terminal((*APP, "--data-dir", data)) as t:
        t.wait_for("Tab branches")
        t.send("\x1b[1;5F")  # to the end of the text
        for step in range(chance.randrange(1, 7)):
            act = chance.choice(("write", "write", "fan", "take", "undo"))
            if act == "write":
                safe = f"round{number}step{step}"
                t.send("Esc")
                t.read(0.15)
                t.send(f" {safe}")
                written = time.monotonic()
            elif act == "fan":
                t.send("Tab")
            elif act == "take":
                t.send("Alt+Right")
            else:
                safe = ""
                t.send("Ctrl+Z")
            t.read(chance.uniform(0, 0.4))
        if safe and chance.random() < 0.5:
            t.wait_for(lambda screen: safe in "".join(screen.split()) or time.monotonic() > written + 2)
            t.read(1.2)
        else:
            safe = ""
        t.kill()
    assert examine(data / "library.db").faults == (), f"round {number}"
    assert safe in todays_loom(data).text, f"round {number}: older than a second, and lost"


def test_killed_five_times_nothing_older_than_a_second_is_lost(tmp_path):
    for number in range(5):
        one_round(tmp_path, number)


@pytest.mark.soak
def test_killed_fifty_times_nothing_older_than_a_second_is_lost(tmp_path):
    for number in range(5, 55):
        one_round(tmp_path, number)
