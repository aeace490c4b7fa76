"""The status line says "saved" when the last change is committed, and not before."""

import sqlite3
import time
from contextlib import closing

from tests.terminal import APP, Terminal


def saved(screen):
    return screen.split("\n")[-2].rstrip().endswith("  saved")


def saving(screen):
    return screen.split("\n")[-2].rstrip().endswith(" saving")


def test_it_is_not_said_while_the_library_cannot_take_it(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path)) as t:
        t.wait_for("Tab branches")
        t.send("Esc")
        t.wait_for(saved)
        with closing(sqlite3.connect(tmp_path / "library.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            t.send("A word that cannot be saved.")
            t.wait_for(saving)
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                t.read(0.05)
                assert not saved(t.screen)
            other.execute("ROLLBACK")
        t.wait_for(saved)


def test_it_stands_still_while_one_types(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path)) as t:
        t.wait_for("Tab branches")
        t.send("Esc")
        t.wait_for(saved)
        t.send("a")
        t.wait_for(saving)
        for letter in "word after word, for more than a second":
            t.send(letter)
            t.read(0.05)
            assert saving(t.screen), t.screen
        t.wait_for(saved)
