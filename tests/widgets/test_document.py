"""The text behind the editor: a string that knows its lines, its rows and its characters."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cyborg_tui.widgets.cells import clusters
from cyborg_tui.widgets.editor.document import Document

FAMILY = "👨\u200d👩\u200d👧"
KEPT = ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85", "\x00", "\r", "\ud800", "\udc80", "\ufeff"]
pieces = st.sampled_from([*"abc  \n", "\r\n", "é", "e\u0301", "\u0301", "🇫🇷", "🇩", FAMILY, "\u200d", "漢", "\t", *KEPT])
texts = st.lists(pieces, max_size=60).map("".join)
edits = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), texts), min_size=1, max_size=8)
keys = st.sampled_from([*"ab ", "漢", "\u0301", "\n", "delete"])
columns = st.integers(4, 12)
several = settings(deadline=None, max_examples=150)


def rows_of(document):
    """Every row as it is drawn, with whether the line goes on below it."""
    rows = [document.row(row) for row in range(document.height)]
    return [(document.slice(start, end), document.is_soft(row)) for row, (start, end) in enumerate(rows)]


def check_same_as_new(document, text, columns):
    new = Document(text, columns)
    assert document.text == text
    assert len(document) == len(text)
    assert document.lines == new.lines == text.count("\n") + 1
    assert document.height == new.height
    assert [document.row(row) for row in range(new.height)] == [new.row(row) for row in range(new.height)]
    for number in range(new.lines):
        assert document.line(number) == new.line(number)
        assert document.rows(number) == new.rows(number)
        assert (document.start(number), document.top(number)) == (new.start(number), new.top(number))
    for offset in range(len(text) + 1):
        assert (document.row_of(offset), document.position(offset)) == (new.row_of(offset), new.position(offset))


def check_report(before, after, report):
    """Rows outside of those that are reported are the same as before."""
    first, rows, moved = report
    assert before[:first] == after[:first]
    assert moved == (len(before) != len(after))
    if not moved:
        assert before[first + rows :] == after[first + rows :]


@given(texts, edits, columns)
@example("abcd\nef", [(0.58, 0.72, "")], 4)
@several
def test_edits_are_those_of_a_string_and_rows_those_of_a_new_document(text, edits, columns):
    document = Document(text, columns)
    for one, other, new in edits:
        start, end = sorted((round(one * len(text)), round(other * len(text))))
        before = rows_of(document)
        report = document.replace(start, end, new)
        text = text[:start] + new + text[end:]
        check_report(before, rows_of(document), report)
        check_same_as_new(document, text, columns)


@given(
    texts, st.floats(0, 1), st.lists(st.sampled_from([*"ab ", "漢", "\u0301", "\n", "delete"]), max_size=20), columns
)
@several
def test_typing_wraps_as_a_new_document_would(text, where, keys, columns):
    text = text * 4
    document = Document(text, columns)
    at = round(where * len(text))
    for key in keys:
        end = min(len(text), at + 1) if key == "delete" else at
        new = "" if key == "delete" else key
        document.replace(at, end, new)
        text = text[:at] + new + text[end:]
        at += len(new)
        check_same_as_new(document, text, columns)


@given(texts, st.floats(0, 1), st.floats(0, 1))
@several
def test_a_slice_is_that_of_the_text(text, start, end):
    start, end = sorted((round(start * len(text)), round(end * len(text))))
    assert Document(text).slice(start, end) == text[start:end]


def test_a_letter_in_a_full_row_repaints_that_row_alone():
    document = Document("aaa bbb ccc ddd eee", 8)
    assert document.replace(0, 1, "x") == (0, 1, False)
    assert document.replace(9, 10, "x") == (1, 1, False)


def test_a_letter_near_the_end_of_a_long_paragraph_repaints_its_last_rows():
    document = Document("abc " * 500, 8)
    first, rows, _ = document.replace(1990, 1990, "x")
    assert first >= document.height - 4
    assert rows <= 4


# lines


@pytest.mark.parametrize("char", KEPT)
def test_a_line_ends_at_a_line_feed_alone(char):
    document = Document(f"a{char}b\nc")
    assert document.lines == 2
    assert document.line(0) == f"a{char}b"
    document.replace(0, 0, char)
    assert document.text == f"{char}a{char}b\nc"


def test_the_end_of_a_wrapped_row_is_not_the_end_of_its_line():
    document = Document("abcdef\ngh", 4)
    assert [document.is_soft(row) for row in range(document.height)] == [True, False, False]


# characters and words


def borders(text):
    """The offsets between the characters of a text as a person counts them."""
    found = [0]
    for number, line in enumerate(text.split("\n")):
        if number:
            found.append(found[-1] + 1)
        for cluster in clusters(line):
            found.append(found[-1] + len(cluster))
    return found


@given(texts)
@example("🇫🇷" * 70)
@example("🇫🇷" * 50 + "🇩")
@example("é" + "🇫🇷" * 33)
@example("e" + "\u0301" * 200 + "x")
@several
def test_steps_go_from_one_character_to_the_next_and_back(text):
    document, expected = Document(text), borders(text)
    for left, right in pairwise(expected):
        assert document.after(left) == right
        assert document.before(right) == left
    assert document.before(0) == 0
    assert document.after(len(text)) == len(text)


@pytest.mark.parametrize("char", ["🇫🇷", FAMILY, "e\u0301", "👋🏽", "❤\ufe0f", "\u1112\u1161\u11ab"])
def test_a_flag_a_family_an_accent_is_one_step(char):
    document = Document(f"a{char}b")
    assert document.after(1) == 1 + len(char)
    assert document.before(1 + len(char)) == 1


def test_a_carriage_return_and_a_line_feed_are_two_steps():
    document = Document("a\r\nb")
    assert [document.after(offset) for offset in range(4)] == [1, 2, 3, 4]


@given(texts)
@several
def test_a_step_by_word_ends_between_two_characters(text):
    document, between = Document(text), borders(text)
    for offset in between:
        assert document.word_before(offset) in between
        assert document.word_after(offset) in between
        assert document.word_before(offset) < offset or offset == 0
        assert document.word_after(offset) > offset or offset == len(text)


@pytest.mark.parametrize("word", ["sea", "cafe\u0301s", "हिन्दी", "漢字", "می\u200cخواهم"])
def test_a_word_is_one_step_whatever_its_script(word):
    document = Document(f"a, {word} b")
    end = 3 + len(word)
    assert document.word_after(1) == end
    assert document.word_before(end) == 3
    assert document.word_before(end + 1) == 3


def test_a_step_by_word_stops_at_the_ends_of_lines():
    document = Document("one\n  two")
    assert document.word_after(3) == 4
    assert document.word_before(4) == 3
    assert document.word_before(6) == 4


def test_steps_by_word_over_a_long_line_take_no_longer_than_the_line():
    document = Document("漢" * 100_000)
    assert document.word_after(0) == 100_000
    assert document.word_before(100_000) == 0
