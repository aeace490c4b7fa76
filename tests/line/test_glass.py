"""Only what differs is sent, and the terminal shows the same as if everything were."""

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cyborg_tui.terminal.glass import Glass

COLUMNS, ROWS = 24, 4
STYLES = [
    None,
    Style(),
    Style.parse("#e6e1d6 on #16161a"),
    Style.parse("bold #d8b77a on #16161a"),
    Style.parse("italic underline #d8b77a on #16161a"),
    Style.parse("reverse #e6e1d6 on #16161a"),
    Style.parse("#8d8a83 on #3a3d4a"),
    Style.parse("bold"),
    Style.parse("red"),
    Style.parse("on blue"),
]
text = st.text(alphabet=" aabcé│▌…ж日👍", min_size=1, max_size=14)
segments = st.lists(st.builds(Segment, text, st.sampled_from(STYLES), st.none()), min_size=1, max_size=4)
piece = st.tuples(st.integers(0, 10), st.integers(0, ROWS - 1), segments)


def strip(parts, room):
    return Strip(parts).crop(0, room)


def cells(screen):
    """What is seen; a blank looks the same in every colour of letters."""
    seen = []
    for y in range(ROWS):
        for x in range(COLUMNS):
            cell = screen.buffer[y][x]
            blank = cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough)
            seen.append((cell.data, cell.bg) if blank else tuple(cell))
    return seen


def sent_whole(pieces):
    out = []
    for x, y, one in pieces:
        out.append(f"\x1b[{y + 1};{x + 1}H")
        for words, style, _ in one:
            out.append(style.render(words, color_system=ColorSystem.TRUECOLOR) if style else words)
    return "".join(out)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(piece, min_size=1, max_size=5), min_size=1, max_size=5))
def test_the_terminal_shows_what_it_would_if_everything_were_sent(updates):
    glass = Glass()
    one, other = pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    for update in updates:
        pieces = [(x, y, strip(parts, COLUMNS - x)) for x, y, parts in update]
        pyte.Stream(one).feed(sent_whole(pieces))
        pyte.Stream(other).feed(glass.draw(pieces, ColorSystem.TRUECOLOR))
        assert cells(one) == cells(other)


def rows_of(*rows):
    return [(0, y, strip([Segment(f"{words:<{COLUMNS}}", STYLES[2])], COLUMNS)) for y, words in enumerate(rows)]


def test_what_is_shown_already_is_not_sent():
    glass = Glass()
    assert glass.draw(rows_of("one", "two"), ColorSystem.TRUECOLOR)
    assert glass.draw(rows_of("one", "two"), ColorSystem.TRUECOLOR) == ""
    sent = glass.draw(rows_of("one", "two!"), ColorSystem.TRUECOLOR)
    assert "!" in sent
    assert len(sent) < 60
    glass.forget()
    assert "one" in glass.draw(rows_of("one", "two!"), ColorSystem.TRUECOLOR)


def test_with_a_budget_the_row_one_looks_at_comes_first_and_the_rest_later():
    glass = Glass()
    glass.budget, glass.eye = 10, 2
    pieces = rows_of("one", "two", "three", "four")
    first = glass.draw(pieces, ColorSystem.TRUECOLOR)
    assert "three" in first
    assert "one" not in first
    assert not glass.is_whole
    for _ in range(4):
        first += glass.draw(pieces, ColorSystem.TRUECOLOR)
    assert glass.is_whole
    assert all(word in first for word in ("one", "two", "three", "four"))
    assert glass.draw(pieces, ColorSystem.TRUECOLOR) == ""
