"""The line at the bottom: what stays where there is no room for all of it."""

from textual.app import App

from cyborg_tui.widgets.lines import Status, StatusLine

FULL = Status(
    ("commonplace",), ("321 words", "you 22%", "16 bits chosen"), "saved", ("chosen in 3 s", "384/1024", "610 tok/s")
)


async def shown(status, columns):
    class OneLine(App):
        def compose(self):
            yield StatusLine()

    async with OneLine().run_test(size=(columns, 3)) as pilot:
        line = pilot.app.query_one(StatusLine)
        line.show(status)
        await pilot.pause()
        return " ".join(line.render_line(0).text.split())


async def test_there_is_room_for_everything():
    left = "commonplace · chosen in 3 s · 384/1024 · 610 tok/s"
    assert await shown(FULL, 120) == f"{left} 321 words · you 22% · 16 bits chosen saved"


async def test_the_words_stay_longer_than_the_figures():
    assert await shown(FULL, 40) == "commonplace 321 words saved"
    assert await shown(FULL, 60) == "commonplace · chosen in 3 s 321 words saved"


async def test_a_remark_too_long_to_be_shown_takes_nothing_else_away():
    line = await shown(Status(("commonplace",), ("321 words", "you 22%"), "saved", ("so " * 40,)), 80)
    assert line == "commonplace 321 words · you 22% saved"


async def test_what_is_waited_for_is_there_before_the_words():
    status = Status(("commonplace", "writing · Esc stops"), ("321 words",), "saving")
    assert await shown(status, 48) == "commonplace · writing · Esc stops saving"
