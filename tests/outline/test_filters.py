"""Filtering: which nodes some simple words mean, and how they are found."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.outline.filters import Filter, Hunt, read_filter
from cyborg_tui.outline.shape import Sight
from tests.outline.trees import Writer, drawn, outline_of, path_to


def found(writer, typed, *, hidden=False):
    hunt = Hunt(writer.tree, read_filter(typed), hidden=hidden)
    while not hunt.done:
        hunt.go_on(0.001)
    return sorted(writer.tree.node(node).text.strip() for node in hunt.found)


def two_fans():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide. ", "is deep. ", "IS GREY and wide.")
    writer.take(2)
    writer.fan("And cold.", "And far.")
    writer.loom.look(writer.loom.fan_in_view.branches[1])
    return writer


def test_words_are_looked_for_without_capitals_and_in_parts():
    writer = two_fans()
    assert found(writer, "wide") == ["IS GREY and wide.", "is wide."]
    assert found(writer, "is gre") == ["IS GREY and wide."]
    assert found(writer, '"wide is"') == []
    assert found(writer, '"and wide"') == ["IS GREY and wide."]
    assert found(writer, '"and wi') == ["IS GREY and wide."], "a phrase that is still being typed"


def test_authors():
    writer = two_fans()
    assert found(writer, "author:me") == ["The sea"]
    assert found(writer, "author:model") == found(writer, "author:common") == found(writer, "by:COMMONPLACE")
    assert len(found(writer, "author:model")) == 5
    assert found(writer, "author:llama") == []


def test_days():
    writer = two_fans()
    day = datetime(2026, 11, 24, 12).timestamp()
    for number, node in enumerate(sorted(node.id for node in writer.tree)[1:]):
        made = writer.tree.node(node)
        object.__setattr__(made, "made_at", day + (number // 2 - 1) * 86_400)
    assert len(found(writer, "before:2026-11-24")) == 2
    assert len(found(writer, "on:2026-11-24")) == 2
    assert len(found(writer, "after:2026-11-24")) == 2
    assert len(found(writer, "after:2026-10")) == 6
    assert found(writer, "author:model on:2026-11-24 deep") == ["is deep."]


def test_what_was_not_looked_at_was_taken_was_marked():
    writer = two_fans()
    assert found(writer, "unread") == ["And cold.", "IS GREY and wide.", "is wide."]
    assert found(writer, "taken") == ["is deep."]
    writer.tree.mark(writer.tree.branches(1)[0].node, bookmarked=True)
    assert found(writer, "bookmarked") == ["is wide."]
    assert found(writer, '"unread"') == [], "in quotation marks it is a word like any other"


def test_what_is_hidden_is_found_only_if_it_is_shown():
    writer = two_fans()
    writer.tree.mark(writer.tree.branches(1)[0].node, hidden=True)
    assert found(writer, "wide") == ["IS GREY and wide."]
    assert found(writer, "wide", hidden=True) == ["IS GREY and wide.", "is wide."]


def test_what_leads_there_is_shown_too_and_nothing_else():
    writer = two_fans()
    writer.take(1)
    hunt = Hunt(writer.tree, read_filter("far"), hidden=False)
    hunt.go_on(1)
    leaf = writer.loom.manuscript.leaf
    only = hunt.with_what_is_above()
    outline = outline_of(writer.tree, leaf, opened=True, only=only, alone=hunt.found)
    assert drawn(outline, writer.tree) == ["The sea is deep.", "And far."]
    outline.renew(Sight(writer.tree, path_to(writer.tree, leaf), only=only, alone=hunt.found))
    assert drawn(outline, writer.tree) == ["The sea is deep.", "And far."]


def test_no_more_are_found_than_one_can_look_through(monkeypatch):
    monkeypatch.setattr(Hunt, "MOST", 3)
    writer = two_fans()
    hunt = Hunt(writer.tree, read_filter("author:model"), hidden=False)
    hunt.go_on(1)
    assert hunt.done
    assert hunt.more
    assert {writer.tree.node(node).text.strip() for node in hunt.found} == {
        "And far.",
        "And cold.",
        "IS GREY and wide.",
    }


@given(st.text(st.sampled_from('abn:"- ﻿tagonufrbe2016')))
def test_nothing_that_is_typed_is_an_error(typed):
    wanted = read_filter(typed)
    assert isinstance(wanted, Filter)
    writer = two_fans()
    for node in writer.tree:
        wanted.passes(writer.tree, node)
