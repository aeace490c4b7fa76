"""Fans under the levers of a frame: steered, guided, blended; on record, and made again."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.commands.replay import replay
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.protocol import Evaluated, VectorEnded
from cyborg_tui.engine.vectors import read_vector, write_vector
from cyborg_tui.frames import BadFrameFile, frame_from_toml, frame_to_toml
from cyborg_tui.loom.blend_text import BadBlend, blend_from, blend_to
from cyborg_tui.loom.conditions import Origin
from cyborg_tui.loom.contrast import Contrast
from cyborg_tui.loom.frame import Blended, Frame
from cyborg_tui.loom.guidance import ALONE, Mix
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Adapter, Steering, Vector
from cyborg_tui.loom.steering_text import BadSteering, steering_from, steering_to
from cyborg_tui.session.levers import LEVERS, text_of, with_text
from cyborg_tui.session.sight import context_then
from tests.engine.deck import MINUS, PLUS

SEA = "I have been thinking about the sea again."


def nothing(name):
    """No frame has a name."""
    raise BadFrameFile(f"There is no frame {name}.")


async def read_ahead(desk, tokens):
    """Have what stands there read, so many tokens, and wait for it."""
    heard = []
    desk.session.listen(heard.append)
    desk.session.prepare()
    await desk.until(lambda: any(isinstance(event, Evaluated) and event.tokens == tokens for event in heard))
    desk.session.stop_listening(heard.append)


@pytest.fixture
async def steering(desk, tmp_path):
    heard = []
    session = desk.open()
    session.listen(heard.append)
    await desk.start()
    path = tmp_path / "sorrow.gguf"
    desk.engine.levers.make_vector(str(path), "sorrow", Contrast(PLUS, MINUS))
    await desk.until(lambda: any(isinstance(event, VectorEnded) for event in heard))
    session.stop_listening(heard.append)
    return Steering((Vector(str(path), 1.5),))


async def test_a_frame_steers_and_the_fan_remembers_it(desk, steering):
    session = desk.session
    session.edit(0, 0, SEA)
    await desk.fan()
    plain = session.fan
    session.set_frame(0, Frame(steering=steering))
    assert session.settings.steering == steering
    branches = await desk.fan()
    assert any(branch.text for branch in branches)
    assert session.fan.settings.steering == steering
    (draw,) = session.draws(session.fan.id)
    assert len(draw.steered_by) == 1
    assert session.loom.tree.fan(plain.id).settings.steering == UNSTEERED, "an old fan still knows what it had"
    session.set_frame(0, Frame())
    assert session.settings.steering == UNSTEERED


async def test_reading_ahead_is_steered_too_so_that_the_fan_reads_nothing(desk, steering):
    session = desk.session
    session.set_frame(0, Frame(steering=steering))
    session.edit(0, 0, SEA)
    await read_ahead(desk, 9)
    await desk.fan()
    assert session.view.stats.reused_tokens == session.view.stats.prompt_tokens


async def test_led_away_from_another_memory(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, SEA)
    session.set_frame(0, Frame(memory="A book of joy.", against="A book of sorrow.", guidance=2.0, note="slowly"))
    assert session.settings.mix == Mix(2.0, (-1.0,))
    await read_ahead(desk, 21)
    branches = await desk.fan()
    assert any(branch.text for branch in branches)
    (draw,) = session.draws(session.fan.id)
    (other,) = draw.conditions.beside
    assert [insert.text for insert in other.of(Origin.MEMORY)] == ["A book of sorrow.\n\n"]
    assert other.of(Origin.NOTE) == draw.conditions.of(Origin.NOTE)
    assert draw.beside[0].tokens > 0
    assert session.view.stats.reused_tokens == session.view.stats.prompt_tokens
    again = context_then(session.loom, draw)
    assert again.beside[0].text == f"A book of sorrow.\n\nslowly\n{SEA}"
    assert session.more() == ""
    await desk.until(lambda: not session.busy)
    assert len(session.draws(session.fan.id)) == 2


async def test_a_fan_that_was_steered_and_led_away_is_made_again_to_the_token(desk, steering, tmp_path):
    await desk.engine.close()
    exact = EngineConfig(nice=0, exact=True)
    desk.engine = EngineClient(exact, lambda event: desk.session and desk.session.hear(event))
    session = desk.open()
    await desk.start()
    session.edit(0, 0, SEA)
    session.set_frame(0, Frame(memory="Joy.", against="Sorrow.", blend=(Blended("Calm."),), steering=steering))
    await desk.fan()
    fan, draws = session.fan, session.draws(session.fan.id)
    replayed = await asyncio.to_thread(replay, session.loom, fan, draws, exact)
    assert replayed.tokens
    assert replayed.differences == replayed.circumstances == ()
    (vector,) = steering.vectors
    made = read_vector(Path(vector.path))
    write_vector(Path(vector.path), made.facts, {layer: 2 * one for layer, one in made.directions.items()})
    replayed = await asyncio.to_thread(replay, session.loom, fan, draws, exact)
    assert replayed.differences
    assert "A file of what steered it is another one now." in replayed.circumstances


def test_blend_and_guidance_are_weighed_together():
    parts = (Blended("one", 1.0), Blended("two", 2.0))
    assert Frame(blend=parts).mix == Mix(0.25, (0.25, 0.5))
    assert Frame(blend=parts, against="x", guidance=2.0).mix == Mix(0.5, (0.5, 1.0, -1.0))
    assert Frame("own", blend=parts, against="x").parts == ("one", "two", "x")
    assert Frame("own").mix == ALONE


def test_a_loom_comes_back_with_them(library, day):
    from cyborg_tui.session import Session

    frame = Frame(steering=Steering((Vector("a", 1.5, 2, 3),), (Adapter("b", 0.5),)), blend=(Blended("x", 0.5),))
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    session.edit(0, 0, SEA)
    session.set_frame(0, frame)
    session.leave()
    again = Session(library.daily(day), library, FanSettings(), lambda: None)
    assert again.frame.steering == frame.steering
    assert again.settings.mix == Mix(1 / 1.5, (0.5 / 1.5,))
    again.leave()


paths = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=30)
numbers = st.floats(-100, 100).map(lambda number: float(f"{number:.6g}"))
layers = st.tuples(st.integers(0, 40), st.integers(0, 40)).filter(lambda two: not two[1] or two[0] <= two[1])
vectors = st.builds(lambda path, strength, two: Vector(path, strength, *two), paths, numbers, layers)
steerings = st.builds(
    Steering,
    st.lists(vectors, max_size=3).map(tuple),
    st.lists(st.builds(Adapter, paths, numbers), max_size=2).map(tuple),
)


@given(steerings)
def test_what_is_written_of_steering_is_read_as_it_was(steering):
    assert steering_from(steering_to(steering)) == steering


@given(steerings, st.lists(st.builds(Blended, st.text("ab\n :*"), st.floats(0, 100).map(lambda x: round(x, 3)))))
def test_a_frame_file_has_it_too(steering, blend):
    frame = Frame(steering=steering, against="x", guidance=-1.5, blend=tuple(blend[:2]))
    assert frame_from_toml(frame_to_toml(frame)) == frame


@given(st.lists(st.builds(Blended, st.text("ab \n").map(str.strip).filter(bool), st.just(0.5)), max_size=2))
def test_a_blend_is_read_as_it_was_written(parts):
    assert blend_from(blend_to(parts), nothing) == tuple(parts)
    assert all(blend_from(part.text, nothing) == (replace(part, weight=1.0),) for part in parts)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sorrow", "Line 1: this cannot be read"),
        ("1.0 a\n\n1.5", "Line 3: this cannot be read"),
        ("1000 a", "Line 1: strength is 1,000"),
        ("1 a layers 8-3", "Line 1: last layer is 3"),
        ("1 adapter a layers 3", "Line 1: an adapter works in all"),
        ("1 a layers -", "Line 1: layers - cannot be read"),
        ("\n".join(["1 a"] * 40), "Number of vectors is 40"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, says):
    with pytest.raises(BadSteering, match=f"^{says}"):
        steering_from(text)
    with pytest.raises(BadBlend, match=r"^Part 2: weight must be a number"):
        blend_from("a\n***\nweight: many\nb", nothing)


def test_how_a_person_writes_it():
    text = "1,5 sorrow\n -2 ~/my vectors/sea.gguf  layers 3 - 8\n+.5 adapter poems.gguf\n"
    text += "1 x layer 4\n1 y layers 4-\n1 z layers -4"
    assert steering_from(text) == Steering(
        (
            Vector("sorrow", 1.5),
            Vector("~/my vectors/sea.gguf", -2.0, 3, 8),
            Vector("x", 1.0, 4, 4),
            Vector("y", 1.0, 4, 0),
            Vector("z", 1.0, 0, 4),
        ),
        (Adapter("poems.gguf", 0.5),),
    )
    lever = next(one for one in LEVERS if one.key == "steering")
    frame = with_text(lever, Frame(), text, nothing)
    assert with_text(lever, Frame(), text_of(lever, frame), nothing) == frame


async def test_what_is_in_a_file_is_asked_again_of_the_engine_that_comes_after_one_that_is_gone(desk, steering):
    """It had been asked, and did not come to answer."""
    looking = desk.session.steering_desk(lambda: None)
    desk.session.listen(looking.hear)
    name = steering.vectors[0].path
    os.kill(desk.engine.pid, signal.SIGSTOP)
    assert looking.facts(name) is None
    os.kill(desk.engine.pid, signal.SIGKILL)
    await desk.until(lambda: desk.session.view.model is None)
    await desk.until(lambda: desk.session.view.model is not None and looking.facts(name) is not None)
    assert looking.facts(name).vector is not None
