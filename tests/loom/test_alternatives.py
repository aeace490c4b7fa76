"""What a model nearly said, packed for the way from the engine to the library."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.alternatives import UNKNOWN, Alternative, AlternativesUnderWay, pack, unpack
from cyborg_tui.loom.fan import decode

TEXTS = st.binary(max_size=12).map(decode)
ONES = st.builds(Alternative, st.integers(-1, 2**31 - 1), TEXTS, st.integers(-0xFFFF, 0).map(lambda n: n / 1024))
TOKENS = st.lists(st.lists(ONES, max_size=10).map(tuple), max_size=6).map(tuple)


@given(TOKENS)
def test_what_is_packed_is_unpacked_to_the_byte(tokens):
    assert unpack(b"".join(map(pack, tokens))) == tokens


def test_what_is_less_likely_than_can_be_told_is_told_as_the_least_likely():
    (one,) = unpack(pack((Alternative(1, "a", -1e9),)))
    assert one[0].logprob == -0xFFFF / 1024


@given(TOKENS.filter(any), st.data())
def test_what_breaks_off_is_not_taken_for_something_else(tokens, data):
    packed = b"".join(map(pack, tokens))
    broken = packed[: data.draw(st.integers(0, len(packed) - 1))]
    with contextlib.suppress(ValueError, struct.error):
        found = unpack(broken)
        assert found == tokens[: len(found)]


def test_a_branch_that_grows_is_handed_over_whole_each_time_and_forgotten_when_it_has_ended():
    one, two = pack((Alternative(1, "a", -1.0),)), pack((Alternative(2, "b", -2.0),))
    under_way = AlternativesUnderWay()
    under_way.add(7, one, 1)
    assert under_way.drain() == ((7, one),)
    assert under_way.drain() == ()
    under_way.add(7, two, 1)
    under_way.end(7)
    assert under_way.of(7) == one + two
    assert under_way.drain() == ((7, one + two),)
    assert under_way.of(7) == b""


@pytest.mark.parametrize("first", [True, False])
def test_tokens_of_which_nothing_is_known_keep_their_place(first):
    known = pack((Alternative(1, "a", -1.0),))
    under_way = AlternativesUnderWay()
    for packed in (b"", known) if first else (known, b""):
        under_way.add(7, packed, 1)
    ((_, packed),) = under_way.drain()
    assert packed == (UNKNOWN + known if first else known + UNKNOWN)


def test_where_nothing_at_all_is_known_nothing_is_handed_over():
    under_way = AlternativesUnderWay()
    under_way.add(7, b"", 3)
    assert under_way.drain() == ()
