"""Writing: what the editor's keys do, and what a person sees of it."""

import pytest

from cyborg_tui.widgets.cells import fold
from tests.widgets.desk import desk

FAMILY = "👨\u200d👩\u200d👧"
HOSTILE = "a\x1b[31mred\x07\x9b2J\u202eback\x00\r\x85\ud800\u200b\ttab"


# typing


async def test_what_is_typed_stands_at_the_cursor():
    async with desk("hello world", 5) as d:
        await d.type(", dear")
        assert d.text == "hello, dear world"
        assert d.rows()[0] == " hello, dear world"
        assert d.marked("reverse") == " "


async def test_enter_begins_a_line():
    async with desk("onetwo", 3) as d:
        await d.press("enter")
        assert d.rows()[:2] == [" one", " two"]
        assert d.cursor == 4


@pytest.mark.parametrize("char", ["🇫🇷", FAMILY, "e\u0301", "👋🏽", "漢", "❤\ufe0f"])
async def test_the_cursor_goes_over_a_character_in_one_step(char):
    async with desk(f"a{char}b", 1) as d:
        assert d.marked("reverse") == char
        await d.press("right")
        assert d.cursor == 1 + len(char)
        assert d.marked("reverse") == "b"
        await d.press("left")
        assert d.cursor == 1


@pytest.mark.parametrize("char", ["🇫🇷", FAMILY, "e\u0301", "👋🏽", "漢", "❤\ufe0f"])
async def test_backspace_and_delete_take_a_whole_character(char):
    async with desk(f"a{char}b{char}c", 1 + len(char)) as d:
        await d.press("backspace")
        assert d.text == f"ab{char}c"
        await d.press("right", "delete")
        assert d.text == "abc"


async def test_a_cursor_put_inside_a_character_is_drawn_over_all_of_it():
    async with desk(f"a{FAMILY}b", 3) as d:
        assert d.marked("reverse") == FAMILY


async def test_wide_characters_wrap_before_the_edge():
    async with desk("漢" * 30, size=(20, 8)) as d:
        assert d.rows()[:4] == [" " + "漢" * 9, " " + "漢" * 9, " " + "漢" * 9, " 漢漢漢"]
        assert all(strip.cell_length == 20 for strip in d.strips())


async def test_a_row_is_no_longer_than_can_be_read_with_ease():
    async with desk("word " * 60, size=(120, 8)) as d:
        assert max(len(row) for row in d.rows()) <= 3 + 76


async def test_the_cursor_is_seen_in_spaces_past_the_edge():
    async with desk("x" * 18, 18, size=(20, 8)) as d:
        for _ in range(5):
            await d.type(" ")
            assert d.marked("reverse") == " "


async def test_nothing_in_a_text_reaches_the_terminal_as_a_command():
    async with desk(HOSTILE, size=(80, 8)) as d:
        d.show(HOSTILE, at=4)
        await d.painted()
        drawn = "".join(segment.text for strip in d.strips() for segment in strip)
        assert not [char for char in drawn if ord(char) < 32 or 127 <= ord(char) < 160]
        assert not set(drawn).intersection("\u202e\ud800\u200b")
        assert d.text == HOSTILE


@pytest.mark.parametrize(("columns", "rows"), [(40, 12), (12, 4), (4, 2), (1, 1), (200, 60)])
async def test_any_size_of_window_will_do(columns, rows):
    async with desk("a text that is wrapped " * 20 + FAMILY, 30, size=(columns, rows + 1)) as d:
        await d.press("down", "end", "pagedown", "x")
        assert all(strip.cell_length == columns for strip in d.strips())
        await d.pilot.resize_terminal(80, 24)
        await d.painted()
        assert "a text that is wrapped" in "\n".join(d.rows())


# moving


async def test_up_and_down_keep_the_column_over_a_short_row():
    async with desk("long line\nab\nlong line", 7) as d:
        await d.press("down")
        assert d.cursor == len("long line\nab")
        await d.press("down")
        assert d.cursor == len("long line\nab\nlong li")
        await d.press("up", "up")
        assert d.cursor == 7


async def test_the_column_is_counted_in_cells():
    async with desk("漢漢漢\nabcdef", 2) as d:
        await d.press("down")
        assert d.cursor == len("漢漢漢\nabcd")


async def test_up_in_the_first_row_and_down_in_the_last_go_to_the_ends():
    async with desk("some text", 4) as d:
        await d.press("up")
        assert d.cursor == 0
        await d.press("down")
        assert d.cursor == 9


async def test_home_and_end_stay_in_the_row_that_is_seen():
    text = "one two three fours fives"
    async with desk(text, 12, size=(12, 8)) as d:
        assert fold(text, 10) == [0, 8, 14, 20]
        await d.press("end")
        assert (d.cursor, d.marked("reverse")) == (13, " ")
        await d.press("end")
        assert d.cursor == 13
        await d.press("home")
        assert (d.cursor, d.marked("reverse")) == (8, "t")


async def test_ctrl_home_and_ctrl_end_go_to_the_ends_of_the_text():
    async with desk("a\nb\nc", 2) as d:
        await d.press("ctrl+end")
        assert d.cursor == 5
        await d.press("ctrl+home")
        assert d.cursor == 0


async def test_a_page_down_and_a_page_up_are_nearly_a_screen():
    async with desk("\n".join(f"line {i}" for i in range(100))) as d:
        await d.press("pagedown")
        assert d.editor.document.position(d.cursor) == (d.editor.size.height - 2, 0)
        assert d.marked("reverse") == "l"
        await d.press("pageup")
        assert d.cursor == 0


async def test_steps_by_word():
    async with desk("one two three", 13) as d:
        await d.press("ctrl+left")
        assert d.cursor == 8
        await d.press("ctrl+left", "ctrl+right")
        assert d.cursor == 7


async def test_the_cursor_is_always_in_sight():
    async with desk("\n".join(f"line {i}" for i in range(100))) as d:
        for key in ["pagedown"] * 12 + ["pageup"] * 5 + ["ctrl+end", "ctrl+home"]:
            await d.press(key)
            assert d.marked("reverse")


async def test_room_is_kept_below_the_cursor_in_which_a_branch_can_be_read():
    async with desk("\n".join(f"line {i}" for i in range(100))) as d:
        await d.press("ctrl+end")
        assert d.row_of("line 99") < d.editor.size.height - 3


# the rest of the keys


@pytest.mark.parametrize(
    ("key", "left"),
    [
        ("ctrl+k", "one\ntwo \nfour"),
        ("ctrl+u", "one\nthree\nfour"),
        ("ctrl+w", "one\nthree\nfour"),
        ("alt+backspace", "one\nthree\nfour"),
        ("alt+d", "one\ntwo \nfour"),
        ("ctrl+d", "one\ntwo hree\nfour"),
    ],
)
async def test_keys_that_delete(key, left):
    async with desk("one\ntwo three\nfour", 8) as d:
        await d.press(key)
        assert d.text == left


async def test_ctrl_k_at_the_end_of_a_line_joins_it_with_the_next():
    async with desk("one\ntwo", 3) as d:
        await d.press("ctrl+k")
        assert d.text == "onetwo"
        assert d.rows()[0] == " onetwo"


async def test_backspace_at_the_beginning_and_delete_at_the_end_do_nothing():
    async with desk("a") as d:
        await d.press("backspace")
        assert d.text == "a"
        await d.press("end", "delete")
        assert d.text == "a"


# reading


async def test_a_text_that_is_only_read_refuses_every_change():
    text = "one two\nthree"
    async with desk(text, 4) as d:
        d.editor.read_only = True
        d.app.copy_to_clipboard("pasted")
        d.show(" provisional")
        await d.painted()
        await d.type("xyz")
        await d.press("enter", "backspace", "delete", "ctrl+d", "ctrl+k", "ctrl+u", "ctrl+w", "alt+d", "ctrl+v")
        d.paste("pasted")
        await d.press("shift+right", "ctrl+x", "x", "backspace")
        assert d.text == text
        assert d.app.manuscript.edits == 0
        assert d.editor.provisional == (4, " provisional")


async def test_a_text_that_is_only_read_can_be_read():
    async with desk("one\ntwo") as d:
        d.editor.read_only = True
        await d.press("down", "end")
        assert d.cursor == 7


# painting


async def test_a_key_paints_its_row_alone():
    async with desk("first\nsecond\nthird", 8) as d:
        d.editor.drawn = ()
        await d.type("x")
        assert set(d.editor.drawn) == {1}


async def test_a_step_paints_two_rows():
    async with desk("first\nsecond\nthird", 8) as d:
        d.editor.drawn = ()
        await d.press("down")
        assert set(d.editor.drawn) == {1, 2}


async def test_who_wrote_what_is_seen_in_the_letters_and_in_the_margin():
    async with desk("mine\nmine too", 9) as d:
        d.app.manuscript.characters[5:9] = [(char, "model") for char in "mine"]
        d.editor.load(d.app.manuscript.text, 0)
        await d.painted()
        assert d.marked("underline") == "mine"
        assert [row[:1] for row in d.rows()[:2]] == [" ", "▏"]


async def test_a_row_whose_author_changed_and_not_its_words_is_painted_again():
    """Undo of a word that was typed over the same word of the model."""
    async with desk("a word") as d:
        d.app.manuscript.characters[2:] = [(char, "model") for char in "word"]
        d.editor.follow_manuscript(d.app.manuscript.text, 0)
        await d.painted()
        assert d.marked("underline") == "word"


async def test_a_click_puts_the_cursor_there():
    async with desk("one two three\n漢字", size=(12, 8)) as d:
        await d.pilot.click(type(d.editor), offset=(3, 0))
        assert d.cursor == 2
        await d.pilot.click(type(d.editor), offset=(11, 0))
        assert d.cursor == 7, "the end of the row, not the beginning of the next"
        await d.pilot.click(type(d.editor), offset=(3, 2))
        assert d.cursor == len("one two three\n漢")
        await d.pilot.click(type(d.editor), offset=(3, 6))
        assert d.cursor == len("one two three\n漢")


# a very long paragraph


@pytest.mark.parametrize("word", ["plain ", "accênts ", "漢字 "])
async def test_a_key_in_a_very_long_paragraph_wraps_only_what_it_must(word, monkeypatch):
    from cyborg_tui.widgets.editor import document

    wrapped = []
    next_row = document.next_row
    monkeypatch.setattr(document, "next_row", lambda *line: wrapped.append(line) or next_row(*line))
    text = (word * 100_000)[:100_000]
    async with desk(text, 50_000) as d:
        wrapped.clear()
        await d.type("x")
        await d.press("backspace")
        assert len(wrapped) < 60
        assert d.text == text
