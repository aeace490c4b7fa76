"""An engine that is a real llama.cpp server, with the embedded model."""

import asyncio

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.ends import sentence_end
from cyborg_tui.engine.protocol import FanEnded, Grew, PromptProgress, Ready, Remark, Unavailable
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish, encode
from cyborg_tui.loom.settings import Sampling, Until
from tests.engine.asking import Engine
from tests.engine.servers import llama_server

SEA = "I have been thinking about the sea again, and about why the house seemed smaller."
LONG = "The rooms had kept their distances, and nobody had told the clock in the hall.\n" * 80


@pytest.fixture(scope="module")
def server():
    with llama_server() as url:
        yield url


@pytest.fixture
async def engine(server):
    async with Engine(EngineConfig(url=server)) as engine:
        assert isinstance(engine.ready, Ready)
        yield engine


async def test_it_is_known_by_its_model_and_its_window(engine, server):
    ready = engine.ready
    assert (ready.model.name, ready.model.quantisation, ready.window) == ("commonplace.q8_0", "Q8_0", 1024)
    assert ready.model.build.startswith("llama-server")
    assert engine.client.place == "127.0.0.1"


@pytest.mark.parametrize("width", [1, 8, 12])
async def test_branches_come_with_their_tokens_as_many_as_were_asked_for(engine, width):
    answer = await engine.fan(SEA, width=width, max_tokens=12)
    assert answer.finish is None
    assert {*answer.finishes} <= {Finish.TOKENS, Finish.END}
    for text, tokens in zip(answer.texts, answer.tokens, strict=True):
        assert sum(token.size for token in tokens) == len(encode(text))
        assert 0 < len(tokens) <= 12
        assert all(token.id >= 0 and token.logprob <= 0 for token in tokens)
    assert len(set(answer.texts)) > width / 2
    assert answer.stats.prompt_tokens > 10


async def test_the_same_seed_draws_the_same_and_another_one_something_else(engine):
    await engine.fan(SEA, width=1, max_tokens=1)  # from now on the server has read it
    first, again, other = [await engine.fan(SEA, seed, width=1, max_tokens=12) for seed in (5, 5, 6)]
    assert first.texts == again.texts != other.texts


async def test_on_an_empty_page_there_is_something_to_begin_with(engine):
    answer = await engine.fan("", width=4, max_tokens=8)
    assert all(answer.texts)


@pytest.mark.parametrize("typed", ["She looked at the ", "It was a very beautif"])
async def test_what_was_typed_of_a_word_is_where_the_branch_begins(engine, typed):
    answer = await engine.fan(typed, max_tokens=8, width=8)
    healed = [text[:count] for text, count in zip(answer.texts, answer.healed, strict=True)]
    assert healed == [" " if typed.endswith(" ") else " beautif"] * 8
    assert all(len(text) > count for text, count in zip(answer.texts, answer.healed, strict=True))


async def test_text_that_a_model_wrote_is_not_begun_again(engine):
    written = Context((Segment(SEA), Segment(" And then", (1, 2), "elsewhere")))
    answer = await engine.fan(written, max_tokens=8)
    assert answer.healed == [0] * 8


async def test_a_sentence_is_cut_where_it_ends_and_not_after_it(engine):
    answer = await engine.fan(SEA, max_tokens=120, until=Until.SENTENCE)
    ended = [text for text, finish in zip(answer.texts, answer.finishes, strict=True) if finish is Finish.SENTENCE]
    assert ended
    for text in ended:
        assert sentence_end(text) is None, "nothing stands after the end"
        assert sentence_end(f"{text} ") is not None


async def test_a_manuscript_longer_than_the_window_is_cut_at_its_beginning(engine):
    answer = await engine.fan(LONG, max_tokens=8, width=2)
    assert all(answer.texts)
    assert answer.stats.left_out_tokens > 200
    assert answer.stats.prompt_tokens + 8 <= 1024
    again = await engine.fan(LONG + "And so it was.\n", max_tokens=8, width=2)
    assert again.stats.reused_tokens > answer.stats.prompt_tokens / 2, "it still begins where it began"


async def test_reading_a_long_text_is_told_of(engine):
    answer = await engine.fan("And so " + SEA * 40, max_tokens=8, width=2)
    assert answer.progress
    assert answer.progress[-1].total >= answer.progress[-1].done > 0
    assert isinstance(answer.progress[0], PromptProgress)


async def test_a_cancelled_fan_leaves_the_server_free_at_once(engine):
    for _ in range(5):
        engine.ask(SEA, max_tokens=900)
        await engine.wait_for(Grew)
        engine.client.cancel()
        ended = await engine.wait_for(FanEnded)
        assert ended.finish is Finish.CANCELLED
        answer = await engine.fan(SEA, max_tokens=4)
        assert all(answer.texts)
        assert answer.stats.first_token_s < 2, "nine hundred tokens take longer"


async def test_a_newer_fan_takes_the_place_of_one_that_runs(engine):
    engine.ask(SEA, max_tokens=900)
    await engine.wait_for(Grew)
    answer = await engine.fan(SEA, max_tokens=4)
    assert all(answer.texts)


async def test_the_model_that_is_wanted_is_asked_for_by_name_and_missed_if_it_is_not_there(server):
    async with Engine(EngineConfig(url=server, model="commonplace.q8_0.gguf")) as engine:
        assert isinstance(engine.ready, Ready)
    async with Engine(EngineConfig(url=server, model="a-better-one")) as engine:
        assert isinstance(engine.ready, Unavailable)
        assert "has no model a-better-one; it has " in engine.ready.sentence


async def test_a_server_with_a_key_lets_in_whoever_has_it(monkeypatch):
    with llama_server("open-sesame") as url:
        async with Engine(EngineConfig(url=url)) as engine:
            assert isinstance(engine.ready, Unavailable)
            assert "does not let in anybody without a key (401" in engine.ready.sentence
        monkeypatch.setenv("CYBORG_TUI_API_KEY", "open-barley")
        async with Engine(EngineConfig(url=url)) as engine:
            assert "does not let in the key it was given" in engine.ready.sentence
            monkeypatch.setenv("CYBORG_TUI_API_KEY", "open-sesame")
            engine.client.restart()
            await engine.wait_for(Ready)
            assert all((await engine.fan(SEA, max_tokens=4)).texts)


async def test_every_sampler_is_known_to_it_and_a_grammar_is_followed(engine):
    sampling = Sampling(xtc_probability=0.5, dry_multiplier=0.8, typical=0.9, top_n_sigma=2.0, frequency_penalty=0.2)
    engine.ask("Once upon a", width=2, max_tokens=8, sampling=sampling)
    assert isinstance(await engine.wait_for(Remark, FanEnded), FanEnded), "nothing to say of them"
    answer = await engine.fan("Once upon a", width=4, max_tokens=8, sampling=Sampling(grammar='root ::= " time" "."'))
    assert answer.texts == [" time."] * 4


async def test_what_it_has_read_ahead_of_the_key_it_need_not_read_again(engine):
    text = "The clock in the hall had been told nothing. " * 20
    engine.client.evaluate(Context((Segment(text),)))
    await asyncio.sleep(1.5)
    answer = await engine.fan(text, width=4, max_tokens=4)
    assert answer.stats.reused_tokens > answer.stats.prompt_tokens * 0.9
