"""Keys and what they do, where there is much room and where there is little."""

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.widgets.cells import width
from cyborg_tui.widgets.hints import Hints
from cyborg_tui.widgets.marks import shortened

KEYS = ("Enter open", "Esc back", "↑↓ choose")


def rows(room, *parts):
    return Hints(*parts)._rows(room)


def test_they_stand_side_by_side_or_below_one_another_and_none_is_broken():
    assert rows(60, *KEYS) == ["Enter open · Esc back · ↑↓ choose"]
    assert rows(24, *KEYS) == ["Enter open · Esc back", "↑↓ choose"]
    assert rows(12, *KEYS) == ["Enter open", "Esc back", "↑↓ choose"]
    assert rows(60, "", "1 of 9", "", *KEYS) == ["1 of 9 · Enter open · Esc back · ↑↓ choose"]


def test_what_is_longer_than_a_row_is_wrapped():
    assert rows(16, "x", "the pattern has no end", "Esc done") == ["x", "the pattern has", "no end", "Esc done"]


@given(st.lists(st.text(st.sampled_from("ab 漢é\x1b·"), max_size=20), max_size=5), st.integers(2, 40))
def test_no_row_is_wider_than_there_is_room(parts, room):
    assert all(width(row) <= room for row in rows(room, *parts))


@given(st.text(st.sampled_from("ab 漢é"), max_size=30), st.integers(1, 40))
def test_what_is_shortened_fits_and_says_that_it_goes_on(text, room):
    short = shortened(text, room)
    assert width(short) <= room
    assert short == text or short.endswith("…")
