"""Two texts compared word by word."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.comparing import Kind, Stretch, compare, likeness

SAME, GONE, NEW = Kind.SAME, Kind.GONE, Kind.NEW
texts = st.lists(
    st.sampled_from(["the ", "sea ", "a ", "house", ". ", "\n\n", "漢字", "é\u0301 ", "\udcff", "  "])
).map("".join)


def compared(some, other):
    return [(stretch.kind, stretch.text) for stretch in compare(some, other)]


def test_a_word_for_another():
    assert compared("the sea was wide", "the sea is wide") == [
        (SAME, "the sea "),
        (GONE, "was "),
        (NEW, "is "),
        (SAME, "wide"),
    ]


def test_words_more_and_words_less():
    assert compared("a house", "a small old house") == [(SAME, "a "), (NEW, "small old "), (SAME, "house")]
    assert compared("a small old house", "a house") == [(SAME, "a "), (GONE, "small old "), (SAME, "house")]


def test_a_little_word_among_others_is_no_help():
    some, other = "he had never been to the sea", "nobody knew the way down"
    assert compared(some, other) == [(GONE, some), (NEW, other)]
    kept = compared("all of it was grey and that was all", "all of it was blue and that was all")
    assert kept == [(SAME, "all of it was "), (GONE, "grey "), (NEW, "blue "), (SAME, "and that was all")]


def test_a_paragraph_that_moved_leaves_the_others_alone():
    one, two, three = "One and only one.\n\n", "Two are company.\n\n", "Three is a crowd.\n\n"
    stretches = compare(one + two + three + "End.", two + three + one + "End.")
    assert [stretch.text.strip() for stretch in stretches if stretch.kind is not SAME] == [one.strip()] * 2


def test_nothing_and_everything():
    assert compared("", "") == []
    assert compared("same text", "same text") == [(SAME, "same text")]
    assert compared("", "new") == [(NEW, "new")]
    assert compared("gone", "") == [(GONE, "gone")]
    assert likeness(compare("", "")) == 1
    assert likeness(compare("one", "two")) == 0
    assert likeness([Stretch(SAME, "ab"), Stretch(NEW, "cd")]) == 4 / 6


@given(texts, texts)
def test_both_texts_can_be_read_from_it(some, other):
    stretches = compare(some, other)
    assert "".join(s.text for s in stretches if s.kind is not NEW) == some
    assert "".join(s.text for s in stretches if s.kind is not GONE) == other
    for one, next_one in pairwise(stretches):
        assert one.kind is not next_one.kind


def test_a_book_without_a_landmark_does_not_keep_one_waiting():
    """Two texts of the same few words, over and over: each with each would be ten thousand million pairs."""
    some, other = "on and on " * 33_000, "and on on " * 33_000 + "end"
    began = time.process_time()
    assert "".join(s.text for s in compare(some, other) if s.kind is not GONE) == other
    assert time.process_time() - began < 20, "not a matter of speed but of whether it ends"
