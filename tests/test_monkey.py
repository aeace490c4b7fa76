"""A monkey at the keys, with the real engine: random but plausible acts, the same for the same seed."""

import random
import subprocess

import pytest

from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library
from tests.terminal import APP, Terminal

WORDS = ("the sea ", "a house ", "and ", "why? ", "\r", "é\u0301 ", "she said. ")
ACTS = {
    **dict.fromkeys(WORDS, 3),
    "Tab": 6,
    "Esc": 6,
    "1": 2,
    "3": 1,
    "j": 3,
    "k": 2,
    "w": 3,
    "s": 2,
    "p": 1,
    "h": 2,
    "r": 1,
    "m": 1,
    "x": 1,
    "b": 1,
    "f": 1,
    "i": 2,
    "e": 1,
    "Alt+Down": 2,
    "Alt+Right": 2,
    "Alt+Left": 2,
    "Ctrl+Z": 5,
    "Ctrl+Y": 3,
    "Ctrl+S": 1,
    "Up": 2,
    "Left": 2,
    "Home": 1,
    "End": 2,
    "Backspace": 3,
    "F1": 1,
    "F7": 1,
}


def acts(seed, count):
    return random.Random(seed).choices(list(ACTS), list(ACTS.values()), k=count)


def play(folder, seed, count):
    """Resident kilobytes after each fifth of the acts. The app has ended well, and all that it left agrees."""
    file, sizes = folder / "page.txt", []
    with Terminal((*APP, "--data-dir", folder / "data", file)) as t:
        t.wait_for("Tab branches")
        for number, act in enumerate(acts(seed, count), 1):
            t.send(act)
            t.read(0.02)
            if act in ("F1", "F7"):
                t.read(0.1)
                t.send("Esc")
                t.read(0.15)
            if number % (count // 5) == 0:
                sizes.append(int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(t.pid)])))
        t.send("Esc")
        t.settle(0.5)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0, f"seed {seed}:\n{t.screen}"
    library = Library(folder / "data")
    text = library.open(library.for_file(file).id).text
    library.close()
    assert examine(library.file).faults == (), f"seed {seed}"
    assert text == (file.read_text("utf-8") if file.exists() else ""), f"seed {seed}: the file is not the loom"
    return sizes


@pytest.mark.parametrize("seed", range(2))
def test_two_hundred_acts_of_a_monkey(tmp_path, seed):
    play(tmp_path, seed, 200)


@pytest.mark.soak
def test_six_hundred_acts_of_a_monkey(tmp_path):
    play(tmp_path, 10, 600)
