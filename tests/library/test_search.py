"""Everything that was ever written is found again, in every loom and branch, each place once."""

import random
import re
import sqlite3
import stat
import time
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.library import index, schema
from cyborg_tui.library.examination import examine, is_indexed
from cyborg_tui.library.library import Library
from cyborg_tui.library.mending import mend
from cyborg_tui.library.passages import passages_again
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.terms import asked

VERSION_1 = Path(__file__).with_name("version-1.sql")


class Desk:
    def __init__(self, library, day=24):
        self.library = library
        self.row = library.daily(date(2026, 11, day))
        self.loom = library.open(self.row.id)

    def save(self):
        self.library.save(self.row.id, self.loom.changes())
        assert self.library.flush(10)

    def write(self, text, start=None, end=None):
        start = len(self.loom.text) if start is None else start
        self.loom.write(start, start if end is None else end, text)
        self.save()

    def fan(self, *texts, model="commonplace"):
        fan = self.loom.fan(ModelIdentity(model, "abc"), FanSettings(width=len(texts)), seed=1)
        for branch, text in zip(fan.branches, texts, strict=True):
            self.loom.grow(branch, text, 0, [TokenRecord(1, len(text.encode()), -1.0)], 1)
            self.loom.finish(branch, Finish.TOKENS)
        self.save()
        return fan.branches

    def find(self, typed):
        """The text of each place, with the node it ends in."""
        found = self.library.find(asked(typed)).places
        for place in found:
            loom = self.library.open(place.loom)
            above = len(loom.tree.path_text(place.node)) - len(loom.tree.node(place.node))
            text = loom.tree.path_text(place.node)[above + place.start :][: place.length]
            assert text == place.excerpt[place.at : place.at + place.length], "it leads elsewhere"
        return [(place.excerpt[place.at : place.at + place.length], place.node) for place in found]

    def texts(self, typed):
        return [text for text, _ in self.find(typed)]


@pytest.fixture
def desk(library):
    return Desk(library)


def test_taken_or_not_every_branch_is_found(desk):
    desk.write("Once upon a ")
    branches = desk.fan("time there was a house", "hill that nobody climbed")
    desk.loom.take(branches[0])
    desk.save()
    assert desk.texts("house") == ["house"]
    assert desk.find("climbed") == [("climbed", desk.loom.tree.branch(branches[1]).node)]


def test_a_phrase_that_crosses_nodes_is_found_where_it_ends_and_once(desk):
    desk.write("Once upon a ")
    branches = desk.fan("time there was", "hill", "time to time")
    desk.loom.take(branches[0])
    desk.write(" a house")
    node = desk.loom.tree.branch(branches[0]).node
    assert ("a time", node) in desk.find('"a time"')
    assert desk.texts('"upon a time there was a house"') == ["upon a time there was a house"]
    assert len(desk.find('"once upon"')) == 1, "not again in each of the branches, which have it before them"


def test_words_in_any_order_a_phrase_in_this_one(desk):
    desk.write("The house by the sea.")
    assert desk.texts("sea house ") == ["house"]
    assert desk.texts('"sea house"') == []
    assert desk.texts('"by the sea"') == ["by the sea"]
    assert desk.texts("sea mountain ") == []


def test_several_words_are_found_where_they_stand_not_wherever_one_of_them_follows(desk):
    desk.write("I have been thinking about the sea.")
    branches = desk.fan(" The house stood on the hill.", " The rain came.")
    desk.loom.take(branches[0])
    desk.write(" The garden lay behind the house.")
    desk.save()
    assert desk.texts("the sea ") == ["the"]
    assert len(desk.find("sea hill ")) == 1, "one before, one in it"
    assert desk.find("sea house ")[-1][0] == "house"


def test_as_one_types_the_last_word_may_be_unfinished(desk):
    desk.write("Mornings at the harbour.")
    assert desk.texts("morn") == ["Mornings"]
    assert desk.texts("morn ") == []
    assert desk.texts('"at the harb') == ["at the harbour"]
    assert desk.texts("harb*  ") == ["harbour"]


def test_capitals_and_accents_make_no_difference(desk):
    desk.write("ÉTÉ à la plage; cafe\u0301, STRASSE und Straße.")
    assert desk.texts("ete ") == ["ÉTÉ"]
    assert desk.texts("café ") == ["cafe\u0301"]
    assert desk.texts("strasse ") == ["STRASSE", "Straße"]


@pytest.mark.parametrize("typed", ["東京", "京の", "海", "の海は", "ทะเล", "바다"])
def test_text_without_spaces_is_found_by_any_of_its_parts(desk, typed):
    desk.write("昨日、東京の海は静かだった。 ฉันชอบทะเลมาก 바다가")
    assert desk.texts(typed) == [typed]


def test_by_author_model_date_and_all_of_them(desk):
    desk.write("A house of mine. ")
    desk.fan("A house of its own.", model="Qwen3 0.6B")
    assert len(desk.find("house author:you")) == 1
    assert len(desk.find("house author:model")) == len(desk.find("house by:qwen3")) == 1
    assert desk.find("house author:llama") == []
    now = datetime.now()
    assert len(desk.find(f"house on:{now:%Y-%m-%d}")) == len(desk.find(f"house on:{now:%Y}")) == 2
    assert desk.find(f"house before:{now:%Y-%m-%d}") == desk.find("house after:2090") == []
    assert len(desk.find(f"on:{now:%Y-%m}")) == 2


def test_by_tag_while_it_has_it(desk):
    desk.write("A house by the sea.")
    desk.fan(" One.", " Other house.")
    garden, node = Garden(desk.loom), desk.loom.manuscript.leaf
    garden.tag(node, ("sea-side", "Été"))
    desk.save()
    assert desk.texts("house tag:sea-side") == desk.texts("house tag:ete") == ["house"]
    assert desk.texts("house tag:mountain") == []
    garden.tag(node, ())
    desk.save()
    assert desk.texts("house tag:sea-side") == []


def test_what_was_purged_is_not_found(desk):
    desk.write("A house ")
    branches = desk.fan("by the sea.", "in the hills.")
    desk.loom.take(branches[0])
    desk.save()
    garden = Garden(desk.loom)
    garden.hide(desk.loom.tree.branch(branches[1]).node)
    garden.purge()
    desk.save()
    assert desk.texts("hills") == []
    assert desk.texts("sea") == ["sea"]


def test_every_loom_is_searched_and_what_was_written_last_comes_first(library):
    one, other = Desk(library, 23), Desk(library, 24)
    one.write("A lighthouse.")
    other.write("Another lighthouse.")
    found = library.find(asked("lighthouse")).places
    assert [(place.loom, place.title) for place in found] == [
        (other.row.id, "Tuesday 24 November 2026"),
        (one.row.id, "Monday 23 November 2026"),
    ]


def test_text_that_is_only_carried_along_is_the_same_place(desk):
    desk.write("Once upon a ")
    branches = desk.fan("time there was a house")
    desk.loom.take(branches[0])
    desk.write("Twice", 0, 4)
    desk.write("Three times", 0, 5)
    assert len(desk.find("house")) == 1
    assert desk.texts('"three times upon a time"') == ["Three times upon a time"]
    assert desk.texts('"once upon a time"') == ["Once upon a time"], "from before the edit"


def test_what_is_edited_is_found_as_it_is_now(desk):
    desk.write("A red house.")
    desk.write("green", 2, 5)
    assert desk.texts('"a green house"') == ["A green house"]
    assert desk.texts("red ") == []
    desk.write("x" * 5000 + " lamp " + "y" * 5000)
    assert desk.texts("lamp ") == ["lamp"]
    desk.write("", 0, len(desk.loom.text))
    assert desk.texts("lamp ") == desk.texts("house ") == []


def test_what_stands_before_other_nodes_changes_for_them_too(desk):
    """Below a draft in which one writes hang others: of them too a phrase that crosses must be found."""
    desk.write("One. Two. Three.")
    desk.loom.move_cursor(4)
    desk.fan(" a", " b")
    desk.write(" and half", 8, 8)
    desk.write(" dozen", 17, 17)
    assert desk.loom.text == "One. Two and half dozen. Three."
    assert desk.texts('"half dozen three"') == ["half dozen. Three"]


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_whatever_is_typed_is_no_error(typed):
    assert asked(typed) is not None


@pytest.mark.parametrize(
    "typed", ['"', "a AND", "NEAR(a b)", "words: x", "{x} : y", "a^2", "-a", "*", "'; DROP", "on:2026-99", "\x00"]
)
def test_the_language_of_the_index_is_never_heard_of(desk, typed):
    desk.write("x y and a near b")
    assert desk.library.find(asked(typed)).places is not None


def test_nothing_here_yet(library):
    assert library.find(asked("anything")).empty
    assert not library.find(asked("")).places


# keeping it in step


def everything(file):
    """What is in the index: each passage's words, as kept and as found by their rarest."""
    with closing(sqlite3.connect(file)) as connection:
        return sorted(connection.execute("SELECT loom, node, place, text, marks, origin FROM passages").fetchall())


def anew(file):
    """The same, indexed from the nodes again."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("DROP TABLE found")
        connection.execute("DELETE FROM passages")
    index.build_all(file)
    return everything(file)


def without_places(rows):
    """By node the text, for long texts are divided elsewhere after an edit."""
    return sorted((loom, node, text, marks, origin) for loom, node, _, text, marks, origin in rows)


def test_kept_step_by_step_or_made_at_once_the_index_is_the_same(desk):
    random.seed(7)
    for number in range(40):
        total = len(desk.loom.text)
        start = random.randint(0, total)
        kind = random.random()
        if kind < 0.5:
            desk.write(f" word{number} ", start, min(total, start + random.randint(0, 6)))
        elif kind < 0.7:
            desk.loom.move_cursor(start)
            branches = desk.fan(f" branch{number} a", f" branch{number} b")
            if kind < 0.65:
                desk.loom.take(random.choice(branches), upto=random.choice([None, 4]))
        elif kind < 0.8:
            desk.loom.undo()
        elif kind < 0.9:
            desk.loom.parent()
        else:
            desk.loom.go(random.choice([node.id for node in desk.loom.tree]))
        desk.save()
    then = without_places(everything(desk.library.file))
    assert len(then) > 20
    assert then == without_places(anew(desk.library.file))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 3000), st.text("ab \n", max_size=9), st.integers(1, 500)))
)
def test_however_a_long_text_is_edited_its_passages_are_its_text(edits):
    text, passages = "", []
    for where, cut, new, times in edits:
        start = min(where, len(text))
        text = text[:start] + new * times + text[start + cut :]
        passages = passages_again(passages, "above", text)
        assert "".join(passage.own for passage in passages) == text
        assert sorted(passage.place for passage in passages) == [passage.place for passage in passages]
        at = 0
        for passage in passages:
            assert passage.before == ("above" + text[:at])[-200:]
            assert passage.own
            at += len(passage.own)


def own_texts(file):
    """What the index has of the text of each node, put together."""
    texts = {}
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT loom, node, before, text FROM passages ORDER BY place").fetchall()
    for loom, node, before, text in rows:
        texts[loom, node] = texts.get((loom, node), "") + text.decode()[before:]
    return texts


def test_a_long_text_that_two_windows_write_in_turn_is_found_as_it_is(desk, monkeypatch):
    """What a window remembers of its passages is not believed when another has written since, or a commit failed."""
    other = Library(desk.library.file.parent)
    file, begins = desk.library.file, "The sea, the sea. " * 3000
    desk.write(begins)
    for turn in range(4):
        desk.write(f" mine{turn} ")
        desk.write(f" middle{turn} ", 20_000 + turn * 5000)
        if turn == 2:
            fails_once(monkeypatch)
            desk.write(" unlucky ")
        desk.library.release(desk.row.id)
        theirs = Desk(other)
        theirs.write(f" theirs{turn} ")
        theirs.write("", 4, 8)
        other.release(desk.row.id)
        desk.loom = desk.library.open(desk.row.id)
    words = [f"{who}{turn}" for who in ("mine", "middle", "theirs") for turn in range(4)]
    assert [desk.texts(word) for word in (*words, "unlucky")] == [[word] for word in (*words, "unlucky")]
    assert "".join(own_texts(file).values()) == desk.loom.text
    other.close()


def test_a_long_text_that_comes_at_once_is_saved_first_and_found_a_while_later(desk):
    text = "".join(f"Line {number} of many, and words enough to be as long as others.\n" for number in range(8000))
    desk.write(text + "The last marmalade.")
    assert desk.library.open(desk.row.id).text.endswith("The last marmalade.")
    assert desk.texts('"line 7 of many"') == ["Line 7 of many"], "its beginning is found at once"
    assert len("".join(own_texts(desk.library.file).values())) < len(text) / 2, "no commit waits for all of it"
    desk.write(" And chutney.")
    desk.write("Before all. ", 0)
    end = time.monotonic() + 20
    while not is_indexed(desk.library.file):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert "".join(own_texts(desk.library.file).values()) == desk.loom.text
    for words in ("marmalade", "chutney", "Before all", "Line 7999 of many"):
        assert desk.texts(f'"{words}"') == [words]


def fails_once(monkeypatch):
    """The next commit is taken back after the index was brought up to date."""
    real, failing = index.index_nodes, iter([sqlite3.OperationalError("disk I/O error")])

    def index_nodes(*arguments, **options):
        done = real(*arguments, **options)
        for error in failing:
            raise error
        return done

    monkeypatch.setattr("cyborg_tui.library.writer.index_nodes", index_nodes)


def test_a_library_of_the_first_version_is_indexed_in_the_background(tmp_path):
    with closing(sqlite3.connect(tmp_path / "library.db")) as connection:
        connection.executescript(VERSION_1.read_text())
    library = Library(tmp_path)
    for _ in range(100):
        found = library.find(asked("upon"))
        if found.indexed:
            break
        time.sleep(0.1)
    assert [place.excerpt[place.at :][: place.length] for place in found.places] == ["upon"]
    library.close()
    assert is_indexed(tmp_path / "library.db")


def test_an_index_that_is_missing_is_made_again(desk, tmp_path):
    desk.write("A lamp.")
    file = desk.library.file
    desk.library.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE found")
    assert not is_indexed(file)
    assert index.build_all(file)
    assert is_indexed(file)
    library = Library(file.parent)
    assert len(library.find(asked("lamp")).places) == 1
    library.close()


def test_after_mending_everything_is_found(desk):
    desk.write("A lamp.")
    file = desk.library.file
    desk.library.close()
    mend(file, datetime(2026, 11, 24, 9, 30))
    assert index.build_all(file)
    library = Library(file.parent)
    assert len(library.find(asked("lamp")).places) == 1
    library.close()


@pytest.mark.parametrize(
    "damage", ["DROP TABLE found", "DROP TABLE found_data", "UPDATE found_data SET block = x'00ff'"]
)
def test_whatever_is_wrong_with_the_index_everything_is_saved(desk, damage):
    desk.write("A lamp. ")
    with closing(sqlite3.connect(desk.library.file)) as connection:
        connection.execute(damage)
        connection.commit()
    desk.write("A chair.")
    assert desk.library.problem == ""
    assert desk.library.open(desk.row.id).text == "A lamp. A chair."


def test_where_sqlite_has_no_such_index_everything_else_works(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "INDEX", ("CREATE VIRTUAL TABLE found USING fts99 (words)",))
    library = Library(tmp_path)
    desk = Desk(library)
    desk.write("A lamp.")
    assert library.open(desk.row.id).text == "A lamp."
    library.close()
    assert examine(tmp_path / "library.db").faults == ()


def test_killed_at_any_moment_the_index_has_what_the_library_has(desk):
    """Both are in one transaction: here it is broken off."""
    desk.write("A lamp. ")
    with closing(sqlite3.connect(desk.library.file, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        desk.loom.write(8, 8, "A chair.")
        desk.library.save(desk.row.id, desk.loom.changes())
        time.sleep(0.5)
        with closing(sqlite3.connect(desk.library.file)) as other:
            texts = [row[0] for row in other.execute("SELECT text FROM passages")]
        assert texts == [b"A lamp. "]
        blocker.execute("ROLLBACK")
    assert desk.library.flush(10)
    assert desk.texts('"lamp a chair"') == ["lamp. A chair"]


def test_it_is_in_the_file_that_only_its_owner_reads(desk):
    desk.write("Private.")
    names = {entry.name for entry in desk.library.file.parent.iterdir()}
    assert not [name for name in names if re.search("index|found|search", name)]
    assert stat.S_IMODE(desk.library.file.stat().st_mode) == 0o600
