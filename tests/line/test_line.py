"""The accounting of the line, against a simulated one that carries so many bytes a second over so long a way."""

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.terminal.line import Line


class Wire:
    """A line as the app uses it: frames of so many bytes are painted when there is room, at most `fps` a second."""

    def __init__(self, rate, way=0.02, answers=True):
        self.line, self.rate, self.way, self.answers = Line(), rate, way, answers
        self.now = self._idle_at = 0.0
        self._under_way = deque()
        self.delays = []
        self.painted = 0
        self._say(60)

    def _say(self, count):
        """Send so many bytes, and ask if it is time to."""
        self.line.sent(count, self.now)
        self._idle_at = max(self.now, self._idle_at) + count / self.rate
        self.delays.append(self._idle_at - self.now)
        self._ask()

    def _ask(self):
        if self.line.wants_to_ask(self.now):
            self.line.asked(self.now)
            if self.answers:
                self._under_way.append(max(self.now, self._idle_at) + self.way)

    def run(self, seconds, frame, fps=20):
        end = self.now + seconds
        next_frame = self.now
        while self.now < end:
            self.now += 0.01
            while self._under_way and self._under_way[0] <= self.now:
                self.line.answered(self._under_way.popleft())
                self._ask()
            self.line.look(self.now, unwritten=0)
            self._ask()
            if frame and self.now >= next_frame and self.line.may_send(unwritten=0):
                self._say(frame)
                self.painted += 1
                next_frame = self.now + (0.25 if self.line.behind else 1 / fps)


def test_a_quick_line_is_never_in_the_way():
    wire = Wire(10_000_000)
    wire.run(5, frame=800)
    assert not wire.line.behind
    assert wire.line.budget is None
    assert wire.painted >= 80, "some twenty frames a second"


def test_a_quick_line_over_a_long_way_is_not_held_back():
    wire = Wire(1_000_000, way=0.2)
    wire.run(2, frame=1500)
    wire.painted = 0
    wire.run(5, frame=1500)
    assert not wire.line.behind
    assert wire.painted >= 80


def test_a_slow_line_is_found_out_and_never_filled_far_ahead():
    wire = Wire(4096)
    wire.run(3, frame=800)
    assert wire.line.behind
    assert wire.line.budget is not None
    wire.delays.clear()
    wire.run(10, frame=800)
    assert max(wire.delays) < 0.8, "seconds until what is painted is seen"


def test_a_line_that_is_quick_again_is_believed_after_some_seconds():
    wire = Wire(4096)
    wire.run(5, frame=800)
    assert wire.line.behind
    wire.rate = 1_000_000
    wire.run(1, frame=800)
    assert wire.line.behind, "not at once"
    wire.run(6, frame=800)
    assert not wire.line.behind
    assert wire.line.budget is None


def test_a_line_that_becomes_late_is_found_out_though_only_a_little_is_sent():
    wire = Wire(1_000_000)
    wire.run(3, frame=800)
    wire.run(3, frame=0)
    wire.way = 3
    wire.run(6, frame=30, fps=1)
    assert wire.line.behind


def test_a_line_that_takes_a_longer_way_is_not_taken_for_a_slow_one():
    wire = Wire(1_000_000)
    wire.run(5, frame=800)
    wire.way = 0.6
    for _ in range(10):
        wire.run(3, frame=800)
        wire.run(2, frame=0)
    assert not wire.line.behind


def test_a_slow_line_on_which_little_happens_is_not_taken_for_a_quick_one():
    wire = Wire(4096)
    wire.run(5, frame=800)
    wire.run(20, frame=300)
    assert wire.line.behind


def test_a_terminal_that_never_answers_is_asked_once():
    wire = Wire(1_000_000, answers=False)
    wire.run(10, frame=2000)
    assert wire.painted > 150
    assert not wire.line.wants_to_ask(wire.now)
    assert wire.line.may_send(unwritten=0)
    assert not wire.line.may_send(unwritten=1), "of it, only what was not written is known"


def _loses_the_answer_to_a_screenful(wire):
    """And nothing else is to be painted until it is late."""
    wire.run(1, frame=0)
    wire._say(12_000)
    assert wire._under_way
    wire._under_way.clear()
    wire.run(1, frame=0)


def _seconds_until_painted(wire):
    began, painted = wire.now, wire.painted
    while wire.painted == painted:
        wire.run(0.05, frame=1500)
        assert wire.now < began + 60, "nothing is painted any more"
    return wire.now - began


@pytest.mark.parametrize("rate", [4_096, 100_000, 10_000_000])
def test_an_answer_that_got_lost_stops_painting_for_some_seconds_at_most(rate):
    wire = Wire(rate, way=0.2)
    wire.run(5, frame=1500)
    _loses_the_answer_to_a_screenful(wire)
    assert _seconds_until_painted(wire) < (15 if rate < 10_000 else 3)
    wire.run(6, frame=1500)
    assert wire.line.behind == (rate < 10_000), "what was lost says nothing of how quick the line is"
    painted = wire.painted
    wire.run(5, frame=1500)
    assert wire.painted - painted >= (80 if rate > 10_000 else 8), "it is painted as before"


def test_a_line_that_stands_still_is_sent_little_until_it_goes_on():
    wire = Wire(100_000)
    wire.run(2, frame=1500)
    sent, wire.answers = wire.line._sent, False
    wire.run(60, frame=1500)
    assert wire.line._sent - sent < 30_000
    wire.answers = True
    assert _seconds_until_painted(wire) < 20
    wire.run(5, frame=1500)
    assert not wire.line.behind


def test_a_stalled_line_is_behind_and_gets_nothing_more():
    wire = Wire(100_000)
    wire.run(2, frame=800)
    line, now = wire.line, wire.now
    for step in range(40):
        line.sent(800, now + step / 20)
        if line.wants_to_ask(now + step / 20):
            line.asked(now + step / 20)
    line.look(now + 3, unwritten=500)
    assert line.behind
    assert not line.may_send(unwritten=500)
    line.look(now + 60, unwritten=500)
    assert not line.may_send(unwritten=500), "what the system has not taken, no question was lost in"


@settings(max_examples=60, deadline=None)
@given(
    rate=st.integers(1_000, 5_000_000),
    way=st.floats(0, 0.4),
    frame=st.integers(50, 3000),
    fps=st.integers(1, 60),
)
def test_whatever_the_line_painting_goes_on_and_waits_are_bounded(rate, way, frame, fps):
    wire = Wire(rate, way)
    wire.run(12, frame, fps)
    wire.delays.clear()
    painted = wire.painted
    wire.run(8, frame, fps)
    assert wire.painted > painted
    # what may be under way, one frame more, and what an answer is late to say
    assert max(wire.delays) <= 0.3 + way + (1536 + 1024 + 2 * frame) / rate + 0.3


@pytest.mark.parametrize("count", [1, 3])
def test_answers_that_nobody_asked_for_are_passed_over(count):
    line = Line()
    for _ in range(count):
        line.answered(1.0)
    assert line.may_send(unwritten=0)
