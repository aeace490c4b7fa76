"""Bits, reckoned by hand on small trees, and the same however they are counted."""

from math import log, log2

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from cyborg_tui.loom import tally
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.measures import Bits, tokens_between, typed_bits
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.score import Score, Scored
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tally import Tally
from tests.loom.machine import Person

MODEL = ModelIdentity("commonplace", "abc")


class Desk:
    def __init__(self, text="Once "):
        self.loom = Loom()
        self.tally = Tally(self.loom.tree)
        self.loom.write(0, 0, text)

    def fan(self, *texts):
        """A fan with these branches, a token for each letter."""
        fan = self.loom.fan(MODEL, FanSettings(width=len(texts)), seed=1)
        for branch, text in zip(fan.branches, texts, strict=True):
            self.loom.grow(branch, text, 0, [TokenRecord(1, len(letter.encode()), -1.0) for letter in text], 1)
            self.loom.finish(branch, Finish.TOKENS)
        return fan.branches

    def look(self, *branches):
        for branch in branches:
            self.loom.look(branch)

    @property
    def bits(self):
        self.tally.heed(self.loom.changes())
        self.tally.follow(self.loom.manuscript.path)
        return self.tally.bits()

    def part(self, start, end):
        assert self.bits  # brought up to date
        return self.tally.bits_in(self.loom.manuscript.pieces_between(start, end))


def test_one_of_four_looked_at_is_two_bits():
    desk = Desk()
    a, b, c, d, _ = desk.fan("upon", "more", "again", "there", "unseen")
    desk.look(a, b, c, d)
    desk.loom.take(b)
    assert desk.bits == Bits(chosen=2, drawn=4, unscored=5)


def test_what_was_not_looked_at_was_no_alternative():
    desk = Desk()
    a, *_ = desk.fan("upon", "more", "again", "there")
    desk.loom.take(a)
    assert desk.bits.chosen == 0
    assert desk.bits.drawn == 4, "it is known that nothing was chosen"


def test_duplicates_to_the_letter_count_once():
    desk = Desk()
    branches = desk.fan("upon", "upon", "more", "upon")
    desk.look(*branches)
    desk.loom.take(branches[3])
    assert desk.bits.chosen == 1


def test_if_others_would_have_done_it_was_less_of_a_choice():
    desk = Desk()
    branches = desk.fan("upon", "more", "again", "there")
    desk.look(*branches)
    desk.loom.take(branches[0])
    Garden(desk.loom).bookmark(desk.loom.tree.branch(branches[1]).node)
    assert desk.bits.chosen == log2(4 / 2)
    Garden(desk.loom).bookmark(desk.loom.tree.branch(branches[1]).node, bookmarked=False)
    assert desk.bits.chosen == 2


def test_a_branch_that_was_gone_on_with_would_have_done():
    desk = Desk()
    branches = desk.fan("upon", "more", "again", "there")
    desk.look(*branches)
    desk.loom.take(branches[1])
    assert desk.bits.chosen == 2
    desk.loom.parent()
    desk.loom.take(branches[2])
    assert desk.bits.chosen == 2, "taken and left is not gone on with"
    desk.loom.write(10, 10, " he said")
    desk.loom.parent()
    desk.loom.take(branches[0])
    assert desk.bits.chosen == log2(4 / 2)


def test_what_happened_at_a_branch_beside_the_path_is_noticed():
    desk = Desk()
    branches = desk.fan("upon", "more")
    desk.look(*branches)
    desk.loom.take(branches[0])
    assert desk.bits.chosen == 1
    tree = desk.loom.tree
    tree.add(tree.branch(branches[1]).node, (Piece(" he said"),), 0.0)
    assert desk.bits.chosen == 0


def test_text_that_is_only_carried_along_is_no_going_on():
    desk = Desk("Once  there.")
    desk.loom.move_cursor(5)
    branches = desk.fan("upon", "more", "again", "there")
    desk.look(*branches)
    desk.loom.take(branches[1])
    desk.loom.parent()
    desk.loom.take(branches[0])
    assert desk.loom.text == "Once upon there."
    assert desk.bits.chosen == 2


def test_another_fan_from_the_same_place_adds_to_what_was_looked_at():
    desk = Desk()
    desk.look(*desk.fan("upon", "more", "again", "there"))
    branches = desk.fan("long", "in", "a", "more")
    desk.look(*branches)
    desk.loom.take(branches[0])
    assert desk.bits.chosen == log2(7)


def test_choices_one_after_the_other_add_up():
    desk = Desk()
    branches = desk.fan("upon ", "more ")
    desk.look(*branches)
    desk.loom.take(branches[0])
    branches = desk.fan("a time", "a hill", "a day", "it")
    desk.look(*branches)
    desk.loom.take(branches[0])
    assert desk.bits == Bits(chosen=1 + 2, drawn=5 + 6, unscored=5)
    assert desk.bits.per_token == 3 / 11
    assert desk.bits.tokens_per_bit == 11 / 3


def test_how_something_was_chosen_that_nobody_looked_at_is_unknown():
    desk = Desk()
    branches = desk.fan("upon", "more")
    desk.loom.manuscript.take(branches[0], desk.loom.spot.node, 0.0)
    assert desk.bits == Bits(drawn_unknown=4, unscored=5)
    assert desk.bits.total is None
    assert desk.bits.per_token is None
    assert desk.bits.tokens_per_bit is None


def test_of_a_choice_a_stretch_has_the_part_that_its_characters_are():
    desk = Desk()
    branches = desk.fan("abcdefgh", "more", "again", "there")
    desk.look(*branches)
    desk.loom.take(branches[0])
    assert desk.part(5, 7) == Bits(chosen=2 * 2 / 8, drawn=2)
    assert desk.part(0, 5) == Bits(unscored=5)
    assert desk.part(3, 9) == Bits(chosen=1, drawn=4, unscored=2)


def test_a_branch_taken_in_part_is_one_choice():
    desk = Desk()
    branches = desk.fan("upon a time", "more", "again", "there")
    desk.look(*branches)
    desk.loom.take(branches[0], upto=4)
    assert desk.bits == Bits(chosen=2, drawn=4, unscored=5)
    desk.loom.write(9, 9, "!")
    assert desk.bits == Bits(chosen=2, drawn=4, unscored=6)


def test_a_token_belongs_where_it_ends():
    desk = Desk("Straß")
    (branch,) = desk.fan("éß")
    drawn = desk.loom.tree.branch(branch)
    assert [tokens_between(drawn, a, b) for a, b in ((0, 1), (1, 2), (0, 2))] == [1, 1, 2]


def test_what_the_person_typed_costs_what_the_model_finds_it_unlikely():
    """Tokens of probability 1/2, 1/4 and 1/8: one, two and three bits; of a token the bits are where it ends."""
    tokens = tuple(TokenRecord(1, size, -bits * log(2)) for size, bits in ((3, 1), (3, 2), (2, 3)))
    scored = [Scored(2, 9, Score(tokens, b"", lead=1)), Scored(9, 12, None)]
    text = "xxabcdefgyyy"
    assert typed_bits(scored, text, 0, 12) == Bits(typed=pytest.approx(6), scored=3, unscored=3)
    assert typed_bits(scored, text, 2, 5) == Bits(typed=pytest.approx(1), scored=1)
    assert typed_bits(scored, text, 5, 10) == Bits(typed=pytest.approx(5), scored=2, unscored=1)
    assert typed_bits(scored, text, 0, 2) == Bits()


class Counting(Person):
    """Whatever the person does, what was counted step by step is what a count from the beginning gives."""

    def __init__(self):
        super().__init__()
        self.tally = Tally(self.loom.tree)

    @rule()
    def look_at_everything(self):
        for fan in self.loom.tree.fans:
            for branch in fan.branches:
                self.loom.look(branch)

    @invariant()
    def counted_again(self):
        loom = self.loom
        if self.tally._tree is not loom.tree:  # reopened
            self.tally = Tally(loom.tree)
        self.tally.heed(loom.changes())
        self.tally.follow(loom.manuscript.path)
        fresh = Tally(loom.tree)
        fresh.follow(loom.manuscript.path)
        assert self.tally.bits() == fresh.bits()
        assert (self.tally.typed, self.tally.drawn) == (fresh.typed, fresh.drawn)
        self.check_parts(len(loom.manuscript))

    def check_parts(self, length):
        """The bits of the parts are those of the whole."""
        parts = Bits()
        for start in range(0, length, 3):
            parts += self.tally.bits_in(self.loom.manuscript.pieces_between(start, min(length, start + 3)))
        whole = self.tally.bits()
        assert abs(parts.chosen - whole.chosen) < 1e-9
        assert (parts.drawn, parts.drawn_unknown, parts.unscored) == (whole.drawn, whole.drawn_unknown, whole.unscored)


def test_counted_step_by_step_or_from_the_beginning_it_is_the_same():
    looking = settings(max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Counting, settings=looking)


def test_counted_a_little_at_a_time_it_is_the_same(monkeypatch):
    """Also if the person is elsewhere before it is all counted."""
    monkeypatch.setattr(tally, "_AT_ONCE", 2)
    desk = Desk()
    for _ in range(8):
        branches = desk.fan("upon", "more")
        desk.look(*branches)
        desk.loom.take(branches[0])
        desk.loom.write(len(desk.loom.text), len(desk.loom.text), " a time ")
    path = desk.loom.manuscript.path
    whole = desk.bits
    assert whole.chosen == 8
    again = Tally(desk.loom.tree)
    assert not again.go_on(path, 0)
    assert not again.go_on(path[:8], 0), "counted, but not yet its bits"
    rounds = 0
    while not again.go_on(path, 0):
        rounds += 1
    assert rounds > 4
    assert (again.bits(), again.person_share) == (whole, desk.tally.person_share)
    assert again.go_on(path, 0), "once counted it is there at once"


@given(st.builds(Bits, *[st.floats(0, 99), *[st.integers(0, 9)] * 2, st.floats(0, 99), *[st.integers(0, 9)] * 2]))
def test_bits_are_unknown_as_soon_as_some_of_them_are(bits):
    assert (bits.total is None) == bool(bits.drawn_unknown or bits.unscored)
