"""What has been read once is not read again: all by llama.cpp's own count of evaluated tokens."""

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.settings import FanSettings
from tests.engine.asking import Engine
from tests.engine.long_model import long_model

PARAGRAPH = (
    "I have been thinking about the sea again, and about why the house seemed smaller when we came back to it. "
    "The rooms had kept their distances, and the light came off the water in the mornings as it always had.\n"
)
SENTENCE = " Nobody had told me how a staircase can hold a whole summer."


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return EngineConfig(model=str(long_model(tmp_path_factory.mktemp("model"))), nice=0, context=8192)


async def manuscript_of(engine, tokens):
    """A text of at least so many tokens, evaluated."""
    text = (PARAGRAPH * (tokens // await engine.evaluate(PARAGRAPH) + 1)).rstrip()
    assert await engine.evaluate(text) >= tokens
    return text


def taken(engine, before, answer, index):
    """The context after a branch was taken whole."""
    tokens = tuple(token.id for token in answer.tokens[index])
    healed = answer.healed[index]
    kept = Segment(before[: len(before) - healed])
    return Context((kept, Segment(answer.texts[index], tokens, engine.ready.model.vocabulary)))


async def test_after_a_sentence_in_a_long_manuscript_only_that_sentence_is_evaluated(config):
    async with Engine(config) as engine:
        text = await manuscript_of(engine, 4000)
        before = await engine.fan(text, width=1, max_tokens=1)
        after = await engine.fan(text + SENTENCE, width=8, max_tokens=1)
    written = after.stats.prompt_tokens - before.stats.prompt_tokens
    assert before.stats.prompt_tokens >= 4000
    assert written < 30
    assert after.stats.evaluated_tokens <= written + 1, "the last token before it may be another one now"


async def test_moving_among_sixteen_siblings_of_a_long_manuscript_evaluates_nothing(config):
    async with Engine(config) as engine:
        text = await manuscript_of(engine, 4000)
        fan = await engine.fan(text, width=16, max_tokens=24)
        siblings = [taken(engine, text, fan, index) for index in range(16)]
        for sibling in siblings:  # the branch's last token was drawn and not evaluated
            assert (await engine.fan(sibling, width=2, max_tokens=1)).stats.evaluated_tokens <= 1
        for sibling in siblings + siblings[::-1]:
            assert (await engine.fan(sibling, width=2, max_tokens=1)).stats.evaluated_tokens == 0


async def test_siblings_in_each_of_which_a_fan_was_made_are_still_there(config):
    async with Engine(config) as engine:
        text = await manuscript_of(engine, 1000)
        fan = await engine.fan(text, width=16, max_tokens=8)
        siblings = [taken(engine, text, fan, index) for index in range(16)]
        for sibling in siblings:
            await engine.fan(sibling, width=8, max_tokens=8)
        for sibling in siblings:
            assert (await engine.fan(sibling, width=8, max_tokens=1)).stats.evaluated_tokens == 0


async def test_the_way_back_to_the_parent_and_to_other_branches_is_there(config):
    async with Engine(config) as engine:
        fan = await engine.fan(PARAGRAPH, width=8, max_tokens=16)
        for index in (2, 5, 2):
            assert (await engine.fan(taken(engine, PARAGRAPH, fan, index), max_tokens=1)).stats.evaluated_tokens <= 1
            assert (await engine.fan(PARAGRAPH, max_tokens=1)).stats.evaluated_tokens == 0


async def test_other_paths_stay_within_the_setting(config):
    async with Engine(config) as engine:
        text = await manuscript_of(engine, 600)
        for beginning in ("One. ", "Two. ", "Three. "):
            answer = await engine.fan(beginning + text, width=2, max_tokens=2)
            assert answer.held.used <= answer.stats.prompt_tokens + answer.held.beside + 2 * 2
        assert answer.held.beside <= config.resident


async def test_it_says_how_many_places_it_holds_and_what_memory_that_takes(config):
    async with Engine(config) as engine:
        await engine.fan(PARAGRAPH, width=2, max_tokens=2)
        held = (await engine.fan("Once upon a time", width=2, max_tokens=2)).held
    assert held.paths == 2
    assert 0 < held.used < held.cells
    assert held.cell_bytes > 0


async def test_there_is_room_for_the_largest_fan_that_a_preset_asks_for():
    async with Engine(EngineConfig(nice=0, resident=0), fans=FanSettings(2, 16), largest=FanSettings(16, 40)) as engine:
        usual = await engine.fan(PARAGRAPH, width=2, max_tokens=1)
        large = await engine.fan(PARAGRAPH, width=16, max_tokens=40)
    assert usual.held.cells == engine.ready.window + 16 * 40, "from the beginning"
    assert large.finish is None, "no branch was cut for want of room"


async def test_room_for_branches_is_what_the_usual_fan_needs_twice(config):
    async with Engine(config) as engine:
        held = (await engine.fan(PARAGRAPH, width=1, max_tokens=1)).held
    assert held.cells == engine.ready.window + config.resident + 2 * 8 * 900
