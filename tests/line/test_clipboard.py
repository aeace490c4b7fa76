"""What is copied goes to the terminal's clipboard where it takes that, else into a private file, and always pastes."""

import base64
import os
import re
import stat

import pytest

from tests.test_the_loop import app, todays_loom

SHIFT_HOME = "\x1b[1;2H"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


def sent_to_clipboard(t):
    return [base64.b64decode(found).decode() for found in re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", t.raw)]


def test_copy_cut_and_paste_in_a_terminal_that_takes_them(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Été.", SHIFT_HOME, "Ctrl+C")
        t.settle()
        assert sent_to_clipboard(t) == ["Été."]
        assert "library.clipboard" not in t.screen
        t.send("Ctrl+X", "Ctrl+V", "Ctrl+V")
        t.wait_for("Été.Été.")
        assert sent_to_clipboard(t) == ["Été.", "Été."]
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert todays_loom(data).text == "Été.Été."
    assert not (data / "library.clipboard.txt").exists()


@pytest.mark.parametrize("name", ["linux", "dumb", "screen"])
def test_where_the_terminal_may_not_take_it_a_private_file_has_it_and_that_is_said(data, name):
    old = os.umask(0)
    try:
        t = app(data, environment={"TERM": name, "COLORTERM": ""})
    finally:
        os.umask(old)
    with t:
        t.wait_for("Tab branches")
        t.send("Words.", SHIFT_HOME, "Ctrl+C")
        screen = " ".join(t.wait_for("library.clipboard.txt").split())
        assert "This terminal may not take what is copied, so what you copied is also in" in screen
        assert sent_to_clipboard(t) == []
        t.send("End", "Ctrl+V")
        t.wait_for("Words.Words.")
    file = data / "library.clipboard.txt"
    assert file.read_text() == "Words."
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_too_long_for_any_terminal_is_in_the_file(data, tmp_path):
    long = tmp_path / "long.txt"
    long.write_text("0123456789" * 10_000)
    with app(data, long) as t:
        t.wait_for("Tab branches")
        t.send("\x1b[1;6F")  # Ctrl+Shift+End
        t.settle()
        t.send("Ctrl+C")
        t.wait_for("too long for the terminal's clipboard")
        assert sent_to_clipboard(t) == []
    assert (data / "library.clipboard.txt").read_text() == long.read_text()
