"""Every measure reckoned by hand."""

from datetime import date, timedelta, timezone
from math import log2

import pytest

from cyborg_tui.loom.fan import Branch, Finish, TokenRecord
from cyborg_tui.loom.mirror.about import ABOUT
from cyborg_tui.loom.mirror.choices import Choice, Edited, choices
from cyborg_tui.loom.mirror.days import Span, day_of, days_ago, since
from cyborg_tui.loom.mirror.loops import loop, repetition
from cyborg_tui.loom.mirror.reflection import LOOKED_INTO, reflect
from cyborg_tui.loom.mirror.shown import Drawn, Shown, drawn_of
from cyborg_tui.loom.mirror.sittings import Sittings
from cyborg_tui.loom.mirror.spread import Alike, alike, spread
from cyborg_tui.loom.mirror.taking import Afterwards, Bits, Fluency, Lengths, Pace, Positions
from cyborg_tui.loom.mirror.warnings import Live, WarningKind
from tests.mirror.logs import NOON, Log, shown

UTC = timezone.utc


def choice(taken=1, amount=99, **more):
    return Choice(1, 1, taken=taken, taken_at=NOON, amount=amount, takes=1, **more)


def day(at):
    return day_of(at, zone=UTC)


# days and sittings


def test_the_night_belongs_to_the_day_before():
    assert day(NOON) == date(2026, 11, 27)
    assert day(NOON + 15.9 * 3600) == date(2026, 11, 27)
    assert day(NOON + 16 * 3600) == date(2026, 11, 28)


def test_a_library_moved_between_time_zones_has_other_days_and_the_same_sums():
    log = Log().typed(0, "abc").typed(3, "de", after=3600 * 13)
    lands = [
        UTC,
        timezone(timedelta(hours=13)),
        timezone(-timedelta(hours=11)),
        timezone(timedelta(hours=5, minutes=45)),
    ]
    found = [reflect(log.lines, lambda _: None, lambda at, land=land: day_of(at, zone=land)).amounts for land in lands]
    assert {one.total.typed for one in found} == {5}
    assert [len(one.days) for one in found] == [1, 2, 2, 2]


def test_spans_begin_where_they_say():
    assert since(Span.SITTING, NOON, NOON - 60) == NOON - 60
    assert since(Span.DAY, NOON, 0, zone=UTC) == NOON - 8 * 3600
    assert since(Span.MONTH, NOON, 0, zone=UTC) == NOON - 8 * 3600 - 29 * 86400
    assert since(Span.EVERYTHING, NOON, 0) == float("-inf")
    assert days_ago(7, NOON, zone=UTC) == (NOON - 8 * 3600 - 7 * 86400, NOON - 8 * 3600 - 6 * 86400)


def test_sittings_part_where_half_an_hour_passed():
    found = Sittings().follow([NOON, NOON + 600, NOON + 2400, NOON + 2400 + 1801, NOON + 4300]).all
    assert [(one.began, one.ended, one.seconds) for one in found] == [
        (NOON, NOON + 2400, 2400),
        (NOON + 4201, NOON + 4300, 99),
    ]


def test_where_the_clock_was_put_back_no_time_is_counted_or_taken_away():
    (one,) = Sittings().follow([NOON, NOON + 600, NOON + 300, NOON + 400]).all
    assert one.seconds == 600 + 100
    assert len(Sittings().follow([NOON, NOON - 7200, NOON - 7100]).all) == 2


# what was taken


def test_accepted_against_typed():
    log = Log().typed(0, "Once upon ").typed(5, "", removed=5)
    log.asked(1).took(1, 11, 4, start=5).took(1, 11, 9, start=5).asked(2).took(2, 21, 7, start=14).undid()
    total = reflect(log.lines, lambda _: None, day).amounts.total
    assert (total.typed, total.removed, total.accepted) == (10, 5, 9)


def test_which_place_was_taken_and_what_chance_would_do():
    positions = Positions()
    positions.add(choice(taken=1), shown("a", "b"))
    positions.add(choice(taken=1), shown("a", "b", "c", "d", order=(3, 1, 2, 4), blind=True))
    positions.add(choice(taken=1), shown("a"))
    positions.add(choice(taken=9), shown("a", "b"))
    assert positions.taken == {1: 1, 2: 1}, "one branch is no choice; of what is gone nothing is known"
    assert positions.expected == {1: 0.75, 2: 0.75, 3: 0.25, 4: 0.25}
    assert positions.blind == 1


def test_time_to_choose_against_time_to_read():
    pace = Pace(words_a_minute=120)
    text = "one two three four five six seven eight nine ten"
    pace.add(choice(amount=len(text)), shown(text, "b", seconds=2.5, taken=1))
    pace.add(choice(amount=7), shown(text, "b", seconds=3.0, taken=1))
    pace.add(choice(), shown(text, "b"))
    pace.add(choice(), shown(text, "b", seconds=3.0, taken=2))
    assert pace.ratios == [pytest.approx(2.5 / 5), pytest.approx(3 / 1)], "ten words at two a second; two words"
    assert pace.quicker == 1
    assert pace.unknown == 2


def test_length_taken():
    lengths = Lengths()
    for amount, text in ((4, "abcd"), (2, "abcd"), (9, "abcdefghi")):
        lengths.add(choice(amount=amount), shown(text))
    assert (lengths.median, lengths.whole) == (4, 2)


def test_surprise_of_what_was_taken_against_what_was_left():
    fluency = Fluency()
    fluency.add(choice(taken=2), shown("a", "b", "c", "d", bits=(1.0, 2.0, 3.0, 5.0)))
    fluency.add(choice(taken=1), shown("a", "b", "c", bits=(1.0, 1.0, 4.0)))
    fluency.add(choice(taken=1), shown("a", "b"))
    assert fluency.taken == [2.0, 1.0]
    assert fluency.left == [3.0, 2.5]
    assert fluency.ranks == [pytest.approx(1 / 3), pytest.approx(0.25)]
    assert fluency.rank == pytest.approx((1 / 3 + 0.25) / 2)
    assert fluency.unknown == 1


def test_the_surprise_of_a_branch_is_the_mean_over_its_tokens():
    tokens = (TokenRecord(5, 3, -log2_nats(2)), TokenRecord(6, 2, -log2_nats(4)), TokenRecord(2, 0, -9.0))
    drawn = drawn_of(Branch(7, 1, 0, 9, 3, " seen", 2, tokens, Finish.END, looked=True))
    assert drawn == Drawn(7, "een", 2, pytest.approx(1.5), (5, 6), True)


def log2_nats(chances):
    """Nats of one of so many equal chances."""
    return log2(chances) / log2(2.718281828459045)


def test_asked_again():
    log = Log().asked(1).asked(2).took(2, 21, 3).asked(3, node=8).took(3, 31, 3).asked(4, node=9).went()
    rerolls = reflect(log.lines, lambda _: None, day).rerolls
    assert rerolls.before == {1: 1, 0: 1}
    assert rerolls.nothing == 2


def test_edited_after_taking():
    after = Afterwards()
    after.add(choice(amount=10, edits=[Edited(NOON, 2, 3, 0), Edited(NOON, 0, 1, 4)]))
    after.add(choice(amount=5))
    after.add(choice(edits_known=False))
    after.add(choice(taken=None))
    after.add(choice(amount=5, undone=True))
    assert (after.choices, after.edited, after.characters, after.removed) == (3, 1, 20, 4)
    assert (after.undone, after.unknown) == (1, 1)


def test_bits_for_a_hundred_words():
    bits = Bits()
    bits.add(choice(amount=99), shown("one two three four", "b", "b", "d", looked=(1, 2, 3)))
    bits.add(choice(amount=3), shown("one two", "b", looked=(1, 2)))
    bits.add(choice(amount=3, undone=True), shown("one two", "b", looked=(1, 2)))
    bits.add(choice(amount=99), shown("five", "b"))
    assert bits.bits == 1 + 1, "two of the three that were looked at say the same"
    assert bits.words == 4 + 1 + 1
    assert bits.unknown == 1
    assert bits.a_hundred_words == pytest.approx(200 / 6)
    assert Bits().a_hundred_words is None


# branches and text


def test_spread_by_beginnings_and_by_words():
    branches = [
        Drawn(1, "the sea was", begins=(5, 6)),
        Drawn(2, "The sea is", begins=(5, 9)),
        Drawn(3, " ", begins=(7,)),
    ]
    found = spread(branches)
    assert (found.branches, found.beginnings) == (2, 1)
    assert found.overlap == pytest.approx(2 / 4)
    assert spread([Drawn(1, "alone")]).overlap is None
    words = [Drawn(1, "sea side"), Drawn(2, "sea shore"), Drawn(3, "sand")]
    assert spread(words).beginnings == 2, "by words where there are no tokens"


def test_how_many_branches_share_their_beginning():
    same = tuple(range(12))
    branches = [Drawn(n, "x", begins=(*same, n)) for n in range(4)] + [Drawn(9, "x", begins=(99, *same))]
    assert alike(branches) == Alike(4, 5, 12)
    assert alike([Drawn(n, "x", begins=(1, 2, 3, 4, 5, n)) for n in range(5)]) is None, "five are too few to speak of"
    assert alike(branches[:2]) is None
    assert alike([]) is None


def test_repetition_in_a_text():
    once = " ".join(f"word{n}" for n in range(100))
    assert repetition("").mean is None
    assert repetition("too short").shares == ()
    assert repetition(once).shares == (0.0,)
    again = repetition(f"{once} {once}").shares
    assert again == (0.0, 1.0), (
        "its 97 runs of four stand there already; those across the middle are of the first hundred"
    )


def test_a_loop_at_the_end_of_a_text():
    assert loop("and so it was. " * 2) is None
    found = loop(f"Quite another thing. {'And so it was, again; ' * 4}")
    assert found.times == 4
    assert set(found.words.split()) == {"and", "so", "it", "was", "again"}
    assert loop(f"{'And so it was, again; ' * 4}{' '.join(str(n) for n in range(300))}") is None


# live


def test_seven_of_the_last_eight_took_one_place():
    live = Live()
    for place in (1, 1, 1, 2, 1, 1, 1):
        live.chosen(place, 8, 3, 20.0)
    assert live.of_choices() == ()
    live.chosen(1, 8, 3, 20.0)
    (warned,) = live.of_choices()
    assert (warned.kind, warned.words) == (WarningKind.POSITION, "place 1 in 7 of the last 8 choices")
    live.chosen(4, 8, 3, 20.0)
    assert live.of_choices() == ()
    live.chosen(1, 1, 3, 20.0)
    assert live.of_choices() == (), "one branch alone is no choice"


def test_chosen_sooner_than_it_can_be_read():
    live = Live(words_a_minute=240)
    live.chosen(2, 8, 36, 2.0)
    assert [warned.words for warned in live.of_choices()] == ["chosen in 2 s; reading takes about 9"]
    live.chosen(3, 8, 36, None)
    assert live.of_choices() == (), "unknown is not quick"
    live.chosen(3, 8, 4, 0.1)
    assert live.of_choices() == (), "a few words are seen at a glance"


def test_what_is_said_of_a_fan_a_text_and_a_sitting():
    fan = [Drawn(n, "x", begins=(*range(12), n)) for n in range(5)]
    assert Live.of_fan(fan)[0].words == "5 of 5 branches share their first 12 tokens"
    assert "4 times in 200 words" in Live.of_text("On and on it goes. " * 4)[0].words
    assert Live.of_sitting(44.9, 45) == Live.of_sitting(99, 0) == ()
    assert Live.of_sitting(62.2, 60)[0].words == "62 min; you set 60"


# all together


def test_an_empty_log_is_no_fault():
    found = reflect([], lambda _: None, day)
    assert found.choices == found.looked_into == 0
    assert found.fluency.rank is found.bits.a_hundred_words is found.lengths.median is None


def test_what_an_early_version_left_is_unknown_where_facts_are_missing():
    log = Log().asked(1).looked(1, 1, 2).line("taken", fan=1, branch=1, amount=3)
    found = reflect(log.lines, lambda _: shown("abc", "d"), day)
    assert (found.pace.unknown, found.fluency.unknown, found.afterwards.unknown) == (1, 1, 1)
    assert found.positions.taken == {1: 1}
    assert found.pace.ratios == found.fluency.ranks == []


def test_of_many_choices_some_are_looked_into_evenly():
    log = Log()
    for fan in range(1, 2 * LOOKED_INTO + 1):
        log.asked(fan, node=fan).took(fan, 1, 3)
    asked = []

    def look(made):
        asked.append(made.fan)
        return shown("abc", "d")

    found = reflect(log.lines, look, day)
    assert found.choices == 2 * LOOKED_INTO
    assert found.looked_into == LOOKED_INTO
    assert asked == list(range(1, 2 * LOOKED_INTO + 1, 2))


def test_every_measure_has_its_definition_and_says_what_it_does_not_say():
    for about in ABOUT.values():
        assert len(about.definition) > 60, about.title
        assert about.says.endswith(".")
        assert " not " in about.says or "nothing" in about.says or "looks like" in about.says or "; " in about.says


def test_choices_and_a_purged_fan():
    (made,) = choices(Log().asked(1).took(1, 5, 3).lines)
    positions = Positions()
    positions.add(made, Shown((Drawn(6, "x"), Drawn(7, "y"))))
    assert positions.choices == 0
