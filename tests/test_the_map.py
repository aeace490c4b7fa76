"""The map in a real pseudo-terminal: seen, walked, left for another place."""

import re
import sqlite3
from contextlib import closing
from datetime import date

import pytest

from cyborg_tui.app import CyborgApp
from cyborg_tui.config import Config
from cyborg_tui.library import library as opening
from cyborg_tui.library.library import Library
from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.screens.panes import WritingPane
from cyborg_tui.widgets.lines import StatusLine
from tests.test_the_loop import LINE, app, eight_branches, left, todays_loom


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def writing(data):
    """The app with a branch taken and another fan after it."""
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(lambda s: eight_branches(s) and "Tab take+fan" in s)
        t.settle()
        t.send("2")
        t.wait_for("2✓▌")
        t.send("Tab")
        t.wait_for(lambda s: "fan 2" in s and eight_branches(s))
        t.settle()
        yield t


def open_map(t):
    t.send("F2")
    t.wait_for(lambda s: "Enter go there" in s and "▌" in s)
    return t.settle()


def cursor_row(screen):
    """What stands in the row with the bar."""
    return next((row.split("│")[0] for row in screen.splitlines() if row.startswith("▌")), "")


def test_the_path_stands_there_with_its_branches_and_the_cursor_at_its_end(writing):
    screen = open_map(writing)
    assert LINE[:30] in screen
    assert cursor_row(screen).startswith("▌❯ ")
    assert len(re.findall(r"^ . [├└] [1-8] \S", screen, re.MULTILINE)) >= 8, "the branches of the last fan"
    assert "branch 2 of 8 · fan 1 · commonplace" in " ".join(left_of_preview(screen).split())


def left_of_preview(screen):
    return "\n".join(row.partition("│")[2] for row in screen.splitlines() if not row.startswith("   ├"))


def test_escape_comes_back_to_the_text_as_it_was(writing):
    before = left(writing.screen)
    open_map(writing)
    writing.send("Esc")
    writing.wait_for(lambda s: "Tab take+fan" in s and left(s).startswith(before[: len(LINE) + 5]))


def test_enter_goes_there_and_undo_comes_back(writing, data):
    open_map(writing)
    writing.send("k", "l", "j")
    writing.wait_for(lambda s: re.match(r"▌[ ◦] ├ 1 ", cursor_row(s)))
    writing.send("Enter")
    screen = writing.wait_for(lambda s: "1✓▌" in s)
    gone = left(writing.settle())
    assert gone.startswith(LINE)
    writing.send("Ctrl+Z")
    writing.wait_for(lambda s: left(s) != gone)
    writing.send("Ctrl+Y")
    writing.wait_for(lambda s: left(s) == gone)
    writing.send("Ctrl+Q")
    assert writing.wait_for_end() == 0
    loom = todays_loom(data)
    first = loom.tree.branches(1)[0]
    assert loom.text == LINE + first.text[first.healed :]
    assert screen


def test_a_filter_shows_what_has_the_words_and_what_leads_there(writing):
    open_map(writing)
    writing.send("/", "thinking about the sea")
    screen = writing.wait_for("the map · 1 found")
    assert "Enter to the rows" in screen
    assert LINE[:30] in screen
    assert "├" not in screen
    writing.send("Esc")
    writing.wait_for(lambda s: "the map · 1 found" not in s and "├" in s)


def test_hiding_takes_out_of_sight_and_undo_brings_back(writing, data):
    open_map(writing)
    writing.send("j")
    writing.wait_for(lambda s: re.match(r"▌[ ◦] ├ 1 ", cursor_row(s)))
    writing.send("x")
    writing.wait_for(lambda s: re.match(r"▌[ ◦] ├ 2 ", cursor_row(s)))
    writing.send("X")
    writing.wait_for("with what is hidden")
    writing.send("Ctrl+Z", "X")
    writing.wait_for(lambda s: "with what is hidden" not in s and re.search(r"├ 1 ", s))


def test_a_branch_has_the_same_number_in_the_pane_and_on_the_map_whatever_is_hidden(writing):
    named = re.compile(r"│ +([1-9]) . (\S.{12})")
    third = next(text for number, text in named.findall(writing.screen) if number == "3")
    writing.send("j", "x")
    writing.wait_for("7 of 8 branches")
    assert ["3", third] in [list(found) for found in named.findall(writing.settle())]
    writing.send("2")
    writing.wait_for("There is no branch 2 in sight.")
    open_map(writing)
    assert f" 3 {third.strip()}" in writing.screen
    writing.send("Esc")
    writing.wait_for("Tab take+fan")
    writing.press_until(lambda s: "3✓▌" in s, "3")


def test_all_of_it_is_there_at_once_though_nothing_else_happens(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.settle(1)
        t.send("F2")
        t.wait_for(lambda s: "row 1 of 1" in s and "Enter go there" in s, seconds=5)


def test_an_empty_page_has_nothing_on_its_map_yet(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("F2")
        t.wait_for("Nothing is written here yet.")
        t.send("Esc")
        t.wait_for("Tab branches")


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (40, 12)])
def test_every_size_shows_where_one_is(data, columns, rows):
    with app(data, columns=columns, rows=rows) as t:
        t.wait_for("Tab branches")
        t.send("Once upon a time", "Tab")
        t.wait_for("1 ▌")
        t.send("F2")
        t.wait_for(lambda s: "▌❯ Once" in s)
        t.send("j", "k", "h", "l", "Esc")
        t.settle(0.3)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


async def test_what_is_damaged_in_a_large_loom_is_one_sentence_on_the_map(data, monkeypatch):
    library = Library(data)
    row = library.daily(date(2026, 11, 24))
    loom = library.open(row.id)
    loom.write(0, 0, "Once")
    fan = loom.fan(ModelIdentity("babble", "v1"), FanSettings(width=2), seed=1)
    for branch in fan.branches:
        loom.grow(branch, " upon a time", 0, (), seed=7)
        loom.finish(branch, Finish.TOKENS)
    loom.take(fan.branches[0])
    loom.fan(ModelIdentity("babble", "v1"), FanSettings(width=1), seed=1)
    library.save(row.id, loom.changes())
    library.close()
    with closing(sqlite3.connect(data / "library.db")) as connection, connection:
        connection.execute("UPDATE nodes SET pieces = x'ff' WHERE branch = 2")
    monkeypatch.setattr(opening, "ALL_AT_ONCE", 0)
    library = Library(data)
    app = CyborgApp(Config(data_dir=str(data)), library, row)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("f2")
        await pilot.pause()
        assert "cyborg-tui doctor" in app.screen.query_one(StatusLine).render_line(0).text
        await pilot.press(*"abc")
        assert app.screen.query_one(WritingPane).text.endswith("abc")
    library.close()
