"""Every sampler setting that is a number has a dial, and no turn of one leads out of its range."""

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.dials import DIALS, put, shown, turned, unusual
from cyborg_tui.loom.sampling import RANGES, Sampling

dials = st.sampled_from(DIALS)


def test_every_number_has_a_dial():
    assert sorted(dial.name for dial in DIALS) == sorted(RANGES)
    for dial in DIALS:
        low, high = RANGES[dial.name]
        assert low <= dial.low < dial.high <= high
        assert dial.low <= dial.usual <= dial.high


@given(dials, st.lists(st.tuples(st.integers(-5, 5), st.booleans()), max_size=20))
def test_however_it_is_turned_the_setting_stays_in_its_range(dial, turns):
    sampling = Sampling()
    for steps, leap in turns:
        sampling = turned(sampling, dial, steps, leap=leap)  # which refuses what lies outside
        value = getattr(sampling, dial.name)
        assert dial.low <= value <= dial.high
        assert 0 <= dial.place(value) <= 1
        assert isinstance(value, int) == dial.whole
        assert len(shown(dial, value)) <= 8


@given(dials, st.integers(0, 30))
def test_a_step_up_and_one_down_lead_back(dial, steps):
    value = dial.turn(dial.low, steps)
    up = dial.turn(value, 1)
    if up < dial.high and not dial.grows:
        assert dial.turn(up, -1) == value
    assert up >= value
    assert dial.turn(value, -1) <= value


def test_what_was_typed_beyond_the_ends_is_not_thrown_back():
    temperature = next(dial for dial in DIALS if dial.name == "temperature")
    assert turned(put(Sampling(), "temperature", 5.0), temperature, 1).temperature == 5.0
    assert turned(put(Sampling(), "temperature", 5.0), temperature, -1).temperature == 4.95


def test_what_is_unusual_is_told_in_words():
    assert unusual(Sampling()) == ()
    changed = put(put(put(Sampling(), "temperature", 0.95), "top_k", 40), "ban", ("of course",))
    assert set(unusual(changed)) == {"temperature 0.95", "top k 40", "ban"}
