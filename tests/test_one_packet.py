"""Keys that come in one packet, as over a line that stalls: each does what it would have done by itself."""

import pytest

from cyborg_tui.library.library import Library
from tests.terminal import KEYS, words
from tests.test_the_loop import LINE, app, eight_branches, left, todays_loom

CTRL_U = KEYS["Ctrl+U"]


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def t(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        yield t


def test_a_field_takes_control_keys_and_letters_in_their_order(t):
    t.send("F7")
    t.wait_for("filter by title")
    t.send(f"abc{CTRL_U}de{KEYS['Left']}x{KEYS['Home']}y{KEYS['End']}z")
    t.wait_for("ydxez")


def test_tab_takes_the_letters_that_follow_into_the_next_field(t, data):
    t.send(LINE + KEYS["Ctrl+O"] + "rhouse\tship\r")
    t.wait_for(lambda s: "Replaced 1" in s)
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0
    assert todays_loom(data).text == LINE.replace("house", "ship")


@pytest.mark.parametrize(("key", "shown"), [("F2", "Enter go there"), ("F3", "Esc write")])
def test_a_screen_that_opens_after_letters_sees_all_of_them(t, key, shown):
    t.send(LINE + KEYS[key])
    t.wait_for(lambda s: shown in s and LINE.split()[-1] in words(s))


def test_a_loom_is_gone_to_and_written_in(t, data, tmp_path):
    library = Library(data)
    other = library.for_file(tmp_path / "other.txt").id
    library.close()
    t.send(LINE + KEYS["F7"] + "other\r" + "Written there." + KEYS["Ctrl+Q"])
    assert t.wait_for_end() == 0
    assert todays_loom(data).text == LINE
    library = Library(data)
    assert library.open(other).text == "Written there."
    library.close()


def test_escape_from_a_panel_and_tab_are_two_keys(t):
    t.send(LINE + KEYS["Ctrl+F"] + "thinking" + "\x1b[27u\t")
    t.wait_for(eight_branches)
    assert LINE in left(t.screen)
