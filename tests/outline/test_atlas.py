"""The whole tree, parts of it, and what a filter found: where the cursor is in each."""

import pytest

from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.outline.atlas import Atlas


@pytest.fixture
def loom():
    """A text, a fan at its end, the second branch taken."""
    loom = Loom()
    loom.write(0, 0, "I have been thinking")
    fan = loom.fan(ModelIdentity("babble", "v1"), FanSettings(width=3), seed=1)
    for branch, text in zip(fan.branches, (" of a boat", " about the sea", " of the house"), strict=True):
        loom.grow(branch, text, 0, (), seed=7)
        loom.finish(branch, Finish.TOKENS)
    loom.take(fan.branches[1])
    return loom


def node(loom, text):
    return next(one.id for one in loom.tree if one.text == text)


def filtered(atlas, words):
    atlas.filter(words)
    while not atlas.hunt_on(1):
        pass


def test_it_begins_where_the_person_is(loom):
    assert Atlas(loom).open.place == loom.manuscript.leaf


def test_a_filter_goes_to_the_first_row_that_it_found(loom):
    atlas = Atlas(loom)
    filtered(atlas, "house")
    assert atlas.open.place == node(loom, " of the house")
    assert [row.nodes[-1] for row in atlas.open][-1] == node(loom, " of the house")


def test_a_filter_stays_where_one_is_if_that_was_found(loom):
    atlas = Atlas(loom)
    atlas.reveal(node(loom, " of the house"))
    filtered(atlas, "of")
    assert atlas.open.place == node(loom, " of the house")


def test_what_a_filter_or_a_part_leaves_out_is_gone_to_all_the_same(loom):
    atlas = Atlas(loom)
    atlas.reveal(node(loom, " of a boat"))
    assert atlas.hoist()
    assert atlas.is_part
    filtered(atlas, "boat")
    assert atlas.reveal(node(loom, " of the house"))
    assert atlas.hunt is None
    assert not atlas.is_part


def test_from_a_part_one_comes_back_with_the_cursor_where_it_is(loom):
    atlas = Atlas(loom)
    atlas.reveal(node(loom, " of a boat"))
    atlas.hoist()
    assert not atlas.hoist(), "it begins there already"
    assert atlas.lower()
    assert atlas.open.place == node(loom, " of a boat")
    assert not atlas.lower()


def test_what_is_hidden_is_seen_when_that_is_wanted(loom):
    atlas = Atlas(loom)
    boat = node(loom, " of a boat")
    Garden(loom).hide(boat)
    atlas.renew()
    assert not atlas.reveal(boat)
    atlas.show_hidden()
    assert atlas.reveal(boat)
