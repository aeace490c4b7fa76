"""What is drawn: wrapped text, characters as a person counts them, stand-ins for what must not reach a terminal."""

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes, wcswidth

from cyborg_tui.widgets.cells import _ALONE, _NARROW, clusters, drawable, fold, pairs, width

FAMILY = "👨\u200d👩\u200d👧"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
CHARACTERS = ["e\u0301", "🇫🇷", FAMILY, "👋🏽", "❤\ufe0f", "1\ufe0f\u20e3", "한", "漢", "नि", SCOTLAND, "o", "→", "ﷺ"]
HOSTILE = "\x00\x07\x1b\x7f\x85\x9b\xad\r\n\t\x0b\x0c\u061c\u180e\u200b\u200e\u2028\u202e\u2066\ud800\ufeff\U000e0041"
pieces = st.sampled_from([*CHARACTERS, *HOSTILE, *"abc  -", "\u200d", "\u200c", "\u0301", "\xa0", "\u3000", "🇩"])
texts = st.one_of(st.text(max_size=80), st.lists(pieces, max_size=80).map("".join))
lines = texts.map(lambda text: text.replace("\n", ""))
columns = st.integers(2, 20)
STEERING = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
FORMAT = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) == "Cf"]


def rows(line, columns):
    return [line[start:end] for start, end in pairs(fold(line, columns))]


def without_hanging(row):
    """A row without the white space that may stand past its last column."""
    while row and row[-1].isspace() and row[-1] not in "\xa0\u2007\u202f":
        row = row[:-1]
    return row


# wrapping


@given(lines, columns)
@example(" abc漢", 4)
@example("a\u200db" * 9, 4)
@settings(deadline=None)
def test_no_row_is_wider_than_the_columns(line, columns):
    for row in rows(line, columns):
        seen = clusters(without_hanging(row))
        assert width("".join(seen)) <= columns or len(seen) == 1


@given(lines, columns)
@settings(deadline=None)
def test_the_rows_together_are_the_line(line, columns):
    assert "".join(rows(line, columns)) == line
    assert all(rows(line, columns)[1:]), "an empty row"


@given(lines, columns)
@settings(deadline=None)
def test_no_character_is_cut_in_two(line, columns):
    whole = clusters(line)
    borders = {sum(map(len, whole[:count])) for count in range(len(whole) + 1)}
    assert set(fold(line, columns)) <= borders


@given(st.lists(st.text("abé", min_size=1, max_size=4), min_size=1, max_size=30), columns.filter(lambda c: c >= 4))
@settings(deadline=None)
def test_words_that_fit_stay_whole(words, columns):
    line = " ".join(words)
    assert " ".join(row.rstrip() for row in rows(line, columns)) == line


@given(st.text("ab -", max_size=60), columns)
@settings(deadline=None)
def test_accented_text_wraps_where_plain_text_does(line, columns):
    assert fold(line.replace("a", "é"), columns) == fold(line, columns)


@given(st.text("ab \té", max_size=60), columns)
@settings(deadline=None)
def test_every_row_holds_as_much_as_it_can(line, columns):
    """The first word of a row would not have fitted in the row above."""
    for above, row in zip(rows(line, columns), rows(line, columns)[1:], strict=False):
        word = row.replace("\t", " ").split(" ")[0]
        assert len(above) + len(word) > columns


def test_a_line_breaks_after_a_tab_as_after_a_space():
    assert rows("ab\tcde", 4) == ["ab\t", "cde"]
    assert rows("àb\tcde", 4) == ["àb\t", "cde"]


def test_a_line_does_not_break_at_a_no_break_space():
    assert rows("ah bon\xa0!", 6) == ["ah ", "bon\xa0!"]


def test_text_without_spaces_breaks_between_wide_characters():
    assert rows("漢字漢字漢", 4) == ["漢字", "漢字", "漢"]
    assert rows("漢字漢", 5) == ["漢字", "漢"]


def test_a_long_run_of_spaces_hangs_in_its_row():
    assert rows("ab" + " " * 200 + "cd", 4) == ["ab" + " " * 200, "cd"]


# stand-ins


@given(texts)
@settings(deadline=None)
def test_a_stand_in_is_one_code_point_wide(text):
    assert len(drawable(text)) == len(text)


@given(texts)
@settings(deadline=None)
def test_the_characters_together_are_what_is_drawn(text):
    assert "".join(clusters(text)) == drawable(text)
    assert sum(map(width, clusters(text))) == width(drawable(text))


def test_nothing_that_steers_a_terminal_is_drawn():
    for text in ("{}", "a{}b", "é{}é", "🇫{}🇷"):
        drawn = {drawable(text.format(char)) for char in STEERING}
        assert not set("".join(drawn)).intersection(STEERING)


def test_invisible_characters_are_shown_except_those_that_writing_needs():
    """Arabic and Syriac number signs are seen; the non-joiner is a letter of Persian."""
    assert {char for char in FORMAT if width(drawable(char)) == 0} == {"\u200c"}


@pytest.mark.parametrize("char", HOSTILE)
def test_what_cannot_be_drawn_is_seen_as_one_cell(char):
    assert drawable(f"a{char}b") == f"a{drawable(char)}b"
    assert width(drawable(char)) == 1


@pytest.mark.parametrize("text", ["a\u200db", "\u200d", "👨\u200d", "👨\u200d\u200d👩", "é\u200dé"])
def test_a_joiner_that_joins_nothing_is_shown(text):
    """Rich counts what follows it as no cell, a terminal does not: rows would run over."""
    assert "\u200d" not in drawable(text)
    assert drawable(text).replace("\ufffd", "\u200d") == text


def test_letters_hidden_behind_a_flag_are_only_those_of_a_region():
    smuggled = "".join(chr(0xE0000 + ord(char)) for char in "obey")
    assert drawable("hi" + smuggled) == "hi\ufffd\ufffd\ufffd\ufffd"
    assert drawable(SCOTLAND) == SCOTLAND


# characters and their width


def test_text_that_is_counted_the_quick_way_is_counted_right():
    quick = [char for char in map(chr, range(0x10000)) if _ALONE.match(char)]
    assert len(quick) > 30_000
    text = "".join(char + other for char, other in zip(quick, quick[1:] + quick[:1], strict=True))
    assert list(iter_graphemes(text)) == list(text) == list(drawable(text))
    assert {width(char) for char in quick if _NARROW.match(char)} == {1}
    assert {width(char) for char in quick if char > "\u3000"} == {2}
    assert [char for char in quick if char.isspace()] == [" ", "\xa0"]


@pytest.mark.parametrize("text", CHARACTERS)
def test_a_character_as_a_person_counts_them(text):
    assert clusters(text) == [text]
    assert clusters(f"a{text}b{text}") == ["a", text, "b", text]


@pytest.mark.parametrize("text", [char for char in CHARACTERS if char != "नि"])
def test_a_character_is_as_wide_as_terminals_draw_it(text):
    assert width(text) == wcswidth(text)


def test_cjk_and_emoji_take_two_cells_accents_none():
    assert [width(text) for text in ("漢", "한", "🌊", "🇫🇷", FAMILY, "é", "e\u0301", "ａ")] == [2, 2, 2, 2, 2, 1, 1, 2]
