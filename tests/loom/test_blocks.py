"""Blocks: the next steps, nested, each as tall as it is likely."""

from itertools import pairwise
from math import log

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.alternatives import Alternative
from cyborg_tui.loom.blocks import lay_out, wanted
from cyborg_tui.loom.outlook import Outlook


def outlook(*chances):
    tokens = [Alternative(id, f"t{id}", log(chance)) for id, chance in enumerate(chances)]
    return Outlook(1.0, 1, tuple(tokens))


@st.composite
def distributions(draw):
    weights = draw(st.lists(st.floats(0.001, 1), min_size=1, max_size=12))
    total = sum(weights) * draw(st.floats(1, 3))  # what is not among the likeliest has a share too
    return outlook(*sorted((weight / total for weight in weights), reverse=True))


def test_half_the_chance_half_the_view():
    known = {(): outlook(0.5, 0.25), (0,): outlook(0.5, 0.5)}
    blocks = lay_out((), known, rows=16, columns=2)
    assert [(block.path, block.top, block.rows) for block in blocks] == [
        ((0,), 0, 8),
        ((0, 0), 0, 4),
        ((0, 1), 4, 4),
        ((1,), 8, 4),
        ((), 12, 4),
    ]


def test_zoomed_in_a_block_fills_the_view():
    known = {(): outlook(0.5, 0.25), (0,): outlook(0.5, 0.5)}
    inside = lay_out((0,), known, rows=16, columns=2)
    assert [(block.path, block.rows) for block in inside] == [((0, 0), 8), ((0, 1), 8)]


def test_the_tallest_that_is_not_known_is_wanted_first():
    assert wanted((), {}, rows=16, columns=3) == ((),)
    assert wanted((), {(): outlook(0.3, 0.6)}, rows=16, columns=3) == ((1,), (0,))
    assert wanted((), {(): outlook(0.3, 0.6)}, rows=16, columns=1) == ()


@given(first=distributions(), second=distributions(), rows=st.integers(1, 60), columns=st.integers(1, 3))
def test_every_row_of_a_block_belongs_to_one_block_inside_it(first, second, rows, columns):
    known = {(): first, (0,): second}
    blocks = lay_out((), known, rows, columns)
    fill(blocks, 0, 0, rows)
    for block in blocks:
        if block.path == (0,) and columns > 1:
            fill([b for b in blocks if b.top >= block.top and b.top < block.top + block.rows], 1, block.top, block.rows)
    tall = [block.rows for block in blocks if block.column == 0 and block.path]
    assert all(later <= earlier + 1 for earlier, later in pairwise(tall)), "the likelier, the taller, up to rounding"


def fill(blocks, column, top, rows):
    """The blocks of a column stand one below the other, without a gap, each at least a row tall."""
    for block in (b for b in blocks if b.column == column):
        assert block.top == top
        assert block.rows >= 1
        top, rows = top + block.rows, rows - block.rows
    assert rows == 0
