"""What is on record of how fans are shown and chosen from, in a session."""

import time

import pytest

from cyborg_tui.config import MirrorConfig
from cyborg_tui.library.library import Library
from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.mirror.days import Span
from cyborg_tui.loom.mirror.reasons import Reason, Verdict
from cyborg_tui.loom.mirror.sittings import PAUSE
from cyborg_tui.loom.mirror.warnings import WarningKind
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.showing import Showing
from cyborg_tui.screens.views import clock
from cyborg_tui.session import Session
from cyborg_tui.session.looking_back import LookingBack
from cyborg_tui.session.mirror import held_up
from cyborg_tui.session.mirror_settings import MirrorSettings
from cyborg_tui.session.witness import Witness
from tests.session.conftest import DAY

LINE = "I have been thinking about the sea"
MODEL = ModelIdentity("commonplace", "abc")
TEXTS = (" and the light of it", " and the sound of it", " while it rained all day", " since we came back")


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Eyes:
    """A session without a model, before somebody whose eyes go where they are told."""

    def __init__(self, library, **config):
        self.library = library
        settings = MirrorSettings(MirrorConfig(**config), library.file.parent)
        self.session = Session(library.daily(DAY), library, FanSettings(width=4), lambda: None, mirror=settings)
        self.mirror = self.session.mirror
        self.clock = Clock()
        self.mirror._clock = self.mirror.witness._clock = self.clock

    def fan(self, *texts):
        session = self.session
        session.move = session.loom.move_cursor(len(session.loom.text))
        fan = session.loom.fan(MODEL, FanSettings(width=len(texts)), seed=7)
        session.loom.highlighted = 0
        self.mirror.witness.begin(fan, blind=self.mirror.settings.blind)
        for branch, text in zip(fan.branches, texts, strict=True):
            tokens = [TokenRecord(ord(letter), len(letter.encode()), -1.0) for letter in text]
            session.loom.grow(branch, text, 0, tokens, 1)
            session.loom.finish(branch, Finish.TOKENS)
        session._changed()
        return fan

    def read(self, seconds, steps=20):
        """Look at the highlighted branch for so long."""
        for _ in range(steps + 1):
            branches = self.session.branches
            self.mirror.witness.glance(self.session.fan.id, branches, branches[self.session.highlighted].id)
            self.clock.now += seconds / steps
        self.clock.now -= seconds / steps

    def showing(self, fan):
        self.library.flush()
        return self.library.showing(self.session.row.id, fan.id)


@pytest.fixture
def eyes(library):
    return Eyes(library)


def test_how_long_each_branch_was_read_and_when_it_was_taken(eyes):
    eyes.session.edit(0, 0, LINE)
    fan = eyes.fan(*TEXTS)
    eyes.clock.now += 0.5
    eyes.read(4.0)
    eyes.session.highlight(2)
    eyes.read(3.0)
    eyes.session.take(2)
    showing = eyes.showing(fan)
    first, _, third, _ = fan.branches
    assert showing.arrived == showing.whole == showing.painted == 0.5
    assert dict(showing.looks) == {first: pytest.approx(4.0), third: pytest.approx(3.0)}
    assert showing.chosen == ((third, pytest.approx(7.0)),)
    assert not showing.blind
    assert showing.order == ()


def test_who_goes_away_is_not_reading(eyes):
    eyes.session.edit(0, 0, LINE)
    fan = eyes.fan(*TEXTS)
    eyes.read(2.0)
    eyes.clock.now += 3600
    eyes.read(1.0)
    eyes.mirror.witness.leave()
    assert dict(eyes.showing(fan).looks) == {fan.branches[0]: pytest.approx(3.0)}


def test_word_by_word_is_chosen_once(eyes):
    eyes.session.edit(0, 0, LINE)
    fan = eyes.fan(*TEXTS)
    eyes.read(2.0)
    eyes.session.take(0, 4)
    eyes.clock.now += 5
    eyes.session.take(0, 4)
    assert eyes.showing(fan).chosen == ((fan.branches[0], pytest.approx(2.0)),)


def test_what_nobody_saw_was_chosen_at_no_known_time(eyes):
    eyes.session.edit(0, 0, LINE)
    fan = eyes.fan(*TEXTS)
    eyes.session.take(1)
    assert eyes.showing(fan).chosen == ((fan.branches[1], None),)


def test_blind_branches_are_shuffled_and_the_keys_mean_what_is_shown(eyes, monkeypatch):
    monkeypatch.setattr("random.sample", lambda some, count: list(reversed(some))[:count])
    eyes.mirror.settings.make_blind(True)
    eyes.session.edit(0, 0, LINE)
    fan = eyes.fan(*TEXTS)
    assert [branch.id for branch in eyes.session.branches] == list(reversed(fan.branches))
    assert eyes.session.hides
    assert eyes.session.numbers == (1, 2, 3, 4), "their places: the number in the fan would tell how they were drawn"
    eyes.read(1.0)
    assert eyes.session.take(0)
    assert eyes.session.loom.text == LINE + TEXTS[3]
    assert not eyes.session.hides
    showing = eyes.showing(fan)
    assert showing.blind
    assert showing.order == tuple(reversed(fan.branches))


def test_blindness_ends_when_the_person_wants_to_see(eyes):
    eyes.mirror.settings.make_blind(True)
    eyes.session.edit(0, 0, LINE)
    fan = eyes.fan(*TEXTS)
    before = [branch.id for branch in eyes.session.branches]
    eyes.session.unblind()
    assert not eyes.session.hides
    assert [branch.id for branch in eyes.session.branches] == before
    assert not eyes.showing(fan).blind
    assert eyes.showing(fan).order == tuple(before)


def test_more_branches_of_a_blind_fan_come_after_those_that_were_seen(eyes):
    eyes.mirror.settings.make_blind(True)
    eyes.session.edit(0, 0, LINE)
    fan = eyes.fan(*TEXTS)
    before = [branch.id for branch in eyes.session.branches]
    wider = eyes.session.loom.widen(fan.id, 4)
    eyes.mirror.witness.widen(wider)
    after = [branch.id for branch in eyes.session.branches]
    assert after[:4] == before
    assert set(after[4:]) == set(wider.branches[4:])


def test_the_order_in_which_a_fan_was_shown_is_still_there_tomorrow(tmp_path):
    library = Library(tmp_path / "blind")
    eyes = Eyes(library, blind=True)
    eyes.session.edit(0, 0, LINE)
    eyes.fan(*TEXTS)
    before = [branch.id for branch in eyes.session.branches]
    eyes.session.leave()
    library.close()
    library = Library(tmp_path / "blind")
    again = Session(library.daily(DAY), library, FanSettings(), lambda: None)
    assert [branch.id for branch in again.branches] == before
    assert again.hides
    library.close()


def test_the_shuffle_puts_every_branch_everywhere():
    witness = Witness(lambda _: None, lambda _: None)
    orders = set()
    for number in range(300):
        fan = type("Fan", (), {"id": number, "branches": (1, 2, 3)})()
        witness.begin(fan, blind=True)
        orders.add(witness.of(number).order)
    assert len(orders) == 6


def test_a_reason_is_on_record_and_belongs_to_the_last_take(eyes):
    assert not eyes.mirror.say_why(Reason.FERTILE)
    eyes.session.edit(0, 0, LINE)
    eyes.fan(*TEXTS)
    eyes.session.take(1)
    eyes.fan(*TEXTS)
    assert eyes.mirror.say_why(Reason.FERTILE)
    eyes.library.flush()
    found = held_up(eyes.library.log, Span.EVERYTHING, time.time())
    assert found.reasons == {"fertile": 1}


def test_a_sitting_is_held_up(eyes):
    eyes.session.edit(0, 0, LINE)
    eyes.fan(*TEXTS)
    eyes.read(1.0)
    eyes.session.highlight(1)
    eyes.session.take(1)
    eyes.session.edit(len(LINE) + 2, len(LINE) + 5, "")
    eyes.library.flush()
    for span in Span:
        found = held_up(eyes.library.log, span, time.time())
        total = found.amounts.total
        assert (total.typed, total.removed, total.accepted) == (len(LINE), 3, len(TEXTS[1]))
        assert found.positions.taken == {2: 1}
        assert found.pace.seconds == [pytest.approx(1.0)]
        assert found.lengths.characters == [len(TEXTS[1])]
        assert found.fluency.ranks == [0.5], "all are equally surprising"
        assert (found.afterwards.edited, found.afterwards.removed) == (1, 3)
        assert found.spreads[0].branches == 4
        assert len(found.sittings.all) == 1


def test_warnings_are_shown_unless_they_are_silent(eyes):
    eyes.session.edit(0, 0, LINE)
    eyes.fan(*["the same beginning here, " + text for text in TEXTS])
    fan, branches = eyes.session.fan.id, eyes.session.branches
    (warned,) = eyes.mirror.of_fan(fan, branches)
    assert warned.kind is WarningKind.BEGINNINGS
    assert warned.words == "4 of 4 branches share their first 26 tokens"
    assert not eyes.mirror.settings.silence(WarningKind.BEGINNINGS)
    assert eyes.mirror.of_fan(fan, branches) == ()
    again = MirrorSettings(MirrorConfig(), eyes.library.file.parent)
    assert not again.speaks(WarningKind.BEGINNINGS), "it is remembered"
    assert (eyes.library.file.parent / "mirror").stat().st_mode & 0o777 == 0o600


def test_what_is_kept_of_the_mirror_may_be_damaged(library):
    (library.file.parent / "mirror").write_bytes(b"\xff{")
    assert MirrorSettings(MirrorConfig(silent=("pace",)), library.file.parent).silent == {"pace"}


def test_how_quickly_the_last_choice_was_made_is_said_for_half_a_minute(eyes):
    eyes.session.edit(0, 0, LINE)
    eyes.fan(" and of all that was said of it on the way home", " and why")
    eyes.read(0.5)
    eyes.session.take(0)
    assert [warned.words for warned in eyes.mirror.warnings()] == ["chosen in 0 s; reading takes about 3"]
    eyes.clock.now += 31
    assert eyes.mirror.warnings() == ()


def test_after_a_long_pause_nothing_is_on_record_of_this_sitting_yet(eyes):
    eyes.session.edit(0, 0, LINE)
    eyes.library.flush()
    assert held_up(eyes.library.log, Span.SITTING, time.time() + PAUSE - 60).amounts.total.typed == len(LINE)
    assert held_up(eyes.library.log, Span.SITTING, time.time() + PAUSE + 60).amounts.total.typed == 0


def test_the_sitting_has_a_clock_and_a_limit(library):
    eyes = Eyes(library, limit=40)
    eyes.clock.now = eyes.mirror._sitting_since = eyes.mirror._active_at = 1000.0
    for _ in range(2):
        eyes.clock.now += 1200
        eyes.mirror.active()
    assert [warned.words for warned in eyes.mirror.warnings()] == ["40 min; you set 40"]
    assert clock(eyes.session) == ("40 min",)
    eyes.mirror.settings.silence(WarningKind.SITTING)
    assert eyes.mirror.warnings() == ()
    eyes.clock.now += 3600
    eyes.mirror.active()
    assert eyes.mirror.sitting_seconds == 0, "after a long pause another sitting begins"


def test_the_log_of_an_early_version_is_held_up_as_far_as_it_goes(library):
    row = library.daily(DAY)
    events = [Event(1e9, EventKind.GENERATED, 1, 1), Event(1e9 + 5, EventKind.TAKEN, 2, 1, 1, 4)]
    library.save(row.id, Changes(events=tuple(events)))
    library.flush()
    found = held_up(library.log, Span.EVERYTHING, time.time())
    assert found.choices == 1
    assert found.looked_into == 0, "the fan is gone"


# looking back


@pytest.fixture
def week_ago(library):
    """Something taken a week ago, and something today."""
    eyes = Eyes(library)
    eyes.session.loom._clock = eyes.session.loom.log._clock = lambda: time.time() - 7 * 86400
    eyes.session.edit(0, 0, LINE)
    eyes.fan(*TEXTS)
    eyes.session.take(2)
    eyes.mirror.say_why(Reason.SURPRISING)
    eyes.session.loom._clock = eyes.session.loom.log._clock = time.time
    eyes.fan(*TEXTS)
    eyes.session.take(0)
    library.flush()
    return eyes


def test_what_was_taken_a_week_ago_is_brought_up_once(week_ago):
    looking = LookingBack(week_ago.library, 3)
    found = looking.next()
    assert (found.days, found.text, found.before) == (7, TEXTS[2], LINE)
    assert looking.left == 3
    looking.judge(found, Verdict.HOLDS)
    assert looking.next() is None
    assert looking.left == 2
    held = held_up(week_ago.library.log, Span.EVERYTHING, time.time()).held
    assert held.by_days == {7: {"holds": 1}}


def test_never_more_than_a_few_a_day(week_ago):
    looking = LookingBack(week_ago.library, 0)
    assert looking.next() is None


def test_what_is_passed_over_does_not_come_again_today(week_ago):
    looking = LookingBack(week_ago.library, 3)
    looking.pass_over(looking.next())
    assert looking.next() is None
    assert looking.left == 3


def test_a_showing_of_a_fan_that_is_gone_is_not_kept(library):
    row = library.daily(DAY)
    library.save(row.id, Changes(showings=(Showing(99),)))
    assert library.flush(5)
    assert library.showing(row.id, 99) is None
