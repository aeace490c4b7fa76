"""What is rewritten, divided, joined and purged, and taken back and done again: each of these once came out wrong."""

import pytest

from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Chosen, Loom
from cyborg_tui.loom.settings import FanSettings

MODEL = ModelIdentity("babble", "v1")


@pytest.fixture
def loom():
    return Loom(clock=lambda: 0.0)


@pytest.fixture
def garden(loom):
    return Garden(loom)


def choose(loom, offset, text=" the"):
    """A branch of the model's from here on; returns its node."""
    loom.choose(offset, Chosen(MODEL, (TokenRecord(0, len(text), -1.0),), text.encode(), b""), seed=7)
    return loom.manuscript.leaf


def back_and_forth(loom, steps):
    """The texts on the way back, and on the way forth."""
    back = [loom.text for _ in range(steps) if loom.undo()]
    forth = [loom.text for _ in range(steps) if loom.redo()]
    assert forth[:-1] == back[:-1][::-1]
    return back, forth


def test_a_branch_that_begins_inside_another_is_no_part_of_that(loom, garden):
    outer = choose(loom, 0)
    inner = choose(loom, 1)
    head = loom.tree.parent(inner)
    assert loom.tree.branch_of(head) == loom.tree.node(outer).branch

    garden.rewrite(head, "")
    assert loom.text == " the"
    for fan in loom.tree.fans:
        (branch,) = loom.tree.branches(fan.id)
        assert loom.tree.path_text(branch.node) == loom.tree.path_text(fan.context) + " the", "as it was drawn"
    assert loom.undo()
    assert loom.text == "  the"
    assert loom.redo()
    assert loom.text == " the"


def test_what_stood_after_the_beginning_of_a_branch_is_rewritten_again(loom, garden):
    """The beginning, cut off for this, vanishes on the way back and comes again on the way forth."""
    choose(loom, 0)
    loom.rewrite([Edit(1, 2, "b"), Edit(3, 4, "")])
    assert loom.text == " bh"
    garden.rewrite(loom.manuscript.leaf, "a")
    back, forth = back_and_forth(loom, 2)
    assert back == [" bh", " the"]
    assert forth == [" bh", " a"]


def test_of_two_drafts_alike_the_one_that_was_rewritten_is_rewritten_again(loom, garden):
    loom.write(0, 0, "Once")
    choose(loom, 4)
    place = loom.manuscript.leaf
    loom.write(8, 8, " sea")
    first = loom.manuscript.leaf
    loom.go(place)
    loom.write(8, 8, " sea")
    garden.rewrite(first, "")
    assert loom.text == "Once the sea"
    _, forth = back_and_forth(loom, 2)
    assert forth[-1] == "Once the sea"
    assert loom.tree.node(first).text == ""


def test_what_was_rewritten_and_then_written_on_goes_back_without_changing_what_a_fan_saw(loom, garden):
    loom.write(0, 0, "aa")
    draft = loom.manuscript.leaf
    garden.rewrite(draft, "a")
    loom.write(0, 1, "")
    choose(loom, 0)
    context = loom.tree.fans[0].context
    assert loom.tree.path_text(context) == ""
    back, forth = back_and_forth(loom, 3)
    assert back == ["", "a", "aa"]
    assert forth == ["a", "", " the"]
    assert loom.tree.path_text(context) == ""


def test_hidden_places_that_were_joined_are_hidden_when_they_are_taken_apart_again(loom, garden):
    loom.write(0, 0, "the sea")
    tail = loom.manuscript.leaf
    garden.hide(tail)
    head = garden.split(tail, 3)
    garden.hide(head)
    garden.join(tail)
    assert loom.undo()
    assert loom.tree.node(head).hidden
    assert loom.tree.node(tail).hidden


def test_a_hidden_beginning_of_a_branch_stays_hidden(loom, garden):
    """Though nothing but its own end hangs on it."""
    branch = choose(loom, 0, " the sea")
    loom.write(4, 8, "")
    head = loom.manuscript.leaf
    garden.hide(head)
    garden.go(1)
    assert loom.tree.node(head).hidden or loom.tree.node(branch).hidden


def test_what_is_divided_again_carries_nothing_that_was_purged(loom, garden):
    loom.write(0, 0, "the sea")
    tail = loom.manuscript.leaf
    first = garden.split(tail, 3)
    garden.split(tail, 2)
    loom.write(0, 0, "O ")
    garden.join(loom.manuscript.leaf)
    garden.hide(first)
    assert first in garden.purge().nodes
    while loom.undo():
        assert all(node.carries is None or node.carries in loom.tree for node in loom.tree)
    while loom.redo():
        pass
    assert all(node.carries is None or node.carries in loom.tree for node in loom.tree)


def test_what_is_divided_again_is_what_was_divided(loom, garden):
    """Not another text, to which the place belongs now because a fan saw it there."""
    loom.write(0, 0, "aa")
    tail = loom.manuscript.leaf
    head = garden.split(tail, 1)
    loom.write(2, 2, "bc")
    loom.write(0, 2, "")
    choose(loom, 2)
    assert loom.tree.path_text(tail) == "bc"
    back, forth = back_and_forth(loom, 4)
    assert back == ["bc", "aabc", "aa", "aa"]
    assert forth == ["aa", "aabc", "bc", "bc the"]
    assert loom.tree.path_text(tail) == "bc"
    assert head not in loom.tree or loom.tree.path_text(head) == "a"


def test_a_purge_leaves_nothing_that_could_be_purged(loom, garden):
    """What only the beginning of something purged carried is not needed either."""
    loom.write(0, 0, "aa")
    first = loom.manuscript.leaf
    choose(loom, 2)
    loom.write(0, 0, "x")
    carried = loom.manuscript.path[2].id
    assert loom.tree.node(carried).carries == first
    choose(loom, 2, " sea")
    garden.hide(first)
    garden.hide(carried)
    assert first in garden.purge().nodes
    assert not garden.prunable.nodes


def test_a_fan_of_which_all_was_purged_has_nothing_to_take(loom, garden):
    fan = loom.fan(MODEL, FanSettings(width=1), seed=1)
    (branch,) = fan.branches
    loom.grow(branch, " sea", 0, (TokenRecord(0, 4, -1.0),), seed=7)
    loom.finish(branch, Finish.TOKENS)
    garden.hide(loom.tree.branch(branch).node)
    garden.purge()
    assert loom.tree.branches(fan.id) == ()
    assert loom.fan_in_view == fan


def test_where_the_person_is_stays_though_it_was_made_by_what_is_taken_back(loom, garden):
    loom.write(0, 0, "abc")
    first = loom.manuscript.leaf
    garden.go(1)
    loom.write(0, 0, "a")
    head = garden.split(first, 1)
    loom.rewrite([Edit(0, 1, "x")])
    assert loom.undo()
    assert loom.manuscript.leaf == head, "which says the same as what stood there"
    assert loom.undo()
    assert loom.text == "a"
    garden.go(1)
    assert head not in loom.tree, "now nobody is there any more"
    assert loom.tree.path_text(first) == "abc"


def test_what_is_rewritten_and_made_of_something_that_was_purged_is_not_taken_back(loom, garden):
    branch = choose(loom, 0)
    loom.write(4, 4, " sea")
    loom.write(0, 0, "O")
    carried = garden.join(loom.manuscript.leaf)
    assert loom.tree.node(carried).text.endswith(" the sea")
    garden.go(1)
    garden.rewrite(carried, "")
    garden.hide(branch)
    assert branch in garden.purge().nodes
    while loom.undo():
        pass
    assert loom.tree.node(carried).text == ""


def test_a_place_that_was_frozen_for_good_stays_so_when_a_mark_is_taken_back(loom, garden):
    branch = choose(loom, 0)
    garden.hide(branch)
    garden.rewrite(branch, " sea")
    for _ in range(2):
        assert loom.undo()
    assert loom.tree.is_frozen(branch), "it was a branch, and others knew its text"


def test_a_fan_that_was_drawn_after_a_rewriting_says_so_when_that_is_taken_back(loom, garden):
    loom.write(0, 0, "abc")
    node = loom.manuscript.leaf
    garden.rewrite(node, "xyz")
    loom.move_cursor(1)
    fan = loom.fan(MODEL, FanSettings(width=1), seed=1)
    assert not garden.drawn_after_other_words(fan.id)
    assert loom.undo()
    assert loom.text == "abc"
    assert garden.drawn_after_other_words(fan.id)


def test_a_fan_made_inside_what_was_rewritten_has_its_context_again_when_that_is_done_again(loom, garden):
    loom.write(0, 0, "abc")
    garden.rewrite(loom.manuscript.leaf, "xyz")
    loom.move_cursor(2)
    context = loom.fan(MODEL, FanSettings(width=1), seed=1).context
    assert loom.tree.path_text(context) == "xy"
    assert loom.undo()
    assert loom.redo()
    assert loom.tree.path_text(context) == "xy"


def test_and_where_that_is_longer_than_what_stood_there_before(loom, garden):
    loom.write(0, 0, "a")
    garden.rewrite(loom.manuscript.leaf, "aaa")
    loom.move_cursor(2)
    context = loom.fan(MODEL, FanSettings(width=1), seed=1).context
    for _ in range(2):
        assert loom.undo()
        assert loom.redo()
        assert loom.tree.path_text(context) == "aa"
