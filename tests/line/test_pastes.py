"""Keys and pastes told apart, however a line cuts what the terminal sends into pieces."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.terminal.pastes import Pasted, Pastes

LETTERS = st.text(st.characters(exclude_characters="\x1b", exclude_categories=("Cc",)) | st.sampled_from("\r\t "))
KEYS = st.sampled_from(["\x1b[A", "\x1bOP", "\x1b[1;3C", "\x1b[0n", "\x01", "\x7f", "\x1bj"])
A_PARAGRAPH = "It was a long way down to the sea, and nobody had swept the steps since autumn.\r\tThey\tdid not mind."


def told_apart(pieces, pause=0.001):
    """What is handed on of pieces that come so many seconds after one another."""
    pastes, now, out = Pastes(), 100.0, []
    for piece in pieces:
        now += pause
        out += pastes.feed(piece, now)
    return out + list(pastes.tick(now + 10))


def said(out):
    return "".join(part.text if isinstance(part, Pasted) else part for part in out)


def pasted(out):
    return "".join(part.text for part in out if isinstance(part, Pasted))


@st.composite
def cut_up(draw, whole):
    """A text in pieces, as they come over a line."""
    text = draw(whole)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) if a < b]


@given(
    cut_up(st.lists(LETTERS | KEYS | st.just(A_PARAGRAPH), max_size=8).map("".join)),
    st.sampled_from([0.001, 0.04, 0.2, 2.0]),
)
def test_nothing_is_lost_or_comes_in_another_order(pieces, pause):
    out = told_apart(pieces, pause)
    assert said(out) == "".join(pieces)
    assert "" not in out, "the parser would take it for the end"


@given(cut_up(st.tuples(LETTERS, st.text(), LETTERS).map(lambda parts: "{}\x1b[200~{}\x1b[201~{}".format(*parts))))
@settings(max_examples=300)
def test_a_paste_between_brackets_is_one_and_is_to_the_letter(pieces):
    whole = "".join(pieces)
    inside = whole.partition("\x1b[200~")[2].rpartition("\x1b[201~")[0]
    if "\x1b[201~" not in inside:
        assert inside in [part.text for part in told_apart(pieces) if isinstance(part, Pasted)] or not inside


def test_what_a_person_types_is_keys_however_long_the_line_stood_still():
    typed = ["j", "jj", "hello world, ", "j" * 400, "jk" * 20, "\t", "\r", "\x1b[A" * 40, "-" * 200]
    out = told_apart(typed, pause=0.6)
    assert pasted(out) == ""
    assert said(out) == "".join(typed)


def test_a_paste_without_brackets_is_one_though_it_comes_in_many_pieces():
    text = A_PARAGRAPH * 40
    pieces = [text[at : at + 1000] for at in range(0, len(text), 1000)]
    assert told_apart(pieces) == [Pasted(text)]


def test_the_end_of_a_paste_is_text_too_with_its_tabs_and_line_ends():
    assert pasted(told_apart([A_PARAGRAPH, "\tof\rit"], pause=0.2)) == A_PARAGRAPH + "\tof\rit"


@pytest.mark.parametrize("key", ["\t", "\r", "\t\t"])
def test_what_is_pressed_after_it_is_a_key(key):
    assert told_apart([A_PARAGRAPH, key]) == [Pasted(A_PARAGRAPH), key]


def test_after_a_key_the_paste_is_over():
    assert told_apart([A_PARAGRAPH, "\x0f", "xxx"]) == [Pasted(A_PARAGRAPH), "\x0f", "xxx"]


def test_a_long_paste_may_be_cut_at_a_tab():
    assert told_apart([A_PARAGRAPH * 8 + "\t", "\tof code"], pause=0.2) == [
        Pasted(A_PARAGRAPH * 8 + "\t"),
        Pasted("\tof code"),
    ]


def test_on_a_slow_line_some_of_it_is_seen_each_second():
    pieces = [A_PARAGRAPH] * 200
    out = told_apart(pieces, pause=0.02)
    assert 3 <= len(out) <= 6
    assert pasted(out) == "".join(pieces)


def test_when_the_end_of_a_paste_gets_lost_keys_are_keys_again():
    pastes = Pastes()
    assert list(pastes.feed("\x1b[200~half of it", 1)) == []
    assert list(pastes.feed("\x11", 9)) == [Pasted("half of it"), "\x11"]


@pytest.mark.parametrize("key", ["\x11", "\x1b", "\x1b[A"])
def test_a_key_in_the_middle_of_a_paste_without_brackets_stays_one(key):
    assert told_apart([A_PARAGRAPH + key + A_PARAGRAPH])[:2] == [
        Pasted(A_PARAGRAPH),
        key + ("I" if key == "\x1b" else ""),
    ]
