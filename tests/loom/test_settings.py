"""How a fan may be made: what is on the edge of a range is allowed, and what is beyond it is said with the range."""

import pytest

from cyborg_tui.loom.sampling import RANGES
from cyborg_tui.loom.settings import BadSetting, FanSettings, Sampling, Until

OF_A_FAN = {"width": (1, 16), "max_tokens": (1, 4096), "threshold": (0.01, 1.0), "shortest": (1, 4096)}


@pytest.mark.parametrize(
    ("made", "name", "low", "high"),
    [
        *((FanSettings, name, *ends) for name, ends in OF_A_FAN.items()),
        *((Sampling, name, *ends) for name, ends in RANGES.items()),
    ],
)
def test_a_number_lies_in_its_range(made, name, low, high):
    for allowed in (low, high):
        assert getattr(made(**{name: allowed}), name) == allowed
    for beyond in (low - 1, high + 1):
        with pytest.raises(BadSetting, match=f"{name} is .*; it must lie between {low:,.10g} and {high:,.10g}"):
            made(**{name: beyond})


def test_a_string_with_which_branches_end_must_be_there_and_short():
    assert FanSettings(until=Until.STRING, stop="x" * 200).stop == "x" * 200
    for stop in ("", "x" * 201):
        with pytest.raises(BadSetting, match="length of stop"):
            FanSettings(until=Until.STRING, stop=stop)
    assert FanSettings(stop="").stop == ""


def test_the_steps_of_the_samplers_stand_in_any_order_each_once():
    usual = Sampling().order
    assert Sampling(order=usual[::-1]).order == usual[::-1]
    for order in (usual[1:], (*usual, "top_k"), ("magic", *usual[1:])):
        with pytest.raises(BadSetting, match="it must have each of"):
            Sampling(order=order)


def test_a_grammar_is_no_longer_than_can_be_read_at_once():
    rule = 'root ::= "a"'
    assert Sampling(grammar=rule + " " * (100_000 - len(rule))).grammar.startswith(rule)
    with pytest.raises(BadSetting, match="grammar's length"):
        Sampling(grammar=rule + " " * 100_000)
