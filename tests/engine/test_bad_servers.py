"""Servers that do not behave: the person loses the rest of a fan, never a word, and is told why in a sentence."""

import asyncio
import json
import time

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import Away, BranchEnded, FanEnded, Grew, Lost, Ready, Refused, Remark, Unavailable
from cyborg_tui.engine.remote import client, drawing
from cyborg_tui.loom.fan import Finish
from tests.engine.asking import Engine
from tests.engine.servers import MODEL, Server, chunk, refuses

KEY = "sk-very-secret-4711"


@pytest.fixture
async def server():
    async with Server() as server:
        yield server


def engine_of(server, **settings):
    return Engine(EngineConfig(url=server.url, **settings))


async def until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)


def when_it_streams(server, what):
    """`what` is done to requests for branches; the one that only tries the server is answered well."""
    server.completions = lambda request, writer: what(request, writer) if request.body.get("stream") else "well"


async def interrupted(engine, **settings):
    """A fan that is not made; what is said of it."""
    answer = await engine.fan("Once", **{"width": 2, "max_tokens": 4, **settings})
    assert answer.finish is Finish.INTERRUPTED
    return answer, (await engine.wait_for(Refused, Unavailable)).sentence


# a server that behaves


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
        engine.ask("Once", width=1, max_tokens=1)
        await engine.wait_for(FanEnded)
        assert engine.events.empty()


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


# bad days


async def test_one_that_hangs_is_waited_for_with_seconds_and_given_up(server):
    async def hang(request, writer):
        await asyncio.sleep(60)

    when_it_streams(server, hang)
    async with engine_of(server, timeout=3) as engine:
        engine.ask("Once")
        assert (await engine.wait_for(Away)).seconds >= 2
        assert "does not answer" in (await engine.wait_for(Remark)).sentence
        assert (await engine.wait_for(Away)).next_try >= 1
        engine.client.cancel()
        assert (await engine.wait_for(FanEnded)).finish is Finish.CANCELLED
        server.completions = None
        assert (await engine.fan("Once", width=1, max_tokens=1)).texts == [" one"]


async def test_one_that_says_nothing_for_ever_is_no_better(server):
    async def chatter(request, writer):
        server.begin(writer)
        await server.until_gone(writer)

    when_it_streams(server, chatter)
    async with engine_of(server, timeout=2) as engine:
        engine.ask("Once")
        assert "does not answer" in (await engine.wait_for(Remark)).sentence
        engine.client.cancel()


@pytest.mark.parametrize(
    "garbage",
    [
        b"<html>Welcome to the wireless network</html>\n",
        b"data: {{{\n\n",
        b'data: {"choices": 7}\n\n',
        b'data: {"choices": [{"index": 5, "text": "x"}]}\n\n',
        b'{"choices": [{"text": ["x"]}]}',
        b'data: {"error": ' + b"[" * 100_000 + b"\n\n",
        b"\xff" * 99,
    ],
)
async def test_garbage_is_no_text(server, garbage):
    when_it_streams(server, lambda request, _: (200, {}, garbage))
    async with engine_of(server) as engine:
        answer, said = await interrupted(engine)
        assert not any(answer.texts)
        assert "cannot be understood" in said
        server.completions = None
        engine.client.restart()
        await engine.wait_for(Ready)


async def test_what_answers_is_no_completions_server(server):
    server.models = server.completions = lambda *_: (200, {}, b"<html></html>")
    async with engine_of(server) as engine:
        assert "no server of the completions API; is engine.url right?" in engine.ready.sentence


async def test_a_line_that_drops_in_the_middle_keeps_what_there_is(server):
    async def drop(request, writer):
        server.begin(writer)
        await server.say(writer, chunk(" one", 0))
        writer.transport.abort() if request.body["seed"] % 2 else writer.close()

    when_it_streams(server, drop)
    async with engine_of(server) as engine:
        for seed in (1, 2):
            answer, said = await interrupted(engine, seed=seed)
            assert answer.texts == [" one", ""]
            assert "The line to 127.0.0.1 was lost" in said
        server.completions = None
        assert all((await engine.fan("Once", width=2, max_tokens=1)).texts)


async def test_a_line_that_drops_before_anything_came_is_tried_again(server):
    tries = []

    async def drop(request, writer):
        tries.append(request)
        if len(tries) == 1:
            writer.transport.abort()
            return None
        return "well"

    when_it_streams(server, drop)
    async with engine_of(server) as engine:
        answer = await engine.fan("Once", width=2, max_tokens=1)
    assert answer.texts == [" one", " one"]
    assert answer.finish is None


async def test_whoever_is_asked_to_wait_waits_as_long_and_no_longer(server):
    times = []

    def busy(request, writer):
        times.append(time.monotonic())
        return refuses(429, "slow down", {"Retry-After": "2"}) if len(times) == 1 else "well"

    when_it_streams(server, busy)
    async with engine_of(server) as engine:
        engine.ask("Once", width=1, max_tokens=1)
        assert "too much to do (429: slow down)" in (await engine.wait_for(Remark)).sentence
        assert (await engine.wait_for(Away)).next_try == 2
        answer = await engine.answer()
    assert answer.texts == [" one"]
    assert times[1] - times[0] > 1.5


async def test_requests_that_are_too_many_at_once_are_made_one_after_the_other(server):
    running = []

    async def few(request, writer):
        if request.body.get("n"):
            return refuses(400, "n is not supported")
        if len(running) >= 2 and request.body.get("stream"):
            return refuses(429, "too many")
        running.append(request)
        await asyncio.sleep(0.05)
        await server._complete(request, writer) if request.body.get("stream") else None
        running.remove(request)
        return None if request.body.get("stream") else "well"

    server.completions = few
    async with engine_of(server) as engine:
        answer = await engine.fan("Once", width=5, max_tokens=1)
    assert answer.texts == [" one"] * 5


async def test_one_that_fails_again_and_again_is_told_of_and_given_up(server, monkeypatch):
    monkeypatch.setattr(client, "_MOST_FAILURES", 2)
    when_it_streams(server, lambda *_: refuses(500, "CUDA\x1b[31m out of memory"))
    async with engine_of(server) as engine:
        engine.ask("Once", width=1)
        remark = await engine.wait_for(Remark)
        assert remark.sentence == "127.0.0.1 has failed (500: CUDA?[31m out of memory)."
        assert (await engine.answer()).finish is Finish.INTERRUPTED
        assert (await engine.wait_for(Refused)).sentence == remark.sentence


async def test_a_key_that_was_changed_is_said_and_looked_for_again_when_the_person_asks(server, monkeypatch):
    monkeypatch.setenv("CYBORG_TUI_API_KEY", KEY)
    async with engine_of(server) as engine:
        assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
        when_it_streams(server, lambda *_: refuses(401, f"Incorrect API key provided: {KEY}"))
        _, said = await interrupted(engine)
        assert "does not let in the key it was given (401: Incorrect API key provided: …)" in said
        server.completions = None
        engine.client.restart()
        await engine.wait_for(Ready)


@pytest.mark.parametrize("moment", ["reached", "asked"])
async def test_another_model_than_the_one_asked_for_is_said_and_nothing_of_it_taken(server, moment):
    async def other(request, writer):
        if not request.body.get("stream"):
            return 200, {}, json.dumps({**chunk(" one"), "model": "cheaper-model"}).encode()
        server.begin(writer)
        await server.say(writer, {**chunk(" one"), "model": "cheaper-model"})
        return None

    if moment == "reached":
        server.completions = other
        async with engine_of(server) as engine:
            assert f"answers with the model cheaper-model, not {MODEL}" in engine.ready.sentence
        return
    when_it_streams(server, other)
    async with engine_of(server) as engine:
        answer, said = await interrupted(engine)
        assert not any(answer.texts)
        assert f"answers with the model cheaper-model, not {MODEL}; nothing of it was taken." in said


async def test_a_server_that_sends_on_to_elsewhere_is_not_followed(server):
    async with Server() as elsewhere:
        when_it_streams(server, lambda *_: (307, {"Location": f"{elsewhere.url}/v1/completions"}, b""))
        async with engine_of(server) as engine:
            _, said = await interrupted(engine)
        assert "sends on to 127.0.0.1, where nothing was sent" in said
        assert elsewhere.asked == []


async def test_branches_without_an_end_are_cut_and_the_line_is_closed(server):
    async def endless(request, writer):
        server.begin(writer)
        try:
            while True:
                await server.say(writer, chunk(" on", 0))
                await server.say(writer, chunk(" and", 1))
        except ConnectionError:
            server.gone += 1

    when_it_streams(server, endless)
    async with engine_of(server) as engine:
        answer = await engine.fan("Once", width=2, max_tokens=50)
        assert answer.texts == [" on" * 50, " and" * 50]
        assert answer.finishes == [Finish.TOKENS] * 2
        await until(lambda: server.gone)


async def test_a_line_without_an_end_is_not_kept_in_memory(server):
    async def endless(request, writer):
        server.begin(writer)
        writer.write(b"data: ")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    when_it_streams(server, endless)
    async with engine_of(server) as engine:
        _, said = await interrupted(engine)
    assert "cannot be understood" in said


async def test_esc_closes_the_requests_at_once(server):
    async def slow(request, writer):
        server.begin(writer)
        await server.say(writer, chunk(" one", 0))
        await server.until_gone(writer)

    when_it_streams(server, slow)
    async with engine_of(server, timeout=3600) as engine:  # so that nothing else closes them
        engine.ask("Once")
        await engine.wait_for(Grew)
        engine.client.cancel()
        await until(lambda: server.gone)
        ended = await engine.wait_for(BranchEnded, FanEnded)
        assert ended.finish is Finish.CANCELLED


async def test_a_fault_of_our_own_is_told_and_leaves_nobody_waiting(server, monkeypatch):
    def fault(*_):
        raise KeyError("something of the text")

    async with engine_of(server) as engine:
        with monkeypatch.context() as broken:
            broken.setattr(drawing, "told", fault)
            _, said = await interrupted(engine)
        assert "The fan failed by a fault of cyborg-tui (KeyError, test_bad_servers.py line " in said
        assert "something" not in said
        assert all((await engine.fan("Once", width=2, max_tokens=1)).texts)
        with monkeypatch.context() as broken:
            broken.setattr(client, "reach", fault)
            engine.client.load(EngineConfig(url=server.url))
            assert "by a fault of cyborg-tui (KeyError" in (await engine.wait_for(Unavailable)).sentence
        engine.client.restart()
        await engine.wait_for(Ready)


async def test_a_server_that_is_not_there_yet_is_reached_when_it_is():
    async with Server() as server:
        url = server.url
    async with Engine(EngineConfig(url=url)) as engine:
        assert engine.ready == Lost("127.0.0.1 cannot be reached (Connection refused).", True)
        assert (await engine.wait_for(Away)).next_try == 1
