"""Keys, one by one, in a real pseudo-terminal: what each does when the moment is not the best."""

import re
import time

import pytest

from tests.terminal import KEYS
from tests.test_the_loop import LINE, app, eight_branches, left, todays_loom


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def reading(data):
    """The app with eight branches, and the keys in their pane."""
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(lambda s: eight_branches(s) and "Tab take+fan" in s)
        t.settle()
        yield t


def quit_and_read(t, data):
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0
    return todays_loom(data)


def test_two_tabs_in_one_packet_take_nothing_that_was_not_read(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(LINE[-10:])
        t.send("\t\t")
        t.wait_for(eight_branches)
        t.settle()
        loom = quit_and_read(t, data)
    assert loom.text == LINE
    assert len(loom.tree.fans) == 1


def test_escape_leaves_the_text_as_it_was(reading, data):
    reading.send("Esc")
    reading.wait_for(lambda s: left(s) == LINE and "Tab branches" in s)
    reading.send(", and so on.")
    reading.wait_for("and so on.")
    assert quit_and_read(reading, data).text == LINE + ", and so on."


@pytest.mark.parametrize(
    ("opens", "shows"), [("Ctrl+O", "Esc stay"), ("F1", "While writing"), ("F7", "filter"), ("Ctrl+P", "Search")]
)
def test_keys_that_come_with_the_one_that_closes_a_panel_close_nothing_else(data, opens, shows):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, opens)
        t.wait_for(shows)
        t.send("\x1b[27u\x1b[27u\x1b[27u" if opens != "Ctrl+O" else "xxx")  # Esc, such that three fit in one packet
        typed = "xx" if opens == "Ctrl+O" else ""  # what follows the one that closes it is written
        t.wait_for(lambda s: left(s) == LINE + typed and "Tab branches" in s and shows not in s)
        t.send(", and so on.")
        t.wait_for("and so on.")
        assert quit_and_read(t, data).text == LINE + typed + ", and so on."


@pytest.mark.parametrize(("opens", "shown", "closes"), [("F2", "Enter go there", "q"), ("F4", "Esc write", "\x1b[27u")])
def test_keys_that_come_when_another_screen_is_in_front_do_no_harm(data, opens, shown, closes):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, opens)
        t.wait_for(shown)
        t.send(3 * closes + KEYS["F1"])
        t.settle()
        typed = "qq" if closes == "q" else ""
        t.press_until(lambda s: left(s) == LINE + typed and "Tab branches" in s, "Esc")
        assert quit_and_read(t, data).text == LINE + typed


@pytest.mark.parametrize(("opens", "shown"), [("F2", "Enter go there"), ("F3", "Esc write"), ("F3v", "Esc tokens")])
def test_tab_takes_the_keys_from_no_screen(reading, data, opens, shown):
    reading.send("Esc", opens[:2])
    reading.wait_for("Esc ")
    reading.send(*opens[2:])
    reading.wait_for(shown)
    reading.send("Tab", "\x1b[Z", "\x1b[Z", "Tab", "Tab")
    reading.settle()
    reading.press_until(lambda s: "Tab branches" in s, "Esc")
    reading.send("\x1b[Z", ", so.")
    reading.wait_for(lambda s: left(s) == LINE + ", so.")
    assert quit_and_read(reading, data).text == LINE + ", so."


def test_what_is_found_after_the_search_was_closed_does_no_harm(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("the sea, the sea. ")
        for pause in range(0, 60, 3):
            t.send("Ctrl+F")
            t.read(0.05)
            t.send("the", "\x1b[27u")
            t.read(pause / 1000)
            t.press_until(lambda s: "Tab branches" in s, "Esc")
        assert quit_and_read(t, data).text.startswith("the sea")


def test_keys_that_come_before_a_list_is_shown_do_no_harm(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        for pause in range(0, 60, 3):
            t.send("Ctrl+P")
            t.read(pause / 1000)
            t.send("\x1b[5~", "\x1b[6~")
            t.settle(0.05)
            t.press_until(lambda s: "Tab branches" in s, "Esc")
        assert quit_and_read(t, data).text == ""


def test_escape_and_a_control_key_in_one_packet_are_two_keys(reading, data):
    reading.send("\x1b\x10")
    reading.wait_for("Search for commands")
    reading.send("Esc")
    reading.wait_for("Tab branches")
    assert quit_and_read(reading, data).text == LINE


def test_a_paste_in_the_branches_goes_into_the_text(reading, data):
    reading.send("\x1b[200~, pasted\ntext\x1b[201~")
    reading.wait_for("text")
    text = quit_and_read(reading, data).text
    assert text.startswith(LINE)
    assert text.endswith(", pasted\ntext")


def test_escape_and_a_letter_in_one_packet_are_two_keys(reading, data):
    reading.send("\x1bq")
    reading.wait_for("Tab branches")
    assert quit_and_read(reading, data).text == LINE + "q"


def test_a_sentence_at_a_time_in_flow(reading, data):
    reading.send("f", "w")
    reading.wait_for(lambda s: "fan 2" in s and eight_branches(s))
    loom = quit_and_read(reading, data)
    assert len(loom.tree.fans) == 2
    assert 0 < len(loom.text) - len(LINE) < 20


def test_ones_own_words_left_behind_are_spoken_of(reading, data):
    reading.send("2")
    reading.wait_for("2✓▌")
    reading.send("Esc")
    reading.wait_for("Tab branches")
    reading.send(" Mine.", "Alt+Left")
    reading.wait_for("Ctrl+Z brings it back")
    reading.send("Ctrl+Z")
    reading.wait_for("Mine.")
    assert quit_and_read(reading, data).text.endswith(" Mine.")


def test_the_second_window_says_that_it_can_only_read(reading, data):
    with app(data) as second:
        second.wait_for("here it can only be read")
        second.send("x", "Tab")
        assert left(second.settle()).startswith(LINE)
        second.send("Ctrl+Q")
        assert second.wait_for_end() == 0
    assert quit_and_read(reading, data).text == LINE


def test_flow_fans_again_after_each_take(reading, data):
    reading.send("f")
    reading.wait_for(lambda s: "flow · 8 branches" in s and "Flow is on" in s)
    reading.send("2")
    reading.wait_for(lambda s: "fan 2" in s and eight_branches(s))
    reading.settle()
    reading.send("3")
    reading.wait_for(lambda s: "fan 3" in s and eight_branches(s))
    loom = quit_and_read(reading, data)
    assert len(loom.text) > len(LINE)
    assert len(loom.tree.fans) == 3


def test_what_is_taken_whole_cannot_be_taken_again(reading, data):
    reading.send("2")
    reading.wait_for("2✓▌")
    reading.send("w")
    reading.wait_for("All of it is taken; Tab asks for branches from here.")
    reading.send("b")
    reading.wait_for("Bookmarked.")
    assert len(quit_and_read(reading, data).tree.fans) == 1


def test_a_branch_is_marked_and_another_hidden(reading, data):
    reading.send("b")
    reading.wait_for("1*▌")
    reading.send("j", "x")
    reading.wait_for("7 of 8 branches")
    loom = quit_and_read(reading, data)
    nodes = [loom.tree.node(branch.node) for branch in loom.tree.branches(1)]
    assert [node.bookmarked for node in nodes] == [True] + [False] * 7
    assert [node.hidden for node in nodes] == [False, True] + [False] * 6


def test_more_and_again(reading, data):
    reading.send("m")
    reading.wait_for("16 branches · fan 1")
    reading.wait_for(lambda s: "Esc stops" not in s)
    reading.send("r")
    reading.wait_for(lambda s: "8 branches · fan 2" in s and eight_branches(s))
    assert [len(fan.branches) for fan in quit_and_read(reading, data).tree.fans] == [16, 8]


def test_the_editor_alone_and_both_again(reading):
    reading.send("z")
    reading.wait_for(lambda s: "│" not in s)
    reading.send("Esc")
    reading.wait_for(lambda s: "▌" not in s and "Esc both panes" in s)
    reading.send("Esc")
    reading.wait_for(lambda s: "│" in s)


def numbers_in_sight(screen):
    return len(re.findall(r"^ \d[ ✓]", screen, re.MULTILINE))


def test_in_a_small_window_the_branches_get_more_room_while_they_are_read(data):
    with app(data, columns=80, rows=24) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(lambda s: "8 branches" in s and "▍" not in s and "Esc stops" not in s and numbers_in_sight(s))
        few = numbers_in_sight(t.settle())
        t.send("Z")
        t.wait_for(lambda s: numbers_in_sight(s) > few)
        assert LINE.split()[-1] in t.settle(), "the end of the text is still there"
        t.send("Esc")
        t.wait_for(lambda s: numbers_in_sight(s) <= few)
        t.send("Tab")
        t.wait_for(lambda s: "fan 2" in s and numbers_in_sight(s) > few)


def test_a_daily_loom_asks_for_a_path_the_first_time_it_is_saved(data, tmp_path):
    file = tmp_path / "diary.txt"
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Dear diary.", "Ctrl+S")
        t.wait_for("in which file?")
        t.send("Ctrl+U")
        t.settle()
        t.send(str(file), "Enter")
        t.wait_for("Saved in")
        t.send(" More.", "Ctrl+S")
        t.wait_for(lambda s: " More." in s and "Saved in" in s)
        assert file.read_text() == "Dear diary. More."


@pytest.mark.parametrize("theme", ["ink", "paper", "high-contrast", "ansi"])
def test_each_theme_shows_what_is_whose_by_more_than_colour(data, theme):
    with app(data, environment={"CYBORG_TUI_THEME": theme}) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        t.settle()
        assert re.search(r"^ ▌ \S", t.screen, re.MULTILINE), "a mark where provisional text stands"
        t.send("1")
        t.wait_for("1✓▌")
        t.settle()
        assert re.search(r"^ ▏ \S", t.screen, re.MULTILINE), "a mark where the model's text stands"
        assert (b"38;2;" in t.raw) == (theme != "ansi"), "sixteen colours are enough for ansi"


def test_without_colours_nothing_is_lost(data):
    with app(data, environment={"NO_COLOR": "1"}) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        assert "1 ▌" in t.settle()
        sent = {int(part) for style in re.findall(rb"\x1b\[([0-9;]+)m", t.raw) for part in style.split(b";")}
        assert sent <= {0, 1, 2, 3, 4, 7, 39, 49}, "no colour is sent, only weight, slant, underline and reverse"


def test_nothing_is_sent_while_nothing_happens(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        time.sleep(1.5)
        t.settle()
        sent = len(t.raw)
        t.read(2)
        assert len(t.raw) == sent, "a screen at rest is at rest"


def test_nothing_is_sent_or_saved_while_branches_are_read(reading, data):
    reading.read(2.5)  # until they count as looked at
    reading.settle()
    sent, written = len(reading.raw), (data / "library.db-wal").stat().st_mtime_ns
    reading.read(2.5)
    assert len(reading.raw) == sent
    assert (data / "library.db-wal").stat().st_mtime_ns == written
