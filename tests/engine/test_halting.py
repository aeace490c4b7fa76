"""What is read is halted at once when it is of no use any more, and nothing is spoilt by that."""

import asyncio
import random
import threading
import time

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.inbox import Inbox
from cyborg_tui.engine.llama import HaltedError, Llama
from cyborg_tui.engine.protocol import Cancel, Evaluate, FanRequest, Load, MakeVector, ScoreRequest
from cyborg_tui.loom.contrast import Method
from cyborg_tui.loom.settings import FanSettings
from tests.engine.asking import Engine
from tests.engine.deck import MINUS, PLUS, Deck, context
from tests.engine.test_resident import PARAGRAPH

TEXT = PARAGRAPH * 12


@pytest.fixture
def deck():
    deck = Deck(exact=True)
    yield deck
    deck.close()


def halted_after(deck, seconds, request):
    """What is said of a request during which something else is wanted."""
    deck.stops_after = None

    def halt():
        time.sleep(seconds)
        deck.stops_after = 0
        deck.model.halt.set()

    thread = threading.Thread(target=halt)
    thread.start()
    events = deck.ask(request)
    thread.join()
    deck.stops_after = None
    deck.model.halt.clear()
    return events


@pytest.fixture
def halted(monkeypatch):
    """Counts the batches that were halted."""
    count = []

    def decode(self, batch, *, may_halt=False):
        try:
            plain(self, batch, may_halt=may_halt)
        except HaltedError:
            count.append(len(batch))
            raise

    plain = Llama.decode
    monkeypatch.setattr(Llama, "decode", decode)
    return count


def test_after_reading_was_halted_anywhere_a_fan_is_the_same_to_the_token(deck, halted):
    expected = deck.fan(TEXT)
    while len(halted) < 5:
        deck.answering.contexts.plain.resident.forget()
        for _ in range(2):
            text = TEXT[: random.randrange(len(TEXT))]
            request = FanRequest(1, context(text), FanSettings(width=4, max_tokens=12), 1)
            halted_after(deck, random.uniform(0, 0.1), request)
        drawn = deck.fan(TEXT)
        assert (drawn.texts, drawn.tokens) == (expected.texts, expected.tokens)


def test_a_vector_that_is_not_wanted_any_more_is_left_in_the_middle_of_a_batch(deck, halted, tmp_path):
    expected = deck.fan(TEXT)
    plus, minus = (tuple(text.encode() for text in texts) for texts in (PLUS, MINUS))
    request = MakeVector(1, str(tmp_path / "sorrow.gguf").encode(), "sorrow", plus, minus, Method.MEANS)
    while not halted:
        (tmp_path / "sorrow.gguf").unlink(missing_ok=True)  # of a round that was not halted
        events = halted_after(deck, random.uniform(0, 0.05), request)
    assert events[-1].facts is None
    assert not [*tmp_path.iterdir()]
    assert deck.fan(TEXT).texts == expected.texts


def test_a_scoring_that_was_halted_spoils_no_other(deck, halted):
    expected = deck.score("Once", TEXT)
    while len(halted) < 3:
        halted_after(deck, random.uniform(0, 0.1), ScoreRequest(1, context("Once"), context(TEXT)))
        assert deck.score("Once", TEXT) == pytest.approx(expected, rel=5e-4), "but for how many were read together"


def taken(*requests):
    """An inbox out of which these were taken."""
    inbox = Inbox()
    for request in requests:
        inbox.put(request)
        inbox.next()
    return inbox


def test_esc_another_model_and_another_text_halt_what_is_read():
    reading = Evaluate(context("Once upon a time"))
    assert not taken(reading).halt
    for request in (Cancel(), Load(EngineConfig(), b"", 0), Evaluate(context("Once")), fan("Twice upon a time")):
        inbox = taken(reading)
        inbox.put(request)
        assert inbox.wanted()
        assert inbox.halt


def test_reading_goes_on_for_what_needs_all_of_it():
    for text in ("Once upon a time", "Once upon a time there was"):
        inbox = taken(Evaluate(context("Once upon a time")))
        inbox.put(fan(text))
        assert inbox.wanted()
        assert not inbox.halt
        assert inbox.next() == fan(text)
        assert not inbox.wanted()


def test_what_was_asked_for_last_does_not_halt_itself():
    inbox = taken(Evaluate(context("Once")), Cancel(), fan("Twice"))
    assert not inbox.wanted()
    assert not inbox.halt


def fan(text):
    return FanRequest(1, context(text), FanSettings(), 1)


async def test_a_chore_is_left_in_the_middle_of_a_step_when_something_is_asked_for(monkeypatch):
    monkeypatch.setenv("CYBORG_TUI_ENGINE_PACE", "0.8,1000")
    async with Engine() as engine:
        await engine.evaluate("Once upon a time")
        await asyncio.sleep(1.2)  # it has begun to measure how long steps take, each of them 0.8 seconds
        asked = time.monotonic()
        await engine.evaluate("Twice")
        assert time.monotonic() - asked < 1.4, "its own step, and no other"
