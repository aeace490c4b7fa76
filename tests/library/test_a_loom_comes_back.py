"""What was saved is what is opened: every node, branch, token and character, and the place."""

import sqlite3
import struct
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from cyborg_tui.library import chunks, schema
from cyborg_tui.library import library as opening
from cyborg_tui.library.library import Library
from cyborg_tui.loom import piece
from cyborg_tui.loom.alternatives import Alternative, pack, unpack
from cyborg_tui.loom.changes import Changes, Place
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import Branch, Fan, Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.settings import FanSettings, Sampling, Until
from cyborg_tui.loom.tree import ROOT
from tests.loom.machine import Person

DAY = date(2026, 11, 24)
ANY_TEXT = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("\0\x1b\r\n\u2028\ud83d\udcff\U0010ffff"), min_size=1
)
ENTROPIES = st.none() | st.floats(min_value=0, width=32)
TOKENS = st.builds(
    TokenRecord, st.integers(0, 2**31 - 1), st.integers(0, 99), st.floats(max_value=0, width=32), ENTROPIES
)


def everything(loom):
    tree = loom.tree
    branches = [tree.branch(branch) for fan in tree.fans for branch in fan.branches]
    facts = sorted(tree.all_facts, key=lambda facts: facts.node)
    return sorted(tree, key=lambda node: node.id), tree.fans, branches, facts, loom.places


def authors_of(loom):
    return [
        (letter, None if piece.branch is None else (piece.branch, piece.start + i))
        for piece in loom.manuscript.pieces
        for i, letter in enumerate(piece.text)
    ]


class PersonWithALibrary(Person):
    """Whatever a person does is saved after each step, and now and then they come back the next day."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.library = Library(Path(self.folder.name))
        self.id = self.library.daily(DAY).id

    @rule()
    def reopen(self):
        before, place = self.loom, self.loom.place
        self.save()
        self.library.close()
        self.library = Library(Path(self.folder.name))
        loom = self.library.open(self.id)
        assert everything(loom) == everything(before)
        assert (loom.place, loom.text) == (place, before.text)
        loom._clock = lambda: self.time
        self.loom = loom
        self.check_history(before)

    def check_history(self, before):
        """What could be undone and redone before can be now, and comes out the same."""
        for redoing, back, forth in ((False, Loom.undo, Loom.redo), (True, Loom.redo, Loom.undo)):
            steps = 0
            while steps < 3 and back(before):
                assert self.go_back(redoing=redoing), "a step was forgotten"
                assert self.authors() == authors_of(before)
                steps += 1
            assert steps == 3 or not self.go_back(redoing=redoing)
            for _ in range(steps):
                assert forth(before)
                assert self.go_back(redoing=not redoing)
                assert self.authors() == authors_of(before)

    @rule()
    def save(self):
        self.library.save(self.id, self.loom.changes())

    def teardown(self):
        self.reopen()
        self.library.close()
        self.folder.cleanup()


class PersonWithALargeLoom(PersonWithALibrary):
    """As if everything were so large that nodes are read when they are asked for, and kept in chunks."""

    def __init__(self):
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(opening, "ALL_AT_ONCE", 0)
        self.patch.setattr(chunks, "_MANY", 1)
        self.patch.setattr(piece, "_LONGEST_RUN", 3)
        super().__init__()

    def teardown(self):
        super().teardown()
        self.patch.undo()


PersonWithALargeLoom.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestWhateverAPersonDoesInALargeLoom = PersonWithALargeLoom.TestCase
PersonWithALibrary.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestWhateverAPersonDoes = PersonWithALibrary.TestCase


def a_branch(text="", **facts):
    return Branch(1, 1, 0, 2**32 - 1, 2, text, **facts)


def a_fan(**facts):
    sampling = Sampling(1.5, 64, 40, 0.9, 0.02, 1.25)
    model = ModelIdentity("m\udcff\0", "v", "f\udce9.gguf", 2**40, "Q8_0", "b1")
    return Fan(1, ROOT, model, FanSettings(1, 7, Until.SENTENCE, sampling), 2**32 - 1, 12.5, branches=(1,), **facts)


@settings(max_examples=40, deadline=None)
@given(typed=ANY_TEXT, drawn=ANY_TEXT, tokens=st.lists(TOKENS).map(tuple), data=st.data())
def test_every_code_point_and_token_is_kept(typed, drawn, tokens, data):
    start = data.draw(st.integers(0, len(drawn) - 1))
    nodes = (
        Node(ROOT, None),
        Node(2, ROOT, (Piece(drawn, 1),), branch=1, made_at=0.1),
        Node(3, 2, (Piece(typed), Piece(drawn[start:], 1, start)), None, 2, hidden=True, bookmarked=True, made_at=2.5),
    )
    branch = a_branch(drawn, healed=1, tokens=tokens, finish=Finish.END, looked=True)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        id = library.daily(DAY).id
        library.save(id, Changes(nodes, (), (a_fan(mode="exact"),), (branch,), (), Place(3, 1, 1, 0, 9)))
        tree = library.open(id).tree
        assert tuple(tree) == nodes
        assert (tree.fan(1), tree.branch(1)) == (a_fan(mode="exact"), branch)
        assert tree.next_node == 9
        library.close()


def test_a_branch_that_was_still_growing_comes_back_as_interrupted(library):
    id = library.daily(DAY).id
    root, node = Node(ROOT, None), Node(2, ROOT, branch=1)
    library.save(id, Changes((root, node), fans=(a_fan(),), branches=(a_branch("half a sen"),)))
    assert library.open(id).tree.branch(1).finish is Finish.INTERRUPTED


def test_a_node_that_is_gone_stays_gone(library):
    id = library.daily(DAY).id
    library.save(id, Changes((Node(ROOT, None), Node(2, ROOT, (Piece("a"),)), Node(3, ROOT, (Piece("b"),)))))
    library.flush()
    library.save(id, Changes((Node(4, ROOT, (Piece("c"),)),), removed=(2,)))
    library.save(id, Changes(removed=(4,)))
    library.save(id, Changes((Node(4, ROOT, (Piece("again"),)),)))
    assert [node.text for node in library.open(id).tree] == ["", "b", "again"]


def test_two_looms_keep_to_themselves(library):
    one, other = library.daily(DAY).id, library.daily(date(2026, 11, 25)).id
    for id, text in ((one, "one"), (other, "other")):
        loom = library.open(id)
        loom.write(0, 0, text)
        library.save(id, loom.changes())
    assert (library.open(one).text, library.open(other).text) == ("one", "other")


def test_an_empty_loom_opens_as_an_empty_page(library):
    loom = library.open(library.daily(DAY).id)
    assert (loom.text, loom.cursor) == ("", 0)


def test_the_log_is_kept_in_order(library):
    id = library.daily(DAY).id
    library.save(id, Changes(events=(Event(1.0, EventKind.EDITED, 1, 2, 3, 4, "n\udcff"),)))
    library.save(id, Changes(events=(Event(2.0, EventKind.CLOSED),)))
    library.flush()
    with sqlite3.connect(library.file) as connection:
        rows = connection.execute("SELECT loom, at, kind, node, fan, branch, amount, note FROM events ORDER BY id")
        assert rows.fetchall() == [
            (id, 1.0, "edited", 1, 2, 3, 4, b"n\xed\xb3\xbf"),
            (id, 2.0, "closed", None, None, None, None, b""),
        ]
    connection.close()


ONE, OTHER = pack((Alternative(3, "a", -0.5), Alternative(-1, "\udcff", -7.25))), pack((Alternative(4, " b", -1.0),))


def a_drawn_branch(library):
    id = library.daily(DAY).id
    nodes, tokens = (Node(ROOT, None), Node(2, ROOT, branch=1)), (TokenRecord(3, 1, -0.5, 2.0),)
    library.save(id, Changes(nodes, fans=(a_fan(),), branches=(a_branch("a", tokens=tokens),)))
    return id


def test_what_a_model_nearly_said_is_kept_and_read_when_it_is_asked_for(library):
    id = a_drawn_branch(library)
    library.save(id, Changes(alternatives=((1, ONE),)))
    assert library.alternatives(id, 1) == unpack(ONE), "before it is committed too"
    library.flush()
    assert library.alternatives(id, 1) == unpack(ONE)
    library.save(id, Changes(branches=(a_branch("a b"),), alternatives=((1, ONE + OTHER),)))
    library.flush()
    assert library.alternatives(id, 1) == unpack(ONE + OTHER)
    library.save(id, Changes(branches=(a_branch("a b", looked=True),)))
    library.flush()
    assert library.alternatives(id, 1) == unpack(ONE + OTHER), "a branch that changes keeps them"


def test_of_a_branch_that_never_had_any_it_is_not_known_what_was_nearly_said(library):
    assert library.alternatives(a_drawn_branch(library), 1) == ()


def test_alternatives_go_with_their_branch(library):
    id = a_drawn_branch(library)
    library.save(id, Changes(alternatives=((1, ONE),)))
    library.flush()
    with closing(schema.connect(library.file)) as connection:
        connection.execute("DELETE FROM fans")
    assert library.alternatives(id, 1) == ()


def test_how_uncertain_the_model_was_is_not_known_of_tokens_of_the_first_version(library):
    id = a_drawn_branch(library)
    library.flush()
    with closing(schema.connect(library.file)) as connection:
        connection.execute("UPDATE branches SET tokens = ?", (struct.pack("<iIf", 3, 1, -0.5),))
    assert library.open(id).tree.branch(1).tokens == (TokenRecord(3, 1, -0.5, None),)


def chunks_in(library):
    with closing(sqlite3.connect(library.file)) as connection:
        return dict(connection.execute("SELECT id, text FROM chunks"))


def test_of_a_long_text_only_what_is_new_is_written(library):
    id = library.daily(DAY).id
    loom = library.open(id)
    loom.write(0, 0, "".join(f"line {number}\n" for number in range(20_000)))
    library.save(id, loom.changes())
    library.flush()
    before = chunks_in(library)
    assert len(before) > 40
    for at in (100_000, 100_001, 5):
        loom.write(at, at, "é")
        library.save(id, loom.changes())
        library.flush()
    after = chunks_in(library)
    assert len(before.items() - after.items()) <= 4
    assert library.open(id).text == loom.text
    loom.write(0, len(loom.text), "short")
    library.save(id, loom.changes())
    library.flush()
    assert chunks_in(library) == {}
    assert library.open(id).text == "short"


def test_a_commit_that_fails_and_is_tried_again_keeps_a_long_text(library):
    id = library.daily(DAY).id
    loom = library.open(id)
    loom.write(0, 0, "a word " * 20_000)
    library.save(id, loom.changes())
    library.flush()
    with closing(sqlite3.connect(library.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        loom.write(70_000, 70_000, "in the way ")
        library.save(id, loom.changes())
        assert not library.flush(3)
        other.execute("ROLLBACK")
    loom.write(90_000, 90_001, "out of it")
    library.save(id, loom.changes())
    assert library.flush(10)
    assert library.open(id).text == loom.text


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["fan", "more", "purge", "reopen", "reopen as one from before"]), max_size=12))
def test_no_fan_and_no_branch_gets_the_id_of_one_that_is_gone(acts):
    fans, branches = [], []
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        id = library.daily(DAY).id
        loom = library.open(id)
        for act in ["fan", *acts, "purge", "reopen", "fan"]:
            if act == "fan":
                loom.write(0, len(loom.text), "another text")
                fan = loom.fan(a_fan().model, FanSettings(width=2), seed=7)
                fans.append(fan.id)
                branches += fan.branches
            elif act == "more" and fans and loom.tree.has_fan(fans[-1]):
                branches.append(loom.widen(fans[-1], 1).branches[-1])
            elif act == "purge":
                loom.write(0, len(loom.text), "and another")
                garden = Garden(loom)
                for node in loom.tree.children(ROOT):
                    garden.hide(node)
                garden.purge()
            elif act.startswith("reopen"):
                library.save(id, loom.changes())
                library.flush()
                library.close()
                if act != "reopen":
                    forget_used_ids(Path(folder))
                library = Library(Path(folder))
                loom = library.open(id)
        library.close()
    assert len(fans) == len(set(fans))
    if "reopen as one from before" not in acts:  # then, only those that the log tells of
        assert len(branches) == len(set(branches))


def forget_used_ids(folder):
    """As the library was before it kept them."""
    with closing(sqlite3.connect(folder / "library.db")) as connection, connection:
        connection.execute("DROP TABLE used")
        connection.execute("PRAGMA user_version = 12")
