"""Selecting, the clipboard, and pastes of any size."""

from tests.widgets.desk import desk

FAMILY = "👨\u200d👩\u200d👧"


# selecting


async def test_what_is_selected_is_marked_and_typing_replaces_it():
    async with desk("one two three", 4) as d:
        await d.press(*["shift+right"] * 3)
        assert d.editor.selection == (4, 7)
        assert d.marked("strike") == "two"
        await d.type("2")
        assert d.text == "one 2 three"
        assert d.editor.selection is None
        assert d.marked("strike") == ""


async def test_a_step_without_shift_ends_the_selection():
    async with desk("one\ntwo\nthree") as d:
        await d.press("shift+down", "shift+end")
        assert d.marked("strike") == "onetwo"
        await d.press("right")
        assert d.marked("strike") == ""


async def test_backspace_takes_what_is_selected_and_no_more():
    async with desk("one\ntwo\nthree", 1) as d:
        await d.press("shift+down", "backspace")
        assert d.text == "owo\nthree"
        assert d.cursor == 1


async def test_copy_cut_and_paste():
    async with desk("one two", 0) as d:
        await d.press(*["shift+right"] * 3, "ctrl+c", "end", "ctrl+v")
        assert d.text == "one twoone"
        await d.press("ctrl+home", *["shift+right"] * 4, "ctrl+x")
        assert d.text == "twoone"
        await d.press("ctrl+end", "ctrl+v")
        assert d.text == "twooneone "


async def test_copying_or_pasting_nothing_changes_nothing():
    async with desk("one", 3) as d:
        await d.press("ctrl+c", "ctrl+x", "ctrl+v")
        await d.press("shift+left", "ctrl+v")
        d.paste("")
        await d.painted()
        assert d.text == "one"
        assert d.editor.selection == (2, 3)


# pasting


async def test_a_paste_has_lines_that_end_as_the_terminal_says():
    async with desk("ab", 1) as d:
        d.paste("1\r\n2\r3\n4")
        await d.painted()
        assert d.text == "a1\n2\n3\n4b"


async def test_a_paste_of_a_megabyte_keeps_every_character():
    pasted = "".join(f"line {i} \u2028 \x0c {FAMILY} \ud800 漢\n" for i in range(30_000))
    assert len(pasted.encode("utf-8", "surrogatepass")) > 1_000_000
    async with desk("ab", 1) as d:
        d.paste(pasted)
        await d.painted()
        assert d.text == f"a{pasted}b"
        assert d.cursor == 1 + len(pasted)
        await d.type("x")
        assert d.marked("reverse") == "b"
