"""The levers through the client and a worker of its own, as the app has them."""

import os
from dataclasses import replace

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import (
    BranchEnded,
    Evaluated,
    FanEnded,
    Followed,
    FollowEnded,
    Grew,
    LookedAt,
    PreviewEnded,
    Refused,
    Rendered,
    VectorEnded,
    VectorProgress,
)
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.contrast import Contrast
from cyborg_tui.loom.fan import Finish, decode
from cyborg_tui.loom.guidance import guided
from cyborg_tui.loom.settings import FanSettings
from tests.engine.asking import Engine
from tests.engine.deck import MINUS, PLUS, steered

SEA = "The morning came, and the sea was calm."


def context(text):
    return Context((Segment(text),))


@pytest.fixture
async def engine():
    async with Engine() as engine:
        yield engine


@pytest.fixture
async def sorrow(engine, tmp_path):
    path = tmp_path / "sorrow.gguf"
    request = engine.client.levers.make_vector(str(path), "sorrow", Contrast(PLUS, MINUS))
    made = await engine.wait_for(VectorEnded)
    assert (made.request, made.sentence) == (request, "")
    return path


async def test_what_the_model_is_made_of(engine):
    makeup = engine.ready.makeup
    assert (makeup.layers, makeup.width, makeup.fills, makeup.chats) == (5, 256, False, False)


async def test_a_preview_over_five_strengths_leaves_the_writers_cache_as_it_is(engine, sorrow):
    long = SEA * 60
    assert await engine.evaluate(long) > 256
    strengths = (-2.0, -1.0, 0.0, 1.0, 2.0)
    fans = [FanSettings(2, 8, steering=steered((sorrow, strength))) for strength in strengths]
    numbers = engine.client.levers.preview(context(long), fans, seed=4)
    texts = {number: ["", ""] for number in numbers}
    ended = 0
    while not isinstance(event := await engine.wait_for(Grew, BranchEnded, PreviewEnded), PreviewEnded):
        ended += isinstance(event, BranchEnded)
        for grown in event.growth if isinstance(event, Grew) else ():
            texts[event.fan][grown.index] += decode(grown.text)
    assert (event.preview, event.complete, event.sentence) == (numbers.start, True, "")
    assert ended == 10
    assert all(map(any, texts.values()))
    assert len({tuple(two) for two in texts.values()}) >= 4
    writing = await engine.fan(long, width=4, max_tokens=4)
    assert writing.stats.reused_tokens == writing.stats.prompt_tokens
    assert engine.asked not in numbers


async def test_a_preview_stops_when_a_fan_is_wanted(engine, sorrow):
    fans = [FanSettings(8, 200, steering=steered((sorrow, strength))) for strength in (1.0, 2.0)]
    numbers = engine.client.levers.preview(context(SEA), fans, seed=4)
    await engine.wait_for(Grew)
    engine.ask(SEA, width=2, max_tokens=4)
    ended = await engine.wait_for(PreviewEnded)
    assert (ended.preview, ended.complete) == (numbers.start, False)
    assert any((await engine.answer()).texts)


async def test_what_is_asked_while_branches_are_drawn_is_told_to_wait(engine):
    engine.ask(SEA, width=2, max_tokens=200)
    engine.client.levers.preview(context(SEA), [FanSettings(1, 4)], seed=4)
    assert (await engine.wait_for(PreviewEnded)).sentence.endswith(
        "is drawing branches; try again when it has done that."
    )
    engine.client.cancel()
    await engine.answer()


async def test_a_preview_with_a_bad_vector_says_why(engine, tmp_path):
    fans = [FanSettings(2, 8, steering=steered((tmp_path / "missing.gguf", 1.0)))]
    engine.client.levers.preview(context(SEA), fans, seed=4)
    ended = await engine.wait_for(PreviewEnded)
    assert not ended.complete
    assert ended.sentence.startswith("There is no file at ")


async def test_reading_ahead_scoring_and_looking_ahead_are_steered_as_the_fan_is(engine, sorrow):
    steering = steered((sorrow, 1.0))
    engine.client.evaluate(context(SEA), steering)
    assert (await engine.wait_for(Evaluated)).tokens > 0
    fan = await engine.fan(SEA, width=2, max_tokens=4, steering=steering)
    assert fan.stats.reused_tokens == fan.stats.prompt_tokens
    assert len(fan.stats.steered_by) == 1
    engine.asked = engine.client.look_ahead(context(SEA), FanSettings(2, 4, steering=steering), 7)
    engine.width = 2
    ahead = await engine.answer()
    assert ahead.stats.reused_tokens == ahead.stats.prompt_tokens


async def test_a_fan_with_a_bad_vector_is_refused_and_the_next_one_is_made(engine, tmp_path):
    fan = await engine.fan(SEA, width=2, steering=steered((tmp_path / "missing.gguf", 1.0)))
    assert fan.finish is Finish.INTERRUPTED
    assert (await engine.wait_for(Refused)).sentence.startswith("There is no file at ")
    assert any((await engine.fan(SEA, width=2)).texts)


async def test_guided_by_another_context(engine):
    engine.width = 4
    settings = FanSettings(4, 8, mix=guided(1.5))
    own = replace(context(SEA), beside=(context("A calm sea is dull. " + SEA),))
    engine.asked = engine.client.fan(own, settings, 1)
    answer = await engine.answer()
    assert any(answer.texts)
    assert len(answer.stats.beside) == 1
    assert answer.stats.beside[0].tokens > answer.stats.prompt_tokens


async def test_bridges(engine):
    request = engine.client.levers.follow(context(SEA), [context(" A storm"), context(" Then")], context(" broke out."))
    told = [await engine.wait_for(Followed), await engine.wait_for(Followed)]
    ended = await engine.wait_for(FollowEnded)
    assert {event.request for event in (*told, ended)} == {request}
    assert ended.complete
    assert told[0].logprob > told[1].logprob


async def test_making_a_vector_stops_when_a_fan_is_wanted(engine, tmp_path):
    many = tuple(f"{text} for the {number}th time" for number in range(200) for text in PLUS)
    less = tuple(f"{text} for the {number}th time" for number in range(200) for text in MINUS)
    engine.client.levers.make_vector(str(tmp_path / "x.gguf"), "x", Contrast(many, less))
    await engine.wait_for(VectorProgress)
    engine.ask(SEA, width=2, max_tokens=4)
    ended = await engine.wait_for(VectorEnded)
    assert (ended.facts, ended.sentence) == (None, "")
    assert any((await engine.answer()).texts)
    assert not [*tmp_path.iterdir()]


async def test_what_is_looked_up_is_answered_beside_a_fan(engine, sorrow):
    engine.ask(SEA, width=8, max_tokens=400)
    await engine.wait_for(Grew)
    number = engine.client.levers.look_at(str(sorrow))
    looked = await engine.wait_for(LookedAt, FanEnded)
    assert (looked.request, looked.vector.name) == (number, "sorrow")
    number = engine.client.levers.render(("user",), answer=True)
    rendered = await engine.wait_for(Rendered, FanEnded)
    assert rendered.request == number
    assert "no chat template" in rendered.sentence


async def test_without_a_model_everything_is_answered(tmp_path):
    engine = Engine(EngineConfig(nice=0))
    levers = engine.client.levers
    levers.preview(context(SEA), [FanSettings()], 1)
    levers.follow(context(SEA), [context("x")], context("y"))
    levers.make_vector(os.fsdecode(tmp_path / "x.gguf"), "x", Contrast(("a",), ("b",)))
    levers.look_at("x.gguf")
    levers.render(("user",), answer=True)
    for kind in (PreviewEnded, FollowEnded, VectorEnded, LookedAt, Rendered):
        event = await engine.wait_for(kind)
        assert getattr(event, "sentence", "no") != ""


async def test_a_server_has_none_of_the_levers_and_says_so():
    engine = Engine(EngineConfig(url="http://127.0.0.1:9"))
    engine.client.levers.look_at("x.gguf")
    assert "A server cannot do this" in (await engine.wait_for(LookedAt)).sentence
    engine.ask(SEA, steering=steered(("x.gguf", 1.0)))
    assert (await engine.wait_for(FanEnded)).finish is Finish.INTERRUPTED
    assert "A server cannot be steered" in (await engine.wait_for(Refused)).sentence
