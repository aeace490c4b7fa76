"""`cyborg-tui replay LOOM`: how it was written, on the screen on which it was written."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest

from cyborg_tui.library.library import Library
from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.piece import text_of
from cyborg_tui.loom.replaying import Replay
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session
from tests.terminal import APP, Terminal
from tests.test_the_loop import left


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def written(data):
    """Typed letter by letter; a branch taken; a word put in."""
    library = Library(data)
    session = Session(library.daily(date(2026, 11, 24)), library, FanSettings(), lambda: None)
    for number, letter in enumerate("Once upon a "):
        session.edit(number, number, letter)
    loom = session.loom
    fan = loom.fan(ModelIdentity("commonplace", "abc"), FanSettings(width=2), seed=7)
    for branch, text in zip(fan.branches, ("time", "hill"), strict=True):
        loom.grow(branch, text, 0, (), 1)
        loom.finish(branch, Finish.TOKENS)
    session.highlight(1)
    session.take(1)
    session.edit(4, 4, ", once")
    session.leave()
    library.close()


def replaying(data, *options):
    return Terminal((*APP, "--data-dir", data, "replay", "1"), **dict(options))


def content(data):
    with closing(sqlite3.connect(data / "library.db")) as connection:
        return [
            connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("looms", "nodes", "events", "turns")
        ]


def test_step_by_step_on_and_back_and_nothing_is_changed(data, written):
    before = content(data)
    with replaying(data) as t:
        t.wait_for("replay · ")
        t.send("0")
        t.wait_for("0 of ")
        t.send("+")
        t.wait_for("2× · paused")
        t.send(*["Right"] * 5)
        t.wait_for(lambda s: left(s) == "Once" and "paused" in s)
        t.send("Left")
        t.wait_for(lambda s: left(s) == "Onc")
        t.send("End")
        t.wait_for(lambda s: left(s) == "Once, once upon a hill" and "2✓▌ hill" in s)
        t.send("x", "Tab", "Backspace")
        assert left(t.settle()) == "Once, once upon a hill"
        t.send("q")
        assert t.wait_for_end() == 0
    assert content(data) == before


def test_branches_that_were_shuffled_stand_as_they_were_shown(data, monkeypatch):
    monkeypatch.setattr("random.sample", lambda some, count: list(reversed(some))[:count])
    library = Library(data)
    session = Session(library.daily(date(2026, 11, 24)), library, FanSettings(), lambda: None)
    session.edit(0, 0, "Once upon a ")
    fan = session.loom.fan(ModelIdentity("commonplace", "abc"), FanSettings(width=2), seed=7)
    session.mirror.witness.begin(fan, blind=True)
    for branch, text in zip(fan.branches, ("time", "hill"), strict=True):
        session.loom.grow(branch, text, 0, (), 1)
        session.loom.finish(branch, Finish.TOKENS)
    session.take(0)
    session.leave()
    library.close()
    with replaying(data) as t:
        t.wait_for("replay · ")
        t.send("End")
        t.wait_for(lambda s: left(s) == "Once upon a hill" and "1✓▌ hill" in s)
        t.send("q")
        assert t.wait_for_end() == 0


def test_at_speed_to_the_end_by_itself(data, written):
    with replaying(data) as t:
        t.wait_for("replay · ")
        t.send("+", "+")
        t.wait_for(lambda s: left(s) == "Once, once upon a hill" and "paused" in s)
        t.send(" ")
        t.wait_for(lambda s: left(s) == "Once, once upon a hill" and "paused" in s)
        t.send("Esc")
        assert t.wait_for_end() == 0


def test_of_an_earlier_version_the_nearest_is_shown_and_that_is_said(data, written):
    with closing(sqlite3.connect(data / "library.db")) as connection:
        connection.execute("DELETE FROM turns")
        connection.commit()
    with replaying(data) as t:
        t.wait_for("not all on record")
        t.send("End")
        t.wait_for(lambda s: "Once upon a hill" in left(s) and "not all on record" in s)
        t.send("q")
        t.wait_for_end()


def test_a_loom_in_which_nothing_happened_and_one_that_is_not_there(data):
    library = Library(data)
    library.daily(date(2026, 11, 24))
    library.close()
    with replaying(data) as t:
        t.wait_for("Nothing here yet")
        assert t.wait_for_end() == 0
    with Terminal((*APP, "--data-dir", data, "replay", "7")) as t:
        t.wait_for("There is no loom 7")
        assert t.wait_for_end() == 1


def test_on_the_smallest_screen(data, written):
    with Terminal((*APP, "--data-dir", data, "replay", "1"), columns=40, rows=12) as t:
        t.wait_for("Once")
        t.send("End")
        t.wait_for("Once, once upon a hill")


def test_what_was_purged_is_in_no_line_of_the_log(data):
    library = Library(data)
    row = library.daily(date(2026, 11, 24))
    loom = library.open(row.id)
    loom.write(0, 0, "A house ")
    fan = loom.fan(ModelIdentity("commonplace", "abc"), FanSettings(width=2), seed=7)
    for branch, text in zip(fan.branches, ("by the sea", "in the hills"), strict=True):
        loom.grow(branch, text, 0, (), 1)
        loom.finish(branch, Finish.TOKENS)
    loom.take(fan.branches[1])
    loom.write(len(loom.text), len(loom.text), " of a secret")
    loom.parent()
    loom.take(fan.branches[0])
    garden = Garden(loom)
    garden.hide(loom.tree.branch(fan.branches[1]).node)
    library.save(row.id, loom.changes())
    garden.purge()
    loom.write(0, 0, "Here: ")
    library.save(row.id, loom.changes())
    library.flush()
    with closing(sqlite3.connect(data / "library.db")) as connection:
        assert not [turn for (turn,) in connection.execute("SELECT turn FROM turns") if b"secret" in turn]
    again = library.open(row.id)
    replay = Replay(library.events(row.id), again.tree)
    assert text_of(replay.at(len(replay)).pieces) == "Here: A house by the sea"
    assert replay.at(len(replay)).exact
    library.close()
