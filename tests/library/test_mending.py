"""A damaged library is mended: a new one of everything that can be read, and the damaged file kept to the byte."""

import random
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta

import pytest

from cyborg_tui.library.backups import Backups
from cyborg_tui.library.errors import InUseError, LibraryError
from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library
from cyborg_tui.library.mending import mend
from cyborg_tui.library.repairing import GAP
from cyborg_tui.library.salvage import salvage
from cyborg_tui.loom.alternatives import Alternative, pack
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.showing import Showing

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 30)
MODEL = ModelIdentity("commonplace", "abc")
PAGE = 4096


def write_some(loom, name):
    """Sentences, fans, and every other time a branch taken, sometimes in part."""
    for number in range(6):
        loom.write(len(loom.text), len(loom.text), f"Sentence {number} of {name}. " * 6)
        fan = loom.fan(MODEL, FanSettings(width=4), seed=number)
        for branch in fan.branches:
            loom.grow(branch, f" branch {branch} of {name} says something", 0, (TokenRecord(1, 30, -0.5),) * 12, 5)
            loom.alternatives.add(branch, pack((Alternative(1, "x", -0.5),)), 12)
            loom.finish(branch, Finish.TOKENS)
        if number % 2:
            loom.take(fan.branches[1], upto=9 if number % 3 else None)
        loom.log.shown(Showing(fan.id, tuple(reversed(fan.branches)), blind=True))


def write_looms(folder, count=4):
    library = Library(folder)
    library._caretaker.after_commit = lambda: None
    for number in range(count):
        row = library.daily(DAY + timedelta(number))
        loom = library.open(row.id)
        write_some(loom, f"loom {number}")
        library.save(row.id, loom.changes())
        assert library.flush(5)
    library.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The bytes of a library of several looms, and their texts."""
    folder = tmp_path_factory.mktemp("written")
    write_looms(folder)
    return (folder / "library.db").read_bytes(), texts_in(folder)


@pytest.fixture
def file(tmp_path, written):
    (tmp_path / "library.db").write_bytes(written[0])
    return tmp_path / "library.db"


def texts_in(folder):
    library = Library(folder)
    library._caretaker.after_commit = lambda: None
    try:
        return {row.id: library.open(row.id).text for row in library.looms()}
    finally:
        library.close()


def in_words(folder):
    """What is said when everything is opened; empty if nothing."""
    try:
        texts_in(folder)
    except LibraryError as error:
        return str(error)
    return ""


def mutant(data, seed):
    chance = random.Random(seed)
    data = bytearray(data)
    pages = len(data) // PAGE
    match seed % 6:
        case 0:
            for _ in range(chance.choice((1, 3, 30))):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            del data[chance.randrange(len(data)) :]
        case 2:
            page = chance.randrange(pages)
            data[page * PAGE : (page + 1) * PAGE] = chance.randbytes(PAGE)
        case 3:
            for _ in range(3):
                at = chance.randrange(pages) * PAGE
                data[at : at + 40] = chance.randbytes(40)
        case 4:
            data[chance.randrange(100)] ^= 1 << chance.randrange(8)
        case _:
            at = chance.randrange(len(data))
            data[at : at + 10_000] = bytes(len(data[at : at + 10_000]))
    return bytes(data)


@pytest.mark.parametrize("first", range(0, 60, 6))
def test_no_mutant_does_more_than_be_told_in_a_sentence_and_each_is_mended(file, written, first):
    """Sixty of them, with flipped bits, noise, holes, or the end cut off."""
    for seed in range(first, first + 6):
        data = mutant(written[0], seed)
        file.write_bytes(data)
        examine(file)
        said = in_words(file.parent)
        assert "\n" not in said, seed
        file.write_bytes(data)
        mended = mend(file, NOW)
        assert mended.aside.read_bytes() == data, seed
        assert examine(file).faults == (), seed
        assert in_words(file.parent) == "", seed


def test_where_one_page_is_ruined_the_rest_comes_through(file, written):
    """Whatever page it is: never more is missing than it can have held, and what hangs on that."""
    data, texts = written
    whole = sum(map(len, texts.values()))
    kept = []
    for page in range(0, len(data) // PAGE, 5):
        file.write_bytes(data[: page * PAGE] + b"\xa5" * PAGE + data[(page + 1) * PAGE :])
        mended = mend(file, NOW)
        found = texts_in(file.parent)
        kept.append(sum(map(len, found.values())) / whole)
        if mended.whole:
            assert found == texts, "what is said to be whole is whole"
    assert sorted(kept)[len(kept) // 2] > 0.95, kept
    assert sum(share > 0.5 for share in kept) > 0.8 * len(kept), kept


def test_what_lies_between_two_ruined_pages_is_read(file, written):
    before = len(salvage(file).rows["branches"])
    pages = [written[0][at : at + PAGE] for at in range(0, len(written[0]), PAGE)]
    leaves = [at for at, page in enumerate(pages) if page[0] == 13 and b" says something" in page]
    data = bytearray(written[0])
    for page in (leaves[1], leaves[-2]):
        data[page * PAGE : (page + 1) * PAGE] = b"\xa5" * PAGE
    file.write_bytes(data)
    rows = salvage(file).rows["branches"]
    assert before * (len(leaves) - 4) / len(leaves) < len(rows) < before


@pytest.mark.parametrize("part", [slice(0, 100), slice(0, PAGE)], ids=["header", "first page"])
def test_a_ruined_beginning_costs_nothing(file, written, part):
    data = bytearray(written[0])
    data[part] = b"\xa5" * len(data[part])
    file.write_bytes(data)
    mended = mend(file, NOW)
    assert len(mended.whole) == 4
    assert texts_in(file.parent) == written[1]


def change(file, *statements):
    """As no part of the app would: what others depend on is changed too."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


LOSSES = {
    "a node on the path": "DELETE FROM nodes WHERE loom = 1 AND id = (SELECT parent FROM nodes WHERE loom = 1 AND id = "
    "(SELECT node FROM looms WHERE id = 1))",
    "the end of the path": "DELETE FROM nodes WHERE loom = 1 AND id = (SELECT node FROM looms WHERE id = 1)",
    "every other node": "DELETE FROM nodes WHERE loom = 1 AND id % 2",
    "a branch that was taken": "DELETE FROM branches WHERE loom = 1 AND id = 6",
    "every other branch": "DELETE FROM branches WHERE loom = 1 AND id % 2",
    "the fans": "DELETE FROM fans WHERE loom = 1",
    "the models": "DELETE FROM models",
    "the list of looms": "DELETE FROM looms",
    "a parent's number": "UPDATE nodes SET parent = id WHERE loom = 1 AND id = 5",
    "types": "UPDATE nodes SET parent = 'x', made_at = 'y' WHERE loom = 1 AND id = 3",
    "a text": "UPDATE branches SET text = x'ff', healed = 99 WHERE loom = 1 AND id = 6",
}


@pytest.mark.parametrize("lost", LOSSES)
def test_whatever_is_missing_what_is_left_makes_a_sound_loom(file, written, lost):
    change(file, LOSSES[lost])
    assert examine(file).faults, "the doctor notices"
    mended = mend(file, NOW)
    assert examine(file).faults == ()
    texts = texts_in(file.parent)
    assert texts.keys() == written[1].keys()
    assert {id: texts[id] for id in (2, 3, 4)} == {id: written[1][id] for id in (2, 3, 4)}
    assert mended.torn, "it is said that something is missing"


def test_a_gap_stands_where_words_were(file, written):
    change(file, LOSSES["a branch that was taken"])
    mended = mend(file, NOW)
    assert mended.torn == ("Tuesday 24 November 2026",)
    assert len(mended.whole) == 3
    text = texts_in(file.parent)[1]
    before, _, after = text.partition(GAP)
    assert before
    assert written[1][1].startswith(before)
    assert written[1][1].endswith(after)


def test_what_the_backup_has_more_of_comes_from_it(file, written):
    """What was written since, in looms that can still be read, is kept all the same."""
    assert Backups(file).make(NOW)
    library = Library(file.parent)
    library._caretaker.after_commit = lambda: None
    loom = library.open(2)
    loom.write(0, 0, "New since the backup. ")
    library.save(2, loom.changes())
    library.close()
    change(file, "DELETE FROM nodes WHERE loom = 1", "DELETE FROM branches WHERE loom = 1")
    mended = mend(file, NOW)
    assert mended.from_backup == ("Tuesday 24 November 2026",)
    texts = texts_in(file.parent)
    assert texts[1] == written[1][1]
    assert texts[2] == "New since the backup. " + written[1][2]


def test_what_waits_in_the_log_beside_the_file_is_read_too(tmp_path, file):
    """A killed process leaves what it committed last in the log."""
    held = sqlite3.connect(file)
    held.execute("SELECT count(*) FROM looms").fetchone()
    change(file, "UPDATE looms SET title = 'Committed last' WHERE id = 1", "DELETE FROM branches WHERE loom = 2")
    copy = tmp_path / "copy"
    copy.mkdir()
    for end in ("", "-wal"):
        (copy / f"library.db{end}").write_bytes((tmp_path / f"library.db{end}").read_bytes())
    held.close()
    (copy / "library.db").write_bytes(b"\xa5" * 100 + (copy / "library.db").read_bytes()[100:])
    log = (copy / "library.db-wal").read_bytes()
    mended = mend(copy / "library.db", NOW)
    assert mended.aside.with_name(mended.aside.name + "-wal").read_bytes() == log
    assert len(texts_in(copy)) == 4


def test_the_log_of_what_was_done_comes_through(tmp_path, written):
    file = tmp_path / "library.db"
    write_looms(tmp_path, count=1)
    with closing(sqlite3.connect(file)) as connection:
        events = connection.execute("SELECT * FROM events ORDER BY id").fetchall()
    change(file, "DELETE FROM models")
    mend(file, NOW)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT * FROM events ORDER BY id").fetchall() == events


def test_nothing_is_mended_under_a_window_that_is_open(file):
    library = Library(file.parent)
    library.claim(1)
    with pytest.raises(InUseError):
        mend(file, NOW)
    library.close()


def test_where_nothing_can_be_read_an_empty_library_is_begun(file):
    file.write_bytes(b"My poems, of which there is no copy. " * 99)
    mended = mend(file, NOW)
    assert mended.aside.read_bytes() == b"My poems, of which there is no copy. " * 99
    assert texts_in(file.parent) == {}


def test_what_the_model_nearly_said_comes_through(file):
    change(file, LOSSES["a branch that was taken"])
    mend(file, NOW)
    with closing(sqlite3.connect(file)) as connection:
        kept = connection.execute("SELECT loom, branch FROM alternatives").fetchall()
        branches = connection.execute("SELECT loom, id FROM branches").fetchall()
    assert (1, 6) not in kept, "that of the branch that is lost is too"
    assert set(kept) < set(branches)
    assert len(branches) - len(kept) == 1, "an empty branch stands in its place"


def test_how_fans_were_shown_comes_through(file):
    change(file, LOSSES["a branch that was taken"])
    mend(file, NOW)
    library = Library(file.parent)
    shown = [library.showing(loom, fan) for loom in (1, 2) for fan in range(1, 7)]
    library.close()
    assert all(showing.blind and showing.order == tuple(sorted(showing.order, reverse=True)) for showing in shown)


def test_what_was_purged_is_no_damage_and_stays_away(file, written):
    Backups(file).make(NOW - timedelta(days=1))
    library = Library(file.parent)
    library._caretaker.after_commit = lambda: None
    loom = library.open(1)
    garden = Garden(loom)
    left = [node.id for node in loom.tree if node.branch is not None and not loom.tree.children(node.id)]
    for node in left[:3]:
        garden.hide(node)
    garden.purge()
    gone = [branch.id for fan in loom.tree.fans for branch in loom.tree.drawn(fan.id) if branch.purged]
    library.save(1, loom.changes())
    library.close()
    assert gone
    assert examine(file).faults == ()

    change(file, "DELETE FROM nodes WHERE loom = 2 AND id % 2")
    mended = mend(file, NOW)
    assert mended.from_backup == ("Wednesday 25 November 2026",)
    library = Library(file.parent)
    again = library.open(1)
    assert len(again.tree) == len(loom.tree)
    assert all(again.tree.branch(branch).purged for branch in gone)
    assert not any(library.alternatives(1, branch) for branch in gone), "which the backup still has"
    library.close()
