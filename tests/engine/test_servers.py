"""Servers that behave, each in its own way: what they tell is kept, what they cannot do is done without."""

import json

from cyborg_tui.engine.protocol import FanEnded, Remark
from cyborg_tui.loom.fan import Finish
from tests.engine.servers import MODEL, chunk, engine_of, refuses, when_it_streams


async def test_one_that_behaves_gives_branches_without_tokens_where_it_tells_of_none(server):
    async with engine_of(server) as engine:
        assert engine.ready.model.name == MODEL
        assert not engine.ready.model.vocabulary.isalnum(), "no hash of a vocabulary here is ever equal to it"
        answer = await engine.fan("Once", width=2, max_tokens=3)
    assert answer.texts == [" one two three."] * 2
    assert answer.tokens == [[], []]
    assert answer.finishes == [Finish.TOKENS] * 2
    assert len(server.fans) == 1, "both in one request"


async def test_the_records_that_vllm_gives_are_kept(server):
    async def vllm(request, writer):
        server.begin(writer)
        logprobs = {"tokens": [" a", "b"], "token_logprobs": [-1.0, -0.5], "top_logprobs": [{" a": -1.0}, {"b": -0.5}]}
        said = chunk(" ab", finish="stop")
        said["choices"][0] |= {"logprobs": logprobs, "token_ids": [7, 8]}
        await server.say(writer, said)
        await server.say(writer, {"model": MODEL, "choices": [], "usage": {"prompt_tokens": 11}})

    when_it_streams(server, vllm)
    async with engine_of(server) as engine:
        answer = await engine.fan("Once", width=1, max_tokens=3)
    assert [(token.id, token.size, token.logprob) for token in answer.tokens[0]] == [(7, 2, -1.0), (8, 1, -0.5)]
    assert answer.finishes == [Finish.END]


async def test_what_is_refused_is_left_out_from_then_on(server):
    known = {"model", "prompt", "max_tokens", "n", "stream", "seed", "temperature", "top_p", "logprobs"}

    def strict(request, writer):
        unknown = sorted(set(request.body) - known)
        if unknown:
            return refuses(400, f"Unrecognized request argument supplied: {unknown[0]}")
        if request.body.get("logprobs", 0) > 5:
            return refuses(400, "Invalid value for 'logprobs': must be at most 5")
        if request.body.get("n", 1) > 3:
            return refuses(400, "'n' must be at most 3")
        return "well"

    server.completions = strict
    async with engine_of(server) as engine:
        answer = await engine.fan("Once", width=5, max_tokens=3)
        assert answer.texts == [" one two three."] * 5
        asked = len(server.asked)
        await engine.fan("Once", width=5, max_tokens=3)
        assert len(server.asked) == asked + 2, "three and two branches, and nothing tried again"
    assert sorted(request.body["n"] for request in server.fans[-2:]) == [2, 3]
    assert server.fans[-1].body["logprobs"] == 5


async def test_one_that_makes_one_branch_at_a_time_is_asked_for_all_of_them_at_once(server):
    server.completions = lambda request, _: refuses(400, "n is not supported") if request.body.get("n") else "well"
    async with engine_of(server) as engine:
        answer = await engine.fan("Once", width=4, max_tokens=3)
    assert answer.texts == [" one two three."] * 4
    seeds = {request.body["seed"] for request in server.fans}
    assert len(seeds) == 4, "each with a seed of its own"


async def test_samplers_that_the_server_may_not_know_are_named_once(server):
    async with engine_of(server) as engine:
        engine.ask("Once", width=1, max_tokens=1)
        assert (await engine.wait_for(Remark)).sentence == "The server may not know min_p."
        await engine.wait_for(FanEnded)
        engine.ask("Once", width=1, max_tokens=1)
        assert isinstance(await engine.wait_for(Remark, FanEnded), FanEnded)


async def test_one_that_does_not_stream_is_understood(server):
    whole = json.dumps(chunk(" all at once", finish="stop")).encode()
    when_it_streams(server, lambda request, _: (200, {"Content-Type": "application/json"}, whole))
    async with engine_of(server) as engine:
        answer = await engine.fan("Once", width=1, max_tokens=30)
    assert answer.texts == [" all at once"]


async def test_a_branch_that_does_not_begin_with_what_was_typed_is_drawn_from_the_whole_text(server):
    async def words(request, writer):
        server.begin(writer)
        first = "x" if request.body["prompt"].endswith(" ") else (" a", ", b")
        for index in range(request.body["n"]):
            await server.say(writer, chunk(first[index] if index < len(first) else "c", index, "stop"))

    when_it_streams(server, words)
    async with engine_of(server) as engine:
        answer = await engine.fan("Once ", width=2, max_tokens=3)
    assert answer.texts == [" a", "x"]
    assert answer.healed == [1, 0]


async def test_a_window_that_was_not_known_is_learnt_from_a_refusal(server):
    def small(request, writer):
        if len(request.body["prompt"]) > 900:
            return refuses(400, "This model's maximum context length is 300 tokens; your request has too many.")
        return "well"

    server.completions = small
    async with engine_of(server) as engine:
        answer = await engine.fan("A line of text.\n" * 400, width=1, max_tokens=3)
    assert answer.texts == [" one two three."]
    assert answer.stats.left_out_tokens > 0
