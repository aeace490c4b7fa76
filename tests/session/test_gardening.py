"""The tree gone about in, marked, reshaped and pruned; and what was done is undone tomorrow."""

import sqlite3
from contextlib import closing

import pytest

from cyborg_tui.library import library as opening
from cyborg_tui.library.library import Library
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.settings import FanSettings

MODEL = ModelIdentity("babble", "v1")


def write(session, text):
    at = len(session.loom.text)
    session.edit(at, at, text)


def fan(session, *texts):
    """A fan at the end of the text with these branches."""
    loom = session.loom
    loom.move_cursor(len(loom.text))
    made = loom.fan(MODEL, FanSettings(width=len(texts)), seed=1)
    for branch, text in zip(made.branches, texts, strict=True):
        loom.grow(branch, text, 0, (), 7)
        loom.finish(branch, Finish.TOKENS)
    session.move_cursor(len(loom.text))
    return [branch.node for branch in session.branches]


@pytest.fixture(params=("as a whole", "as it is asked for"))
def way(request, monkeypatch):
    """Looms are read in both ways."""
    if request.param == "as it is asked for":
        monkeypatch.setattr(opening, "ALL_AT_ONCE", 0)


@pytest.fixture
def tomorrow(desk, way):
    """Close everything and open it again."""

    def again(session):
        session.leave()
        assert desk.library.close()
        desk.library = Library(desk.library.file.parent)
        return desk.open()

    yield again
    desk.library.close()


async def test_what_was_done_is_undone_and_redone_tomorrow(desk, tomorrow):
    session = desk.open()
    write(session, "Once upon a time")
    sea, house = fan(session, " the sea", " a house")
    assert session.take(1)
    write(session, " stood")
    session.garden.bookmark(sea)
    session.garden.split(house, 2)
    texts = [session.loom.text]
    session = tomorrow(session)
    assert session.loom.text == "Once upon a time a house stood"
    while session.undo():
        texts.append(session.loom.text)
        session = tomorrow(session)
    assert texts[-1] == ""
    assert not session.loom.tree.node(sea).bookmarked
    for text in reversed(texts[:-1]):
        assert session.redo()
        assert session.loom.text == text
        session = tomorrow(session)
    assert session.loom.tree.node(sea).bookmarked
    assert not session.redo()


async def test_what_is_written_tomorrow_comes_after_what_was_done_today(desk, tomorrow):
    session = desk.open()
    write(session, "Once.")
    write(session, "\n")
    session.undo()
    session = tomorrow(session)
    write(session, "Twice.")
    assert not session.redo(), "what was undone cannot be redone once something else is written"
    assert session.undo()
    assert session.undo()
    assert session.loom.text == ""
    assert session.redo()
    assert session.redo()
    assert session.loom.text == "Once.Twice."


async def test_only_so_many_steps_are_kept(desk, tomorrow, monkeypatch):
    monkeypatch.setattr("cyborg_tui.loom.history.History.KEPT", 5)
    session = desk.open()
    for number in range(9):
        write(session, f"{number}\n")
    session = tomorrow(session)
    steps = 0
    while session.undo():
        steps += 1
    assert steps == 5
    assert session.loom.text == "0\n1\n2\n3\n"


async def test_names_notes_tags_and_the_order_are_there_tomorrow(desk, tomorrow):
    session = desk.open()
    write(session, "Once")
    first, second = fan(session, " a", " b")
    session.garden.name(first, "The sea\ud83d")
    session.garden.note(first, "Look again.")
    session.garden.tag(first, ("blue", "blue", "far  away"))
    assert session.garden.move(second, -1)
    session = tomorrow(session)
    facts = session.loom.tree.facts(first)
    assert (facts.name, facts.note, facts.tags) == ("The sea\ud83d", "Look again.", ("blue", "far away"))
    parent = session.loom.tree.parent(first)
    assert session.garden.overview.children(parent) == (second, first)


async def test_back_and_forth_among_places_tomorrow_too(desk, tomorrow):
    session = desk.open()
    write(session, "Once")
    first, second = fan(session, " a", " b")
    start = session.loom.manuscript.leaf
    session.garden.go(first)
    session.garden.go(second)
    session = tomorrow(session)
    assert session.garden.back()
    assert session.loom.text == "Once a"
    assert session.garden.back()
    assert session.loom.manuscript.leaf == start
    assert not session.garden.back()
    session = tomorrow(session)
    assert session.garden.forward()
    assert session.garden.last_child(start) == first
    assert session.garden.forward()
    assert session.loom.text == "Once b"


async def test_what_is_purged_is_nowhere_in_the_file(desk, tomorrow):
    session = desk.open()
    write(session, "Once")
    _, secret = fan(session, " upon", " zanzibar")
    session.highlight(1)
    session.garden.hide(secret)
    session.take(0)
    assert session.garden.prunable.nodes == {secret}
    session.garden.purge()
    assert secret not in session.loom.tree
    assert [branch.text for branch in session.loom.tree.branches(1)] == [" upon"]
    session = tomorrow(session)
    assert session.loom.text == "Once upon"
    desk.library.flush()
    with closing(sqlite3.connect(desk.library.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"zanzibar" not in desk.library.file.read_bytes()


async def test_what_is_in_use_is_not_purged(desk, tomorrow):
    session = desk.open()
    write(session, "Once")
    taken, _ = fan(session, " upon a time", " there")
    session.take(0)
    session.edit(0, 1, "T")
    session.garden.hide(taken)
    assert not session.garden.purge().nodes
    assert session.garden.prunable.in_use == 1
    assert session.loom.text == "Tnce upon a time"


async def test_rewritten_everywhere_it_is_another_text_under_every_branch_and_that_is_said(desk, tomorrow):
    session = desk.open()
    write(session, "Onec")
    above = session.loom.manuscript.leaf
    first, second = fan(session, " upon", " more")
    session.garden.rewrite(above, "Once")
    session = tomorrow(session)
    assert [session.loom.tree.path_text(node) for node in (first, second)] == ["Once upon", "Once more"]
    assert session.garden.drawn_after_other_words(1)
    session.undo()
    assert session.loom.tree.path_text(first) == "Onec upon"


async def test_a_branch_that_is_rewritten_stays_in_its_fan_as_it_was_drawn(desk, tomorrow):
    session = desk.open()
    write(session, "Once")
    first, _ = fan(session, " uopn", " more")
    session.take(0)
    write(session, " a time")
    session.garden.rewrite(first, " upon")
    session = tomorrow(session)
    assert session.loom.text == "Once upon a time"
    assert [branch.text for branch in session.loom.tree.branches(1)] == [" uopn", " more"]


async def test_what_cannot_be_done_is_said_and_nothing_is_changed(desk):
    session = desk.open()
    write(session, "Once")
    leaf = session.loom.manuscript.leaf
    for undoable in (
        lambda: session.garden.split(leaf, 9),
        lambda: session.garden.join(leaf),
        lambda: session.garden.rewrite(1, "x"),
        lambda: session.garden.go(99),
    ):
        with pytest.raises(NotPossible):
            undoable()
    assert session.loom.text == "Once"


async def test_what_is_damaged_in_a_large_loom_is_said_where_one_comes_upon_it(desk, tomorrow, monkeypatch):
    monkeypatch.setattr(opening, "ALL_AT_ONCE", 0)
    session = desk.open()
    write(session, "Once")
    first, second = fan(session, " upon", " more")
    session.garden.go(first)
    session.garden.go(1)
    write(session, "Twice")
    desk.library.flush()
    with closing(sqlite3.connect(desk.library.file)) as connection, connection:
        connection.execute("UPDATE nodes SET pieces = x'ff' WHERE id = ?", (second,))
    session = tomorrow(session)
    places = session.garden.places
    for ask in (
        lambda: session.garden.go(second),
        lambda: session.garden.prunable,
        session.garden.purge,
        lambda: session.garden.hide(second),
    ):
        with pytest.raises(NotPossible, match="cyborg-tui doctor"):
            ask()
    assert session.loom.text == "Twice"
    assert session.garden.places == places
    session.garden.go(first)
    write(session, " a time")
    assert session.loom.text == "Once upon a time"
