"""What a person types to find something again."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom import terms
from cyborg_tui.loom.terms import Asked, Phrase, Term, asked, places_of, words_of


def test_words_phrases_and_the_unfinished_last_one():
    assert asked('the "old House" by') == Asked((Phrase(("the",)), Phrase(("old", "house")), Phrase(("by",), True)))
    assert asked("the ") == Asked((Phrase(("the",)),))
    assert asked("a") == Asked((Phrase(("a",)),)), "a single letter begins half of all words"
    assert asked("don't ").phrases == (Phrase(("don", "t")),)


def test_authors_tags_and_dates():
    what = asked("author:you by:Qwen3-0.6B tag:sea-side on:2026-11 before:2027 after:2026-11-02")
    assert what.phrases == ()
    assert what.marks == (
        (Term.AUTHOR, Phrase(("you",), True)),
        (Term.AUTHOR, Phrase(("qwen3", "0", "6b"), True)),
        (Term.TAG, Phrase(("sea", "side"))),
    )
    assert (what.since, what.until) == (date(2026, 11, 3), date(2026, 12, 1))


def test_a_date_that_is_being_typed_or_is_none_asks_for_nothing():
    for typed in ("on:", "on:20", "on:2026-13", "before:yesterday", "on:9999-12-31"):
        assert not asked(typed), typed


letters = st.text("ab c.-\nB", max_size=40)


@given(letters, st.lists(st.sampled_from(["a", "b", "ab", "ba", "c"]), min_size=1, max_size=3), st.booleans())
def test_the_quick_way_finds_what_the_other_finds(text, words, unfinished):
    phrase = Phrase(tuple(words), unfinished)
    quick = [found.span() for found in terms._pattern(phrase).finditer(text.lower())]
    slow = list(terms._places(phrase, list(words_of(text))))
    assert set(quick) <= set(slow)
    assert bool(quick) == bool(slow)
    if len(words) == 1:
        assert quick == slow


@given(st.text(), st.text())
def test_whatever_stands_in_a_text_its_words_are_found_where_they_stand(text, typed):
    for word in words_of(text):
        assert (word.start, word.end) in places_of(Asked((Phrase((word.text,)),)), text, 0)
    for start, end in places_of(asked(typed), text, 0):
        assert 0 <= start < end <= len(text)
