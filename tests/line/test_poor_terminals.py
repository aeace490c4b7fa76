"""Terminals that can do less: few colours or none, no UTF-8. Readable all the same, and said once."""

import os
import re

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cyborg_tui.terminal.glass import Glass
from cyborg_tui.terminal.kind import kind_of
from tests.test_the_loop import LINE, app, eight_branches, todays_loom

THEIRS = "Été naïf “日本” 👍🏽 e\u0301"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


def told(t):
    """What is said of the terminal at the start."""
    found = re.search(r"This terminal .*?\.(?= |$)", " ".join(t.settle().split()))
    return found.group() if found else ""


def look_at_branches(t):
    t.send(LINE, "Tab")
    t.wait_for(eight_branches_somehow)
    t.settle()


def eight_branches_somehow(screen):
    return eight_branches(screen.replace("|", "│")) and "Esc stops" not in screen


def colours(raw):
    """What is said of colours: the codes, and how many are asked for."""
    styles = [style.split(b";") for style in re.findall(rb"\x1b\[([0-9;]+)m", raw)]
    if any(b"38" in style and style[style.index(b"38") + 1] == b"2" for style in styles):
        return "all"
    if any(b"38" in style and style[style.index(b"38") + 1] == b"5" for style in styles):
        return "256"
    return "16" if {int(part) for style in styles for part in style} & set(range(30, 38)) else "none"


@pytest.mark.parametrize(
    ("name", "colorterm", "expected", "said"),
    [
        ("xterm-256color", "truecolor", "all", ""),
        ("xterm-256color", "", "256", ""),
        ("xterm", "", "16", "has 16 colours, so the theme is ansi"),
        ("linux", "", "16", "has 16 colours, so the theme is ansi"),
        ("vt220", "", "none", "has no colours"),
        ("dumb", "", "none", "has no colours"),
    ],
)
def test_each_terminal_gets_the_colours_it_has_and_hears_once_if_they_are_few(data, name, colorterm, expected, said):
    with app(data, environment={"TERM": name, "COLORTERM": colorterm}) as t:
        t.wait_for(lambda s: "Tab branches" in s and (said == "" or "This terminal" in s))
        assert told(t) == (f"This terminal ({name}) {said}." if said else "")
        look_at_branches(t)
        assert "This terminal" not in t.screen
        assert colours(t.raw) == expected
        assert re.search(r"1 [▌|]", t.screen), "the highlighted branch is told by a mark too"
        assert re.search(r"^ [▌|] \S", t.screen, re.MULTILINE), "and so is what stands provisionally"


def test_who_has_chosen_the_sixteen_colours_is_not_told(data):
    with app(data, environment={"TERM": "xterm", "COLORTERM": "", "CYBORG_TUI_THEME": "ansi"}) as t:
        t.wait_for("Tab branches")
        assert told(t) == ""


def test_the_console_of_linux_gets_marks_that_its_letters_have(data):
    with app(data, environment={"TERM": "linux", "COLORTERM": ""}) as t:
        t.wait_for("Tab branches")
        t.send("Été ")
        look_at_branches(t)
        assert not set(t.screen) & set("▌▏▍│✓¶∎…·")
        assert "Été" in t.screen, "what the person writes stands as it is"
        t.send("2")
        t.wait_for("2+|")


def test_without_utf_8_all_is_ascii_and_other_letters_cannot_be_taken_for_text(data):
    with app(data, environment={"LC_ALL": "C"}) as t:
        t.wait_for("This terminal")
        assert "shows ASCII only" in told(t)
        t.send(THEIRS + " ")
        look_at_branches(t)
        for key in ("1", "Esc", "F1", "Esc", "F7", "Esc"):
            t.send(key)
            t.settle(0.1)
        assert t.raw.isascii(), "not one byte that this terminal would show as something else"
        marks = [cell for cell in row_of(t, 2) if cell.data == "?"]
        assert len(marks) == 12
        assert all(mark.reverse for mark in marks)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert todays_loom(data).text.startswith(THEIRS), "and it is kept as it was written"


def test_of_the_apps_own_marks_none_is_missing_in_ascii(data):
    with app(data, columns=80, rows=24, environment={"LC_ALL": "C"}) as t:
        t.wait_for("Tab branches")
        t.send("Plain words. ")
        for key in ("F1", "F4", "Ctrl+P"):
            before = t.settle(0.1)
            t.send(key)
            t.wait_for(lambda s, before=before: s.splitlines()[2:14] != before.splitlines()[2:14])
            t.settle(0.1)
            cells = [cell for y in range(24) for cell in row_of(t, y)]
            assert not any(cell.data == "?" and cell.reverse for cell in cells), f"{key}\n{t.screen}"
            t.send("Esc")
            t.wait_for(lambda s: "Tab branches" in s and "Plain words." in s)


def row_of(t, y):
    return [t._screen.buffer[y][x] for x in range(t._screen.columns)]


@pytest.mark.parametrize("locale", ["C", "de_DE.ISO-8859-1", "C.UTF-8"])
def test_bytes_that_are_no_utf_8_are_no_keys_and_are_pasted_as_they_are(data, locale):
    with app(data, environment={"LC_ALL": locale}) as t:
        t.wait_for("Tab branches")
        os.write(t._fd, b"Zeb\xe9\xff\x80ra ")
        t.wait_for("Zebra")
        os.write(t._fd, b"\x1b[200~\xe9t\xe9\x1b[201~.")
        t.wait_for(lambda s: re.search(r"Zebra .t.\.", s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert todays_loom(data).text == "Zebra \udce9t\udce9."


def test_in_ascii_each_cell_of_another_letter_is_a_question_mark_in_reverse():
    glass = Glass(ascii_only=True)
    words = "aé日👍e\u0301│"
    sent = glass.draw([(0, 0, Strip([Segment(words, Style.parse("bold"))]))], ColorSystem.STANDARD)
    assert re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", sent) == "a" + "?" * 7
    assert "\x1b[0;1;7m" in sent or ";7m" in sent


@pytest.mark.parametrize(
    ("environment", "unicode"),
    [
        ({}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, False),
        ({"LC_CTYPE": "C.utf8", "LANG": "C"}, True),
    ],
)
def test_the_locale_says_whether_the_terminal_speaks_utf_8(environment, unicode):
    assert kind_of({"TERM": "xterm-256color", **environment}).unicode is unicode
