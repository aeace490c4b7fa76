"""The text leaves the machine: only where the person pointed it, and that is on the screen all the time."""

import re
from datetime import date

import pytest

from cyborg_tui.library.library import Library
from tests.engine.box import COMMAND, Box
from tests.terminal import APP, Terminal
from tests.test_the_loop import eight_branches


@pytest.fixture
def data(tmp_path):
    """A library that is not new, so that no welcome covers the status line."""
    library = Library(tmp_path / "library")
    library.daily(date(2020, 2, 29))
    library.close()
    return tmp_path / "library"


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path / "box")


def app(data, engine, environment=None, **options):
    config = data / "config.toml"
    config.write_text(f"[engine]\n{engine}\n")
    return Terminal((*APP, "--data-dir", data, "--config", config), environment=environment, **options)


def by_ssh(data, box, **options):
    words = ", ".join(f'"{word}"' for word in COMMAND)
    return app(data, f"command = [{words}]", {"PATH": box.path}, **options)


def leave(t):
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0


def test_the_name_of_the_other_machine_is_there_through_all_that_happens(data, box):
    box.does("unreachable 2")
    with by_ssh(data, box) as t:
        t.wait_for("text goes to box")
        t.wait_for("box cannot be reached")
        t.wait_for(re.compile(r"Again in \d+ s. Tab: now").search)
        t.send("Once")
        assert "text goes to box" in t.screen
        t.send("Tab")
        t.wait_for("commonplace")
        t.wait_for(eight_branches)
        assert "text goes to box" in t.screen
        t.send("Esc", "Ctrl+Z", "Ctrl+Z")
        t.wait_for("nothing to undo")
        assert "text goes to box" in t.screen
        leave(t)


def test_what_the_person_must_do_is_said_in_a_small_window_too(data, box):
    box.does("asks")
    with by_ssh(data, box, columns=40, rows=12) as t:
        t.wait_for("goes to box")
        t.wait_for("set up a key")
        t.send("Once")
        t.wait_for(lambda s: "goes to box" in s and "Once" in s)
        leave(t)


def test_where_nothing_leaves_the_machine_no_place_is_named(data):
    with app(data, "") as t:
        t.wait_for("commonplace")
        assert "goes to" not in t.screen
        leave(t)
