"""Lore is edited as text: what is written is read back, and a mistake names its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.frame import LoreEntry
from cyborg_tui.loom.lore_text import BadLore, lore_from, lore_to

LINE = st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=30)
NAME = LINE.map(str.strip).filter(bool)
KEY = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
BODY = st.lists(LINE, max_size=4).map(lambda lines: "\n".join(lines).strip("\n"))
ENTRY = st.builds(
    LoreEntry, NAME, BODY, st.lists(KEY, max_size=3).map(tuple), st.just(False), st.integers(-9, 9), st.integers(-9, 9)
)


def test_an_entry_as_a_person_writes_it():
    (anna, sea) = lore_from(
        "# Anna\nkeys: Anna, the girl\npriority: 5\n\nAnna is fourteen.\nShe has never left.\n"
        "\n# Sea\nThe sea is grey.\n"
    )
    assert anna == LoreEntry("Anna", "Anna is fourteen.\nShe has never left.", ("Anna", "the girl"), priority=5)
    assert sea == LoreEntry("Sea", "The sea is grey.")


def test_regular_expressions_stand_one_a_line():
    entry = LoreEntry("Storm", "Wind.", ("st[oö]rm, or", "wind"), regex=True)
    assert lore_from(lore_to([entry])) == (entry,)


def test_a_line_that_looks_like_a_name_can_stand_in_the_text():
    entry = LoreEntry("Headings", "# not a name\n\\# nor this", ("x",))
    assert lore_from(lore_to([entry])) == (entry,)


@given(st.lists(ENTRY, max_size=4))
def test_what_is_written_is_read_back(entries):
    assert lore_from(lore_to(entries)) == tuple(entries)


@pytest.mark.parametrize(
    ("text", "says"),
    [("Anna\n# Anna", "Line 1: an entry begins"), ("# A\norder: first\n", "Line 2: order must be a whole number")],
)
def test_a_mistake_is_named_with_its_line(text, says):
    with pytest.raises(BadLore, match=says):
        lore_from(text)
