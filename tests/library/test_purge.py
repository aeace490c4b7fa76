"""What is deleted for good is nowhere in the files of the library, whatever was done with it before."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.library.library import Library
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.fan import encode
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.tree import ROOT
from tests.library.desk import Desk


@pytest.fixture
def desk(library):
    return Desk(library)


def in_the_files(desk):
    """Every byte that the library has, with what waits to be put into its pages."""
    file = desk.library.file
    return b"".join(path.read_bytes() for path in (file, file.with_name("library.db-wal")) if path.exists())


def purge(desk):
    """Returns what was deleted: its texts and what was said of it. What only carries along the text of a node that
    stays is none of it: the undo of that one may still need it."""
    tree, garden = desk.loom.tree, Garden(desk.loom)
    gone = garden.prunable.nodes
    said = [said_of(tree, node) for node in gone if tree.node(node).carries in (None, *gone)]
    garden.purge()
    desk.save()
    return " ".join(said)


def said_of(tree, node):
    facts = tree.facts(node)
    branch = tree.node(node).branch
    drawn = tree.branch(branch).text if branch is not None else ""
    return " ".join((tree.node(node).text, drawn, facts.name, facts.note, *facts.tags))


def test_its_text_is_not_in_the_file_nor_in_the_log_beside_it(desk):
    desk.write("Once")
    branches = desk.fan(" upon", " zanzibar")
    desk.loom.take(branches[0])
    Garden(desk.loom).hide(desk.loom.tree.branch(branches[1]).node)
    desk.save()
    assert b"zanzibar" in in_the_files(desk)
    purge(desk)
    assert b"zanzibar" not in in_the_files(desk)


def test_what_was_said_of_it_goes_too(desk):
    desk.write("Once")
    branches = desk.fan(" upon", " more")
    garden, node = Garden(desk.loom), desk.loom.tree.branch(branches[1]).node
    garden.name(node, "quetzal")
    garden.note(node, "a vermilion thought")
    garden.tag(node, ("ocarina",))
    garden.note(desk.loom.manuscript.leaf, "this one stays")
    garden.hide(node)
    desk.save()
    purge(desk)
    left = in_the_files(desk)
    assert [word for word in (b"quetzal", b"vermilion", b"ocarina") if word in left] == []
    assert "this one stays" in [event.note for event in desk.library.events(desk.row.id)]


def test_what_a_fan_was_to_lead_to_goes_too(desk):
    desk.write("Once  a zanzibar time.")
    desk.loom.move_cursor(5)
    (branch,) = desk.fan("upon")
    fan = desk.loom.tree.fan(desk.loom.tree.branch(branch).fan)
    desk.loom.log.drawn(Draw(fan.id, 0, 1, following=encode(" a zanzibar time.")))
    desk.save()
    assert desk.library.draws(desk.row.id, fan.id)
    after = desk.loom.manuscript.leaf
    desk.loom.go(fan.context)
    Garden(desk.loom).hide(after)
    desk.save()
    assert "zanzibar" in purge(desk)
    assert b"zanzibar" not in in_the_files(desk)
    assert not desk.library.draws(desk.row.id, fan.id), "it can no more be made again"


def words(text):
    """Whole ones: where a text was divided there may be parts of words."""
    return set(re.findall(r"w\d+w", text))


def some_node(loom, where):
    nodes = [node.id for node in loom.tree if node.id != ROOT]
    return nodes[where % len(nodes)] if nodes else ROOT


def hide_some(desk, where):
    """The first from there on that may be hidden."""
    for number in range(len(desk.loom.tree)):
        with suppress(NotPossible):
            desk.garden.hide(some_node(desk.loom, where + number))
            return


def offset(loom, where):
    return where % (len(loom.text) + 1)


def draw(desk, where, word):
    desk.loom.move_cursor(offset(desk.loom, where))
    desk.fan(f"{word} {word}", f"other{word.replace('w', 'w9', 1)}")  # a word of its own


def take(desk, where, _):
    if desk.loom.fan_in_view is not None:
        desk.loom.take(desk.loom.fan_in_view.branches[where % 2], upto=(None, 3)[where // 2 % 2])


ACTS = {
    "write": lambda desk, where, word: desk.write(word),
    "insert": lambda desk, where, word: desk.write(word, offset(desk.loom, where)),
    "erase": lambda desk, where, _: desk.write("", max(0, offset(desk.loom, where) - 5), offset(desk.loom, where)),
    "draw": draw,
    "take": take,
    "go back": lambda desk, where, _: desk.loom.parent(),
    "go": lambda desk, where, _: desk.garden.go(some_node(desk.loom, where)),
    "undo": lambda desk, where, _: desk.loom.undo(),
    "redo": lambda desk, where, _: desk.loom.redo(),
    "tag": lambda desk, where, word: desk.garden.tag(some_node(desk.loom, where), (word,)),
    "note": lambda desk, where, word: desk.garden.note(some_node(desk.loom, where), word),
    "name": lambda desk, where, word: desk.garden.name(some_node(desk.loom, where), word),
    "divide": lambda desk, where, _: desk.garden.split(some_node(desk.loom, where), 1 + where % 4),
    "join": lambda desk, where, _: desk.garden.join(some_node(desk.loom, where)),
    "rewrite": lambda desk, where, word: desk.garden.rewrite(some_node(desk.loom, where), word),
    "hide": lambda desk, where, _: desk.garden.hide(some_node(desk.loom, where)),
    "save": lambda desk, where, _: desk.save(),
}


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 10**6)), min_size=5, max_size=40),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=3),
)
def test_whatever_was_done_with_it_no_word_of_it_is_left(tmp_path_factory, acts, hidden):
    library = Library(tmp_path_factory.mktemp("purge"))
    desk = Desk(library)
    desk.garden = Garden(desk.loom)
    for number, (act, where) in enumerate([("write", 0), ("draw", 9), ("save", 0), *acts]):
        with suppress(NotPossible):
            ACTS[act](desk, where, f" w{number}w")
    desk.garden.go(some_node(desk.loom, 0))  # so that there is something off the path
    for where in hidden:
        hide_some(desk, where)
    desk.save()
    tree = desk.loom.tree
    gone = words(purge(desk))
    gone -= words(" ".join(f"{tree.path_text(node.id)} {said_of(tree, node.id)}" for node in tree))
    assert gone & words(in_the_files(desk).decode("ascii", "replace")) == set()
    library.close()
