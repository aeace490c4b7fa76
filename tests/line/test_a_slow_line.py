"""The app at the end of a slow line, and of one that stalls: 4 KB a second, or nothing at all."""

import re
import signal
import time

import pytest

from tests.terminal import APP, SlowTerminal, Terminal
from tests.test_the_loop import LINE, left, todays_loom

QUICK = 10_000_000
FRAME = b"\x1b[1;1H"
"""Every update ends by putting the terminal's own cursor away."""


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def slow(data, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("widen = false\n[fan]\nmax_tokens = 900\nuntil = 'tokens'\n")
    paced = {"CYBORG_TUI_ENGINE_PACE": "0.02,100000"}  # else the branches might end before the test does
    with SlowTerminal((*APP, "--data-dir", data, "--config", config), environment=paced) as t:
        t.wait_for("Tab branches")
        yield t


def highlights(number):
    return lambda screen: re.search(rf"{number}[ ✓*]▌", screen)


def stream(t):
    t.send(LINE)
    t.wait_for(lambda s: LINE in left(s))
    t.send("Tab")
    t.wait_for(highlights(1))


def test_moving_among_eight_branches_that_stream_is_seen_within_a_second(slow):
    stream(slow)
    waits = []
    for number in (2, 3, 4, 5, 4, 3, 2, 1):
        waits.append(slow.seconds_until(highlights(number), "j" if number > len(waits) + 1 else "k"))
        slow.read(0.1)
    assert "Esc stops" in slow.screen, "the branches still grow"
    assert sorted(waits)[-2] <= 1, waits  # one may meet a moment at which the machine is busy


def test_what_is_typed_after_asking_for_branches_is_seen_within_a_second(slow):
    stream(slow)
    slow.send("i")
    assert slow.seconds_until("zebra", "zebra") <= 1


def test_what_is_typed_while_the_window_is_dragged_is_seen_within_a_second(slow):
    slow.send(LINE)
    slow.wait_for(lambda s: LINE in left(s))
    waits = []
    for number in range(6):
        slow.resize(110 + number, 30 + number % 2)
        time.sleep(0.15)
        slow.send(f" w{number}")
    waits.append(slow.seconds_until("zebra", " zebra"))
    assert max(waits) <= 1


def test_it_falls_to_four_frames_of_one_branch_and_comes_back(data, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("widen = false\n[fan]\nmax_tokens = 200\nuntil = 'tokens'\n")
    with SlowTerminal((*APP, "--data-dir", data, "--config", config), rows=60) as t:
        t.wait_for("Tab branches")
        stream(t)
        t.wait_for("The line is slow: only the highlighted branch is shown while it grows")
        slow = again(t, lambda held, count: held)
        assert slow <= 8, "four a second, and one more for each that was sent in parts"
        t.rate = QUICK
        assert again(t, lambda held, count: not held and count > slow) > slow


def again(t, until):
    """Fan after fan from the same place, until one is shown as wanted. Returns the frames of its first second."""
    for _ in range(40):
        t.send("r")
        t.wait_for(highlights(1))
        before, held = t.raw.count(FRAME), False
        end = time.monotonic() + 1
        while time.monotonic() < end:
            t.read()
            held = held or "…" in t.screen
        count = t.raw.count(FRAME) - before
        if until(held, count):
            return count
        t.wait_for(lambda s: "Esc stops" not in s)
    raise AssertionError(f"in vain:\n{t.screen}")


@pytest.fixture(params=["answers", "never answers"])
def stalled(request, data):
    """A terminal that has been written in, and then reads nothing any more; nor does the system take any more."""
    answers = request.param == "answers"
    with SlowTerminal((*APP, "--data-dir", data), rate=QUICK, answers=answers) as t:
        t.wait_for("Tab branches")
        t.send("Words.")
        t.wait_for("Words.")
        t.rate = 0
        for _ in range(8):
            t.send("F1")
            time.sleep(0.1)
            t.send("Esc")
            time.sleep(0.2)
        yield t


def test_what_is_typed_into_a_stalled_terminal_is_kept_though_the_app_is_killed(stalled, data):
    typed = " word" * 300
    stalled.send(typed)
    end = time.monotonic() + 15
    while not todays_loom(data).text.endswith(typed) and time.monotonic() < end:
        time.sleep(0.2)
    stalled.kill()
    assert todays_loom(data).text == "Words." + typed


@pytest.mark.parametrize("how", ["Ctrl+Q", signal.SIGHUP])
def test_a_stalled_app_ends_when_it_is_told_to_and_restores_the_terminal(stalled, data, how):
    began = time.monotonic()
    if isinstance(how, str):
        stalled.send(how)
    else:
        stalled.kill(how)
    stalled.wait_for_end(8)
    assert time.monotonic() - began < 6
    stalled.rate = QUICK
    end = time.monotonic() + 5
    while b"\x1b[?1049l" not in stalled.raw and time.monotonic() < end:
        stalled.read()
    assert b"\x1b[?1049l" in stalled.raw
    assert b"\x1b[?25h" in stalled.raw
    assert todays_loom(data).text == "Words."


HELP = "Another fan from the same place"


class ForgetfulTerminal(Terminal):
    """Its answers get lost for a while."""

    forgets = False
    forgotten = 0

    def _answer(self, data):
        self.forgotten += self.forgets
        if not self.forgets:
            super()._answer(data)


def test_a_terminal_whose_answer_was_lost_is_painted_again_after_some_seconds(data):
    with ForgetfulTerminal((*APP, "--data-dir", data)) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        t.forgets = True
        t.send("F1")
        t.wait_for(HELP)
        t.read(1)
        assert t.forgotten
        t.forgets = False
        t.send("Esc")
        t.wait_for(lambda s: HELP not in s, seconds=8)
        t.send(" again")
        t.wait_for(lambda s: LINE + " again" in left(s), seconds=8)
