"""The engine is killed, hangs or refuses: the person loses the rest of a fan, never a word."""

import os
import random
import signal
import time

import pytest

from cyborg_tui.engine import client
from cyborg_tui.engine.pulse import Patience
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Waiting

BACK = 3.0
"""Seconds within which the engine is ready again."""
PARAGRAPH = "The rooms had kept their distances, and nobody had told the clock in the hall. "


@pytest.fixture
def unhurried(monkeypatch):
    """A model slow enough to be caught in the middle of something."""
    monkeypatch.setenv("CYBORG_TUI_ENGINE_PACE", "0.01,1500")


def stop(desk, sign=signal.SIGKILL):
    os.kill(desk.engine.pid, sign)


def interrupted(branches):
    """Whether a fan was cut short; a branch or two may have come to their end before."""
    return Finish.INTERRUPTED in (ended := {branch.finish for branch in branches}) and ended <= {
        Finish.INTERRUPTED,
        Finish.END,
    }


def whole(branches):
    return {branch.finish for branch in branches} <= {Finish.TOKENS, Finish.END}


async def back(desk, pid):
    """Wait until another worker is ready; how many seconds that took."""
    began = time.monotonic()
    await desk.until(lambda: desk.engine.pid != pid and desk.session.view.model is not None)
    return time.monotonic() - began


async def killed_mid_fan(desk):
    session = desk.session
    session.ask()
    await desk.until(lambda: any(len(branch.tokens) > 3 for branch in session.branches))
    fan, pid = session.fan, desk.engine.pid
    stop(desk)
    seconds = await back(desk, pid)
    branches = session.loom.tree.branches(fan.id)
    assert interrupted(branches)
    assert any(len(branch.tokens) > 3 for branch in branches)
    return seconds


async def killed_mid_prompt(desk):
    session = desk.session
    session.edit(0, 0, PARAGRAPH * 20)
    session.move_cursor(len(session.loom.text))
    session.ask()
    await desk.until(lambda: session.view.waiting is Waiting.PROMPT and session.view.done > 0)
    fan, pid = session.fan, desk.engine.pid
    stop(desk)
    seconds = await back(desk, pid)
    assert session.busy, "what had not begun to grow is asked for again"
    await desk.until(lambda: not session.busy)
    assert whole(session.loom.tree.branches(fan.id))
    session.edit(0, len(PARAGRAPH) * 20, "")
    session.move_cursor(len(session.loom.text))
    return seconds


async def killed_while_loading(desk):
    pid = desk.engine.pid
    stop(desk)
    await desk.until(lambda: desk.engine.pid != pid)
    pid = desk.engine.pid
    stop(desk)
    return await back(desk, pid)


@pytest.mark.parametrize("rounds", [8, pytest.param(40, marks=pytest.mark.soak)])
async def test_however_often_it_is_killed_the_engine_is_back_and_every_word_is_there(desk, library, unhurried, rounds):
    session, dice = desk.open(max_tokens=24), random.Random(3)
    await desk.start()
    seconds, kept = [], {}
    for number in range(rounds):
        session.edit(len(session.loom.text), len(session.loom.text), f"Sentence {number} of the day. ")
        session.move_cursor(len(session.loom.text))
        text = session.loom.text
        round_ = (killed_mid_fan, killed_mid_fan, killed_mid_prompt, killed_while_loading)[number % 4]
        seconds.append(await round_(desk))
        assert session.loom.text == text
        assert not session.view.problem
        assert "started again" in session.view.news or session.busy or round_ is killed_mid_prompt
        kept |= {b.id: (b.text, b.finish) for fan in session.loom.tree.fans for b in session.loom.tree.branches(fan.id)}
        if dice.random() < 0.5 and session.branches and session.take(dice.randrange(8)):
            text = session.loom.text
        assert library.flush(5)
        again = library.open(session.row.id)
        assert again.text == text
        assert {b.id: (b.text, b.finish) for f in again.tree.fans for b in again.tree.branches(f.id)} == kept
    assert sorted(seconds)[-3] < BACK, f"{seconds}; one or two may meet a moment at which the machine is busy"


async def test_what_was_asked_for_while_the_engine_was_away_comes_when_it_is_back(desk):
    session = desk.open()
    await desk.start()
    stop(desk)
    await desk.until(lambda: session.view.model is None)
    assert session.ask()
    await desk.until(lambda: session.fan is not None and not session.busy)
    assert whole(session.branches)


async def test_a_fan_that_cost_two_engines_is_not_asked_a_third_time(desk, unhurried):
    session = desk.open(max_tokens=24)
    await desk.start()
    session.edit(0, 0, "Here lies the end of it.")
    for _ in range(2):
        await killed_mid_fan(desk)
    pid = desk.engine.pid
    session.ask()
    await desk.until(lambda: not session.busy)
    assert "not asked again" in session.view.news
    assert all(branch.finish is Finish.INTERRUPTED and not branch.text for branch in session.branches)
    assert desk.engine.pid == pid
    session.edit(0, 0, "Another matter. ")
    assert whole(await desk.fan())


async def test_a_model_that_stops_the_engine_twice_while_loading_is_given_up_until_the_person_asks(desk):
    session = desk.open()
    await desk.start()
    pid = desk.engine.pid
    for _ in range(3):
        stop(desk)
        await desk.until(lambda pid=pid: desk.engine.pid != pid or session.view.problem)
        pid = desk.engine.pid
    assert "twice while it loaded" in session.view.problem
    assert not session.ask()
    await desk.until(lambda: session.view.model is not None)
    assert not session.view.problem


async def test_an_engine_that_hangs_in_a_fan_is_replaced(desk, unhurried, monkeypatch):
    monkeypatch.setattr(client, "WRITING", Patience(silent=2, still=60))
    session = desk.open(max_tokens=400)
    await desk.start()
    session.edit(0, 0, "I have been thinking about the sea again.")
    session.ask()
    await desk.until(lambda: any(len(branch.tokens) > 3 for branch in session.branches))
    pid = desk.engine.pid
    stop(desk, signal.SIGSTOP)
    await desk.until(lambda: "did not answer" in session.view.news)
    assert interrupted(session.branches)
    assert any(branch.text for branch in session.branches)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert await back(desk, pid) < BACK
    session.edit(0, 0, "Well. ")
    session.draw_by(FanSettings(max_tokens=8))
    assert all(branch.text for branch in await desk.fan())
