"""Words are counted as Python splits them, however the text came to be."""

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.words import WordCount

texts = st.lists(st.sampled_from(["a", "b", " ", "\n", "\u2028", "-"]), max_size=12).map("".join)


@given(st.lists(texts, max_size=6))
def test_the_count_is_right_after_every_change(versions):
    count = WordCount()
    for text in versions:
        assert count.of(text) == len(text.split())


@given(texts, texts, texts, texts)
def test_the_count_is_right_after_an_edit_in_the_middle(before, old, new, after):
    count = WordCount()
    count.of(before + old + after)
    assert count.of(before + new + after) == len((before + new + after).split())
