"""A fan: branches from one context, made together, nothing evaluated twice."""

import asyncio
import os
import signal
import sys
from dataclasses import replace

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine import resident
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.fanning import Fanning
from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.protocol import FanRequest, Grew, Lost, Ready, Remark, Unavailable, wire
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish, encode
from cyborg_tui.loom.settings import FanSettings, Sampling, Until
from tests.engine.asking import Engine
from tests.engine.mutants import embedded

SEA = "I have been thinking about the sea again, and about why the house seemed smaller."


async def test_a_fan_has_as_many_branches_as_asked_for_and_they_differ():
    async with Engine() as engine:
        answer = await engine.fan(SEA, width=8, max_tokens=16)
    assert len(set(answer.texts)) == 8
    assert all(text for text in answer.texts)
    assert answer.finishes == [Finish.TOKENS] * 8
    assert all(len(tokens) == 16 for tokens in answer.tokens)


async def test_the_tokens_are_exactly_the_text():
    async with Engine() as engine:
        answer = await engine.fan(SEA, width=8, max_tokens=24)
    for text, tokens in zip(answer.texts, answer.tokens, strict=True):
        assert sum(token.size for token in tokens) == len(encode(text))
        assert all(token.logprob <= 0 for token in tokens)


async def test_the_same_seed_draws_the_same_branches_in_a_fresh_engine():
    async with Engine() as engine:
        one = await engine.fan(SEA, seed=7, max_tokens=12)
    async with Engine() as engine:
        two = await engine.fan(SEA, seed=7, max_tokens=12)
        other = await engine.fan(SEA, seed=8, max_tokens=12)
    assert one.texts == two.texts
    assert one.texts != other.texts


async def test_the_prompt_is_evaluated_once_for_all_branches():
    async with Engine() as engine:
        answer = await engine.fan(SEA, width=8, max_tokens=1)
    assert answer.stats.evaluated_tokens == answer.stats.prompt_tokens


async def test_another_fan_from_the_same_place_evaluates_nothing_before_its_own_branches():
    async with Engine() as engine:
        first = await engine.fan(SEA, seed=1, max_tokens=1)
        second = await engine.fan(SEA, seed=2, max_tokens=1)
    assert second.stats.reused_tokens == first.stats.prompt_tokens
    assert second.stats.evaluated_tokens == 0


async def test_after_a_take_at_most_one_token_is_evaluated():
    async with Engine() as engine:
        first = await engine.fan(SEA, width=4, max_tokens=12)
        vocabulary = engine.ready.model.vocabulary
        ids = tuple(token.id for token in first.tokens[2])
        text, healed = first.texts[2], first.healed[2]
        before = SEA[: len(SEA) - healed]
        taken = Context((Segment(before), Segment(text, ids, vocabulary)))
        second = await engine.fan(taken, width=4, max_tokens=1)
    assert second.stats.evaluated_tokens <= 1


async def test_after_typing_a_sentence_only_the_sentence_is_evaluated():
    more = " The rooms had kept their distances."
    async with Engine() as engine:
        first = await engine.fan(SEA, max_tokens=1)
        second = await engine.fan(SEA + more, max_tokens=1)
    assert second.stats.evaluated_tokens <= second.stats.prompt_tokens - first.stats.prompt_tokens + 2


async def test_what_is_evaluated_ahead_of_the_key_need_not_be_evaluated_after_it():
    async with Engine() as engine:
        await engine.evaluate(SEA)
        answer = await engine.fan(SEA, max_tokens=1)
    assert answer.stats.evaluated_tokens == 0


async def test_an_empty_page_gets_branches_too():
    async with Engine() as engine:
        answer = await engine.fan("", width=4, max_tokens=8)
    assert all(answer.texts)


async def test_a_sentence_ends_with_its_punctuation():
    async with Engine() as engine:
        answer = await engine.fan(SEA + " ", width=8, max_tokens=120, until=Until.SENTENCE)
    ended = [t for t, finish in zip(answer.texts, answer.finishes, strict=True) if finish is Finish.SENTENCE]
    assert ended
    assert all(text.rstrip("\"')")[-1] in ".!?…" for text in ended)


async def test_a_paragraph_ends_before_the_next():
    async with Engine() as engine:
        answer = await engine.fan("It was", width=8, max_tokens=120, until=Until.PARAGRAPH)
    ended = [t for t, finish in zip(answer.texts, answer.finishes, strict=True) if finish is Finish.PARAGRAPH]
    assert ended
    assert all("\n" not in text.strip() for text in ended)


async def test_a_prompt_that_ends_in_a_space_goes_on_with_a_word():
    """The lone space is taken back, for the model's words begin with theirs."""
    async with Engine() as engine:
        answer = await engine.fan("She closed the book and ", width=8, max_tokens=4)
    assert answer.healed == [1] * 8
    assert all(text.startswith(" ") and text[1].isalpha() for text in answer.texts)


async def test_a_prompt_that_ends_inside_a_word_goes_on_inside_it():
    async with Engine() as engine:
        answer = await engine.fan("It was a beautif", width=8, max_tokens=4)
    whole = ["It was a beautif"[: 16 - healed] + text for text, healed in zip(answer.texts, answer.healed, strict=True)]
    assert all(text.startswith("It was a beautif") for text in whole)
    assert any(text.startswith("It was a beautiful") for text in whole)


async def test_a_healed_branch_begins_with_what_stood_there():
    async with Engine() as engine:
        answer = await engine.fan("There was a frien", width=8, max_tokens=4)
    for text, healed in zip(answer.texts, answer.healed, strict=True):
        assert "There was a frien".endswith(text[:healed])


async def test_characters_are_never_cut():
    async with Engine() as engine:
        answer = await engine.fan(
            "“Très élégant,” said the naïve fiancée — ",
            width=16,
            max_tokens=3,
            sampling=Sampling(temperature=3, min_p=0),
        )
    for text, tokens in zip(answer.texts, answer.tokens, strict=True):
        assert sum(token.size for token in tokens) == len(encode(text))


async def test_temperature_nought_takes_the_likeliest():
    async with Engine() as engine:
        answer = await engine.fan(SEA, width=3, max_tokens=8, sampling=Sampling(temperature=0))
    assert len(set(answer.texts)) == 1


async def test_a_repetition_penalty_makes_a_difference():
    loop = "The sea, the sea, the sea, the sea, the sea, the"
    async with Engine() as engine:
        plain = await engine.fan(loop, width=1, max_tokens=8, sampling=Sampling(temperature=0))
        fresh = await engine.fan(
            loop, width=1, max_tokens=8, sampling=Sampling(temperature=0, repetition_penalty=3, repetition_window=64)
        )
    assert plain.texts != fresh.texts


async def test_a_prompt_longer_than_the_window_keeps_its_end():
    async with Engine() as engine:
        answer = await engine.fan("All work and no play. " * 400 + "The end of it was", width=2, max_tokens=8)
    assert answer.stats.left_out_tokens > 0
    assert answer.stats.prompt_tokens <= engine.ready.window
    assert all(answer.texts)


def test_there_is_room_for_more_and_longer_branches_when_they_are_asked_for_and_nothing_is_read_again():
    heard = []
    model = Llama(embedded_model(), EngineConfig(resident=0, context=256), room=100, progress=lambda _: None)
    fanning, context = Fanning(model, heard.append, lambda: False), wire(Context((Segment(SEA),)))
    fanning.fan(FanRequest(1, context, FanSettings(width=2, max_tokens=4), seed=1))
    fanning.fan(FanRequest(2, context, FanSettings(width=8, max_tokens=100), seed=1))
    ended = heard[-1]
    assert ended.finish is None
    assert ended.stats.reused_tokens == ended.stats.prompt_tokens
    assert ended.held.cells == 256 + 8 * 100


def test_branches_that_outgrow_the_cache_end_as_if_they_had_reached_their_limit(monkeypatch):
    monkeypatch.setattr(resident, "free_memory", lambda: 0)
    heard = []
    model = Llama(embedded_model(), EngineConfig(resident=0), room=200, progress=lambda _: None)
    fanning = Fanning(model, heard.append, lambda: False)
    fanning.fan(FanRequest(1, wire(Context((Segment(SEA),))), FanSettings(width=8, max_tokens=500), seed=1))
    ended = heard[-1]
    assert ended.finish is Finish.TOKENS
    assert any(isinstance(event, Remark) and "no memory" in event.sentence for event in heard)
    assert sum(len(grown.tokens) for event in heard if isinstance(event, Grew) for grown in event.growth) > 200
    fanning.fan(FanRequest(2, wire(Context((Segment("Once"),))), FanSettings(width=8, max_tokens=8), seed=1))
    assert heard[-1].finish is None, "the next fan has room again"


async def test_a_fan_stops_within_a_step_when_it_is_not_wanted_any_more():
    async with Engine() as engine:
        engine.ask(SEA, width=8, max_tokens=900)
        await engine.wait_for(Grew)
        engine.client.cancel()
        answer = await engine.answer()
    assert answer.finish is Finish.CANCELLED
    assert all(len(tokens) < 900 for tokens in answer.tokens)


async def test_a_newer_fan_takes_the_place_of_the_one_that_runs():
    async with Engine() as engine:
        engine.ask(SEA, width=8, max_tokens=900)
        await engine.wait_for(Grew)
        answer = await engine.fan("Once", width=2, max_tokens=4)
    assert all(answer.texts)


async def test_a_killed_worker_is_replaced_and_the_fan_interrupted(tmp_path):
    async with Engine(log=tmp_path / "log") as engine:
        engine.ask(SEA, width=8, max_tokens=900)
        await engine.wait_for(Grew)
        os.kill(engine.client.pid, signal.SIGKILL)
        answer = await engine.answer()
        assert answer.finish is Finish.INTERRUPTED
        assert (await engine.wait_for(Lost)).again
        await engine.wait_for(Ready)
        assert all((await engine.fan(SEA, width=2, max_tokens=4)).texts)


async def test_the_worker_ends_with_its_input_even_in_the_middle_of_a_fan():
    async with Engine() as engine:
        engine.ask(SEA, width=8, max_tokens=900)
        await engine.wait_for(Grew)
        pid = engine.client.pid
        began = asyncio.get_running_loop().time()
        await engine.client.close()
        assert asyncio.get_running_loop().time() - began < 1
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_what_a_login_shell_prints_first_is_skipped():
    command = ["sh", "-c", f"echo Welcome to the box; exec {sys.executable} -m cyborg_tui.engine"]
    async with Engine(command=command) as engine:
        assert isinstance(engine.ready, Ready)


async def test_an_engine_that_cannot_be_started_is_said_in_a_sentence():
    async with Engine(command=["/no/such/engine"]) as engine:
        assert isinstance(engine.ready, Unavailable)


def _bad_models(folder):
    data = embedded_model().read_bytes()
    without_weights = replace(embedded(), weights=[])
    yield "missing", folder / "missing.gguf", "no model"
    yield "folder", folder, "folder"
    for name, content, says in (
        ("empty", b"", "empty"),
        ("text", b"this is no model at all, only text", "no GGUF"),
        ("stub", data[:12], "breaks off"),
        ("truncated", data[: len(data) // 2], "damaged"),
        ("vocabulary", without_weights.encode(), "only a vocabulary"),
    ):
        (folder / f"{name}.gguf").write_bytes(content)
        yield name, folder / f"{name}.gguf", says
    (folder / "split-00001-of-00002.gguf").write_bytes(data)
    yield "split", folder / "split-00001-of-00002.gguf", "Part 2 of 2 is missing"


async def test_a_model_may_have_any_name_that_a_file_can_have(tmp_path):
    path = tmp_path / os.fsdecode(b"bad\xff\x1b[31mred.gguf")
    async with Engine(EngineConfig(model=str(path), nice=0)) as engine:
        assert "There is no model at" in engine.ready.sentence
        assert engine.ready.sentence.isprintable()
        path.write_bytes(embedded_model().read_bytes())
        engine.client.restart()
        ready = await engine.wait_for(Ready)
    assert ready.model.file == "bad??[31mred.gguf"


async def test_each_bad_model_is_refused_with_a_sentence_of_its_own(tmp_path):
    for name, path, says in _bad_models(tmp_path):
        async with Engine(EngineConfig(model=str(path), nice=0)) as engine:
            assert isinstance(engine.ready, Unavailable), name
            assert says in engine.ready.sentence, engine.ready.sentence
