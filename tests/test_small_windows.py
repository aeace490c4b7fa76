"""Every screen in a small window, in a real pseudo-terminal: nothing that is needed to go on, or back, is cut off."""

import re

import pytest

from tests.test_the_loop import LINE, app

GO, TOKENS, LEVERS = ("Ctrl+O", "go to:"), ("F3", "colours by"), ("F4", "lever 1 of")
WAYS = (
    [("F1", "Write. Tab asks")],
    [GO],
    [("F2", "the map")],
    [TOKENS],
    [TOKENS, ("v", "Esc tokens")],
    [LEVERS],
    [LEVERS, ("Enter", "Esc use")],
    [LEVERS, ("v", "tokens of a window")],
    [("F6", "[this sitting]")],
    [("F7", "filter by title")],
    [("F8", "Takes about")],
    [("Ctrl+F", "search every loom")],
    [("\x1d", "Enter go through it")],
    [GO, ("s", "temperature range")],
    [GO, ("n", "Space mark")],
    [GO, ("r", "replace by")],
    [GO, ("w", "Who wrote this")],
)
"""Keys, and what stands on the screen to which each leads."""


def says_how_to_leave(screen):
    return "Esc" in "".join(screen.splitlines()[-9:])


def is_home(screen):
    return "Tab branches" in screen and re.search(r"1[✓~]▌", screen) is not None and not says_how_to_leave(screen)


@pytest.mark.parametrize(
    ("columns", "rows", "ways"),
    [
        (40, 12, WAYS[::3]),
        pytest.param(40, 12, WAYS, marks=pytest.mark.soak),
        pytest.param(80, 24, WAYS, marks=pytest.mark.soak),
    ],
)
def test_each_screen_says_how_to_leave_it_and_is_left(tmp_path, columns, rows, ways):
    with app(tmp_path / "library", columns=columns, rows=rows) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(lambda s: "▍" not in s and "Tab take+fan" in s and "8 branches" in s)
        t.settle()
        t.send("1", "Esc")
        t.wait_for(is_home)
        for way in ways:
            for key, shown in way:
                t.send(key)
                t.wait_for(lambda s, shown=shown: shown in " ".join(s.split()) and says_how_to_leave(s))
            t.press_until(is_home, "Esc")


def test_what_is_selected_is_counted_in_forty_columns_too(tmp_path):
    with app(tmp_path / "library", columns=40, rows=12) as t:
        t.wait_for("Tab branches")
        t.send("two words")
        t.wait_for("2 words")
        t.send(*["\x1b[1;2D"] * 5)
        t.wait_for("1 word selected")
