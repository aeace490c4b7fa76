"""A manuscript that outgrows the window: its beginning goes in large steps, and no step is waited for."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.window import Window
from tests.engine.asking import Engine
from tests.engine.test_resident import PARAGRAPH

BUDGET = 400


def ends_paragraph(token):
    return token % 50 == 0


def words(count):
    return list(range(1, count + 1))


def test_nothing_is_left_out_while_there_is_room():
    assert Window().place(words(BUDGET), BUDGET, ends_paragraph) == 0


def test_a_quarter_goes_at_once_up_to_the_end_of_a_paragraph():
    assert Window().place(words(BUDGET + 1), BUDGET, ends_paragraph) == 100


def test_then_it_stays_until_the_rest_is_full():
    window = Window()
    places = [window.place(words(length), BUDGET, ends_paragraph) for length in range(401, 701)]
    assert places == [100] * 100 + [200] * 100 + [300] * 100


def test_what_is_left_out_or_edited_before_it_does_not_move_it():
    window = Window()
    text = words(480)
    assert window.place(text, BUDGET, ends_paragraph) == 100
    assert window.place(text[60:], BUDGET, ends_paragraph) == 40
    assert window.place([7, 7, 7, *text], BUDGET, ends_paragraph) == 103
    assert window.place([9] * 40 + text[10:], BUDGET, ends_paragraph) == 130


def test_the_next_window_is_known_when_this_one_is_nearly_full_and_is_the_one_that_comes():
    window = Window()
    assert window.next(words(339), BUDGET, ends_paragraph) is None
    at = window.next(words(340), BUDGET, ends_paragraph)
    assert at == 100
    assert window.next(words(390), BUDGET, ends_paragraph) == at, "it stays when more is written"
    assert window.place(words(401), BUDGET, ends_paragraph) == at


@given(st.lists(st.integers(1, 60), min_size=1, max_size=60), st.lists(st.integers(0, 3), max_size=500))
def test_whatever_is_written_there_is_always_room_and_something_is_seen(steps, alphabet):
    window, text = Window(), list(alphabet)
    for step in steps:
        text += range(len(text), len(text) + step)
        at = window.place(text, BUDGET, ends_paragraph)
        assert 0 <= at < len(text)
        assert len(text) - at <= BUDGET
        if step % 3 == 0:
            window.next(text[at:], BUDGET, ends_paragraph)


@pytest.fixture
def small():
    return EngineConfig(nice=0, context=512)


async def grown(engine, pause):
    """What had to be evaluated for each fan while a text grows over the border of the window."""
    text, evaluated = "".join(f"{number}. {PARAGRAPH}" for number in range(8)), []
    for number in range(8, 12):
        text += f"{number}. {PARAGRAPH}"
        answer = await engine.fan(text.rstrip(), width=2, max_tokens=8)
        evaluated.append(answer.stats.evaluated_tokens)
        await asyncio.sleep(pause)
    assert answer.stats.left_out_tokens
    return evaluated[1:]


async def test_crossing_the_border_costs_no_wait_if_there_was_time_before(small):
    async with Engine(small) as engine:
        one = await engine.evaluate(PARAGRAPH)
        hurried = await grown(engine, pause=0)
        assert max(hurried) > 3 * one, "in a hurry the shorter window is read when it is needed"
    async with Engine(small) as engine:
        assert max(await grown(engine, pause=1.5)) < 2 * one + 20


async def test_the_way_back_over_the_border_is_there_too(small):
    async with Engine(small) as engine:
        text = (PARAGRAPH * 8).rstrip()
        await engine.fan(text, width=2, max_tokens=1)
        await asyncio.sleep(2)
        assert (await engine.fan(text, width=2, max_tokens=1)).stats.evaluated_tokens == 0
