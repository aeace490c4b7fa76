"""A branch stands in the text provisionally: it is read in place, and what has been read can be taken."""

from tests.widgets.desk import desk

WORDS = [f"word{i:03}" for i in range(300)]
BRANCH = " " + " ".join(WORDS)


def words_seen(d):
    return d.marked("italic").replace("▌", " ").split()


async def test_a_branch_stands_at_the_cursor_in_a_style_of_its_own():
    async with desk("Once upon the end.", 9) as d:
        d.show(" a time")
        await d.painted()
        assert d.rows()[0] == "▌Once upon a time the end."
        assert d.marked("italic") == "▌ a time"
        assert d.text == "Once upon the end."


async def test_it_goes_away_without_a_trace():
    async with desk("Once upon the end.", 9) as d:
        before = d.strips()
        d.show(BRANCH)
        await d.painted()
        d.editor.clear_provisional()
        await d.painted()
        assert d.strips() == before
        assert d.editor.provisional == (0, "")


# taking what was painted


async def test_typing_takes_what_is_on_the_screen_and_no_more():
    async with desk("Once", 4) as d:
        d.show(BRANCH)
        await d.painted()
        seen = words_seen(d)
        assert 5 < len(seen) < 100
        await d.type("!")
        assert d.text == f"Once {' '.join(seen)} !"
        assert {author for _, author in d.app.manuscript.characters[4:-1]} == {"model"}


async def test_what_could_not_be_taken_does_not_stay_on_the_screen():
    async with desk("Once", 4) as d:
        d.show(" upon a time")
        await d.painted()
        d.app.manuscript.offered = " up"  # the rest is not there any more
        await d.type("!")
        assert d.text == d.editor.text == "Once up!"
        assert d.editor.cursor == len("Once up!")


async def test_typing_before_anything_was_painted_takes_nothing():
    async with desk("Once", 4) as d:
        d.show(" upon")
        d.editor.insert("!")
        await d.painted()
        assert d.text == "Once!"


async def test_what_streamed_in_since_the_last_paint_is_not_taken():
    async with desk("Once", 4) as d:
        d.show(" upon")
        await d.painted()
        d.show(" upon a time")
        d.editor.insert("!")
        await d.painted()
        assert d.text == "Once upon!"


async def test_another_branch_counts_as_painted_only_where_it_is_the_same():
    async with desk("Once", 4) as d:
        d.show(" upon a time")
        await d.painted()
        d.show(" upon the sea")
        assert d.editor.painted == len(" upon ")
        await d.painted()
        assert d.editor.painted == len(" upon the sea")
        d.show(" up")
        assert d.editor.painted == len(" up")


async def test_rows_below_the_screen_are_taken_once_they_have_been_scrolled_to():
    async with desk("\n".join(["row"] * 40), 39, size=(40, 10)) as d:
        d.show(BRANCH)
        await d.painted()
        before = d.editor.painted
        d.editor.scroll_to_row(d.editor.scroll_offset.y + 3)
        await d.painted()
        assert before < d.editor.painted < len(BRANCH)


async def test_a_part_seen_below_a_part_that_was_not_does_not_count():
    async with desk("row\n" * 5, 19, size=(40, 10)) as d:
        d.show(BRANCH)
        d.editor.scroll_to_row(10)
        await d.painted()
        assert d.editor.painted == 0


async def test_empty_lines_of_a_branch_are_seen_with_the_rows_around_them():
    async with desk("Once", 4) as d:
        d.show("\n\nupon\n")
        await d.painted()
        assert d.editor.painted == len("\n\nupon\n")


async def test_a_paste_takes_it_too():
    async with desk("Once", 4) as d:
        d.show(" upon")
        await d.painted()
        d.paste(" a time")
        await d.painted()
        assert d.text == "Once upon a time"


async def test_enter_takes_it_and_begins_a_line():
    async with desk("Once", 4) as d:
        d.show(" upon")
        await d.painted()
        await d.press("enter")
        assert d.text == "Once upon\n"


async def test_typing_elsewhere_drops_it():
    async with desk("Once. The end.", 5) as d:
        d.show(" Upon")
        await d.painted()
        await d.press("ctrl+end")
        await d.type("!")
        assert d.text == "Once. The end.!"


async def test_backspace_drops_it():
    async with desk("Once", 4) as d:
        d.show(" upon")
        await d.painted()
        await d.press("backspace")
        assert d.text == "Onc"


async def test_typing_over_a_selection_replaces_the_selection():
    async with desk("Once upon", 0) as d:
        await d.press("ctrl+end")
        d.show(" a time", at=0)
        await d.painted()
        await d.press("shift+ctrl+home")
        await d.press("ctrl+shift+home")
        assert d.editor.selection == (0, 9)
        assert d.marked("strike") == "Once upon"
        await d.type("x")
        assert d.text == "x"


async def test_an_accent_from_the_model_stands_on_the_letter_of_the_person():
    async with desk("cafe", 4, size=(20, 8)) as d:
        d.show("\u0301s")
        await d.painted()
        assert d.rows()[0] == "▌cafe\u0301s"
        assert all(strip.cell_length == 20 for strip in d.strips())


# moving around it


async def test_the_cursor_steps_over_it():
    async with desk("Once. The end.", 5) as d:
        d.show(" Upon a time.")
        await d.painted()
        await d.press("right")
        assert d.cursor == 6
        assert d.marked("reverse") == "T"
        await d.press("left")
        assert d.cursor == 5
        assert d.editor.provisional == (5, " Upon a time.")


async def test_down_and_up_go_past_it():
    async with desk("above\nOnce\nbelow\nlast", 8) as d:
        d.show("\n".join(["branch"] * 4), at=10)
        await d.painted()
        cursors = []
        for key in ["down"] * 4 + ["up"] * 5:
            await d.press(key)
            cursors.append(d.editor.document.position(d.editor.to_screen(d.cursor))[0])
        assert cursors == [1, 5, 6, 6, 5, 1, 0, 0, 0]


async def test_page_down_goes_past_one_that_is_longer_than_a_page():
    async with desk("Once\n" + "below\n" * 50, 4) as d:
        d.show(BRANCH)
        await d.painted()
        await d.press("pagedown")
        assert d.cursor > 4


# streaming


async def test_rows_above_the_cursor_never_move_while_it_streams():
    above = "\n".join(f"above {i}" for i in range(30))
    async with desk(f"{above} here\nbelow one\nbelow two", len(above), size=(40, 20)) as d:
        cursor = d.row_of("above 29")
        before = d.rows()[:cursor]
        for length in range(1, 200, 7):
            d.show(BRANCH[:length])
            await d.painted()
            assert d.rows()[:cursor] == before
            assert d.rows()[cursor].startswith("▌above 29")
        assert cursor > 5


async def test_text_below_moves_by_whole_rows():
    async with desk("Once here\nbelow one\nbelow two", 4, size=(40, 20)) as d:
        for length in range(1, 200, 7):
            d.show(BRANCH[:length])
            await d.painted()
            one = d.row_of("below one")
            assert d.rows()[one : one + 2] == [" below one", " below two"]
            assert "here" in " ".join(d.rows()[:one])


async def test_where_it_moves_the_cursor_to_the_row_above_the_cursor_is_seen_once():
    async with desk("Some lines to begin with, long enough to wrap.", 26, size=(30, 12)) as d:
        await d.painted()
        assert sum(segment.style.reverse or 0 for strip in d.strips() for segment in strip) == 1
        d.show(" ")
        await d.painted()
        assert sum(segment.style.reverse or 0 for strip in d.strips() for segment in strip) <= 1
        painted = d.strips()
        d.editor.refresh()
        await d.painted()
        assert d.strips() == painted


async def test_rows_above_it_are_not_painted_again_while_it_streams():
    async with desk("row\n" * 4 + "Once", 20, size=(40, 20)) as d:
        d.show(BRANCH[:60])
        await d.painted()
        for length in range(65, 200, 5):
            d.editor.drawn = ()
            d.show(BRANCH[:length])
            await d.painted()
            assert min(d.editor.drawn) >= d.row_of(BRANCH[:length].split()[-2]) - 1
            assert min(d.editor.drawn) > 4


async def test_a_word_that_streams_in_paints_its_row_alone():
    async with desk("Once\nbelow", 4) as d:
        d.show(" up")
        await d.painted()
        d.editor.drawn = ()
        d.show(" upon a")
        await d.painted()
        assert set(d.editor.drawn) == {0}
