"""What was taken of which source, counted, and how far the counts can be trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.beside import BLIND, Trial, tallied, tally_words, trials
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import Branch
from cyborg_tui.loom.interval import share_interval


def trial(number, *names, blind=False):
    """The lines of a log: fans from `number` on, of these sources."""
    note = BLIND if blind else ""
    return [
        Event(0.0, EventKind.BESIDE, fan=number + i, amount=number, note=note + name) for i, name in enumerate(names)
    ]


def took(fan):
    return Event(0.0, EventKind.TAKEN, fan=fan, amount=9)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # by hand, z = 1.959964: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
    [
        (7, 10, 0.3968, 0.8922),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (50, 100, 0.4038, 0.5962),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_interval_is_wilsons(count, of, low, high):
    assert share_interval(count, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_nothing_counted_nothing_known():
    assert share_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 2000), st.floats(0, 1))
def test_the_share_lies_in_its_interval_which_narrows(of, part):
    count = round(part * of)
    low, high = share_interval(count, of)
    assert 0 <= low <= count / of <= high <= 1
    wider = share_interval(count, of), share_interval(10 * count, 10 * of)
    assert wider[1][1] - wider[1][0] < wider[0][1] - wider[0][0]


def test_the_first_take_of_each_trial_counts_over_all_looms():
    one = [*trial(1, "plain", "wild", blind=True), took(2), took(1), *trial(5, "plain", "wild"), took(99)]
    other = [*trial(3, "wild", "plain"), took(4), *trial(7, "plain", "frame dark"), took(8), took(8)]
    (first, second) = tallied([one, other])
    assert [(s.source, s.taken, s.of) for s in first.standings] == [("plain", 1, 2), ("wild", 1, 2)]
    assert [(s.source, s.taken, s.of) for s in second.standings] == [("frame dark", 1, 1), ("plain", 0, 1)]


def test_fans_of_another_loom_are_other_fans():
    assert tallied([trial(1, "plain", "wild"), [took(1)]]) == []


def test_a_trial_that_was_broken_off_counts_nothing():
    assert tallied([[*trial(1, "plain"), took(1)]]) == []


def test_numbers_come_with_every_verdict():
    log = [
        event for number in range(0, 40, 2) for event in (*trial(number, "plain", "wild"), took(number + (number < 28)))
    ]
    (tally,) = tallied([log])
    said = tally_words(tally)
    assert said == "Taken, of 20 times: wild 14 (48–85 %), plain 6 (15–52 %); 50 % each would be chance."


def test_what_stands_in_the_log_is_the_trial():
    found = trials(trial(3, "plain", "wild", blind=True))
    assert found == {fan: Trial(3, ((3, "plain"), (4, "wild")), True) for fan in (3, 4)}
    assert (found[3].source(4), found[3].source(9)) == ("wild", "")


@given(st.integers(1, 10**6), st.lists(st.integers(1, 5), min_size=2, max_size=4))
def test_branches_are_read_by_turns_or_in_an_order_that_stays(number, widths):
    fans = [[Branch(10 * fan + i, fan, i, 0, 1) for i in range(width)] for fan, width in enumerate(widths)]
    sources = tuple((fan, str(fan)) for fan in range(len(fans)))
    open_, blind = (Trial(number, sources, hidden).interleaved(fans) for hidden in (False, True))
    assert [branch.fan for branch in open_[: len(fans)]] == list(range(len(fans)))
    assert sorted(b.id for b in blind) == sorted(b.id for b in open_) == sorted(b.id for fan in fans for b in fan)
    assert blind == Trial(number, sources, True).interleaved(fans)
