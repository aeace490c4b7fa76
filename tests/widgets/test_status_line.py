"""The status line: what is always wanted stays, whatever is said now and then."""

from contextlib import asynccontextmanager

from textual.app import App

from cyborg_tui.widgets.lines import Status, StatusLine

REMARK = "“and so it was again and again” 4 times in 200 words"
WRITING = Status(
    ("commonplace",),
    remark=REMARK,
    more=("412/1024", "96 tok/s"),
    middle=("1,204 words", "9 min", "you 71%", "38 bits chosen"),
    right="saved",
)


class LineApp(App):
    def compose(self):
        yield StatusLine()


@asynccontextmanager
async def line(columns):
    async with LineApp().run_test(size=(columns, 3)) as pilot:
        shown = pilot.app.query_one(StatusLine)

        async def text(status):
            shown.show(status)
            await pilot.pause()
            return shown.render_line(0).text

        yield text


async def test_with_room_all_of_it_is_there():
    async with line(160) as text:
        row = await text(WRITING)
        assert row.startswith(f" commonplace · {REMARK} · 412/1024 · 96 tok/s  ")
        assert " 1,204 words · 9 min · you 71% · 38 bits chosen  " in row
        assert row.rstrip().endswith("saved")


async def test_a_remark_is_cut_rather_than_that_words_or_saved_are_left_out():
    for columns in (80, 60, 50):
        async with line(columns) as text:
            row = await text(WRITING)
            assert row.startswith(" commonplace · “and so"), row
            assert "…  " in row
            assert " 1,204 words " in row
            assert row.rstrip().endswith("saved")
    async with line(40) as text:
        assert (await text(WRITING)).split() == ["commonplace", "1,204", "words", "saved"]


async def test_what_one_waits_for_goes_before_the_words():
    waiting = Status(("commonplace", "reading · 43% · 3 s left", "Esc stops"), middle=("1,204 words",), right="saved")
    async with line(62) as text:
        row = await text(waiting)
        assert "reading · 43% · 3 s left · Esc stops" in row
        assert "words" not in row


async def test_a_part_that_is_too_long_by_itself_is_cut_and_says_so():
    async with line(40) as text:
        row = await text(Status(("The model cannot be read: it is no GGUF file at all",), right="saved"))
        assert row.startswith(" The model cannot be read: ")
        assert "…" in row
        assert row.rstrip().endswith("saved")
