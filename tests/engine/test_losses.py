"""When another engine is started, and when no more; when one hangs. Without any process."""

import os

import pytest

from cyborg_tui.engine.log import open_log
from cyborg_tui.engine.losses import Losses
from cyborg_tui.engine.protocol import Evaluate, FanRequest, wire
from cyborg_tui.engine.pulse import WRITING, Pulse, loading
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.settings import FanSettings

TEXT = wire(Context((Segment("Once"),)))
OTHER = wire(Context((Segment("Twice"),)))


def fan(context=TEXT, seed=1, **settings):
    return FanRequest(1, context, FanSettings(**settings), seed)


@pytest.fixture
def losses():
    return Losses()


def test_three_losses_with_nothing_done_in_between_are_hopeless(losses):
    for _ in range(2):
        losses.lost(None, grew=False, loading=False)
        losses.loaded()
    assert not losses.hopeless
    losses.lost(None, grew=False, loading=False)
    assert losses.hopeless


def test_any_number_of_losses_is_borne_as_long_as_something_gets_done(losses):
    for _ in range(50):
        losses.lost(None, grew=False, loading=False)
        losses.loaded()
        losses.answered(Evaluate(TEXT))
    assert not losses.hopeless


def test_a_model_that_is_lost_twice_while_loading_is_hopeless_until_the_person_asks(losses):
    losses.lost(None, grew=False, loading=True)
    assert not losses.hopeless
    losses.lost(None, grew=False, loading=True)
    assert losses.hopeless
    losses.forgive()
    assert not losses.hopeless


def test_a_fan_is_guilty_after_two_losses_whatever_its_seed(losses):
    for seed in (1, 2):
        assert not losses.guilty(fan())
        losses.lost(fan(seed=seed), grew=True, loading=False)
    assert losses.guilty(fan(seed=3))
    assert not losses.guilty(fan(width=4))
    assert not losses.guilty(fan(OTHER))
    assert not losses.guilty(Evaluate(TEXT))


def test_a_context_that_cannot_be_read_is_guilty_for_whoever_asks_for_it(losses):
    losses.lost(fan(), grew=False, loading=False)
    losses.lost(Evaluate(TEXT), grew=False, loading=False)
    assert losses.guilty(fan(width=4))
    assert losses.guilty(Evaluate(TEXT))


def test_what_succeeds_is_guilty_of_nothing(losses):
    losses.lost(fan(), grew=True, loading=False)
    losses.answered(fan())
    losses.lost(fan(), grew=True, loading=False)
    assert not losses.guilty(fan())


def test_what_was_given_up_for_something_else_shows_nothing(losses):
    losses.lost(fan(), grew=True, loading=False)
    losses.answered(fan(), given_up=True)
    assert not losses.guilty(fan())
    losses.lost(fan(), grew=True, loading=False)
    assert losses.guilty(fan())


def ticks(pulse, seconds, patience=WRITING):
    for _ in range(seconds):
        pulse.tick()
    return pulse.gone(patience)


def test_five_seconds_of_silence_are_a_hang():
    pulse = Pulse()
    assert not ticks(pulse, 4)
    assert ticks(pulse, 1)


def test_a_long_step_is_no_hang_as_long_as_the_worker_answers():
    pulse = Pulse()
    for _ in range(59):
        pulse.tick()
        pulse.heard()
        pulse.stepped(7)
        assert not pulse.gone(WRITING)


def test_a_minute_without_a_step_is_a_hang_though_the_worker_answers():
    pulse = Pulse()
    pulse.stepped(7)
    for _ in range(60):
        pulse.tick()
        pulse.heard()
        pulse.stepped(7)
    assert pulse.gone(WRITING)


def test_a_large_model_may_take_longer_to_load_than_a_step_may_take():
    pulse = Pulse()
    for _ in range(600):
        pulse.tick()
        pulse.heard()
    assert not pulse.gone(loading(size=40_000_000_000))


def test_the_log_does_not_grow_without_end_and_is_the_owners_alone(tmp_path):
    log = tmp_path / "engine.log"
    log.write_bytes(b"x" * 1_000_001)
    log.chmod(0o666)
    os.close(open_log(log))
    assert log.stat().st_size == 0
    assert log.stat().st_mode & 0o777 == 0o600


def test_what_led_to_a_loss_stays_in_the_log(tmp_path):
    log = tmp_path / "engine.log"
    for word in (b"one ", b"two "):
        descriptor = open_log(log)
        os.write(descriptor, word)
        os.close(descriptor)
    assert log.read_bytes() == b"one two "


def test_without_a_place_for_the_log_the_engine_starts_all_the_same(tmp_path):
    os.close(open_log(tmp_path / "no" / "such" / "folder"))
