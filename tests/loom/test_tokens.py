"""The tokens of a branch, and which characters each stands for."""

from cyborg_tui.loom.fan import Branch, TokenRecord
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.tokens import stretches, within


def branch(text, *sizes):
    return Branch(
        1, 1, 0, seed=0, node=2, text=text, tokens=tuple(TokenRecord(n, size, -1.0) for n, size in enumerate(sizes))
    )


def spans(parts):
    return [(part.start, part.end) for part in parts]


def test_each_stands_for_its_characters_one_after_the_other():
    assert spans(stretches(branch("a time ago", 1, 5, 4))) == [(0, 1), (1, 6), (6, 10)]


def test_tokens_that_are_parts_of_one_character_are_one_stretch():
    parts = list(stretches(branch("x€y", 1, 2, 1, 1)))
    assert spans(parts) == [(0, 1), (1, 2), (2, 3)]
    assert [len(part.tokens) for part in parts] == [1, 2, 1]
    assert [part.first for part in parts] == [0, 1, 3]


def test_a_token_without_characters_stands_for_none():
    assert spans(stretches(branch("ab", 1, 1, 0))) == [(0, 1), (1, 2)]


def test_in_a_piece_are_those_that_stand_in_it_whole():
    drawn = branch("a time ago", 1, 5, 4)
    piece = Piece("ime ago", 1, 3)
    assert spans(within(piece, 100, list(stretches(drawn)))) == [(103, 107)]
    piece = Piece("a time a", 1, 0)
    assert spans(within(piece, 100, list(stretches(drawn)))) == [(100, 101), (101, 106)]
