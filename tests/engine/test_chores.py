"""What the engine finds out while nothing is asked of it."""

import asyncio
import hashlib
import os
import time

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine import chores
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.chores import Chores
from cyborg_tui.engine.protocol import Evaluate, FileHash, Widths
from cyborg_tui.engine.widths import WIDTHS, widened
from tests.engine.asking import Engine
from tests.engine.deck import Deck, context

SEA = "I have been thinking about the sea again, and about why the house seemed smaller."
FACTS = {1: 27.0, 2: 50.0, 3: 72.0, 4: 91.0, 5: 104.0, 6: 118.0, 7: 125.0, 8: 93.0, 12: 121.0, 16: 145.0}
"""Milliseconds of a step, of a model of 0.6 billion parameters on two cores."""


def test_eight_come_sooner_than_five():
    assert widened(5, FACTS) == 8
    assert widened(7, FACTS) == 12


def test_no_fan_is_made_slower():
    assert widened(8, FACTS) == 8
    assert widened(4, FACTS) == 4


def test_where_nothing_is_known_and_for_a_single_branch_it_stays_as_it_was_wanted():
    assert widened(5, {}) == 5
    assert widened(1, dict.fromkeys(WIDTHS, 1.0)) == 1


def test_no_more_than_twice_as_many_come():
    assert widened(3, dict.fromkeys(WIDTHS, 1.0)) == 6


async def test_the_widths_and_the_file_are_known_after_a_while_and_at_once_the_next_time():
    async with Engine() as engine:
        await engine.evaluate(SEA)
        widths = await engine.wait_for(Widths)
        file = await engine.wait_for(FileHash)
    assert sorted(widths.seconds) == sorted(WIDTHS)
    assert all(seconds > 0 for seconds in widths.seconds.values())
    assert file.sha256 == hashlib.sha256(embedded_model().read_bytes()).hexdigest()
    async with Engine() as engine:
        assert (await engine.wait_for(FileHash)).sha256 == file.sha256
        assert (await engine.wait_for(Widths)).seconds == widths.seconds


async def test_a_changed_file_is_another_one(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(embedded_model().read_bytes())
    found = []
    for _ in range(2):
        async with Engine(EngineConfig(model=str(path), nice=0)) as engine:
            await engine.evaluate(SEA)
            found.append((await engine.wait_for(FileHash)).sha256)
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(time.time_ns(), time.time_ns()))
    assert len(set(found)) == 2


async def test_measuring_leaves_everything_where_it_was():
    async with Engine() as engine:
        first = await engine.fan(SEA, width=8, max_tokens=8)
        await engine.wait_for(Widths)
        again = await engine.fan(SEA, width=8, max_tokens=1)
    assert again.stats.evaluated_tokens == 0
    assert again.held.paths == first.held.paths


@pytest.mark.parametrize(("seconds", "kept"), [(5.0, 512), (-1.0, 256)])
def test_what_is_kept_at_the_end_is_left_where_it_takes_too_long(tmp_path, monkeypatch, seconds, kept):
    monkeypatch.setattr(chores, "_LEAVING", seconds)
    deck = Deck()
    resident = deck.answering.contexts.plain.resident
    leaving = Chores(resident, embedded_model(), deck.heard.append, tmp_path / "engine.cache")
    deck.ask(Evaluate(context(SEA * 40)))
    leaving.keep_all()
    assert len(resident.keeping.file.tokens) // 256 * 256 == kept
    deck.close()


async def test_whenever_something_is_asked_for_it_is_done():
    async with Engine() as engine:
        for number in range(0, 6, 2):
            await engine.evaluate(SEA + " " + "And then. " * number)
            await asyncio.sleep(1.0 + number / 100)
            assert all((await engine.fan(SEA, width=2, max_tokens=2)).texts)
