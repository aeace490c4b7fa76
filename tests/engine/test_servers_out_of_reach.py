"""Servers that hang, drop the line, are busy or not there yet: they are waited for in sight, and Esc ends it."""

import asyncio
import time
from dataclasses import replace

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import Away, BranchEnded, FanEnded, Grew, Lost, Refused, Remark
from cyborg_tui.engine.remote import client
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish
from tests.engine.asking import Engine, until
from tests.engine.servers import Server, chunk, engine_of, interrupted, refuses, when_it_streams


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


async def test_what_a_branch_has_said_before_the_server_failed_is_not_said_twice(server):
    async def fails_over_one(request, writer):
        if request.body.get("n"):
            return refuses(400, "n is not supported")
        if not request.body.get("stream") or len(server.fans) != 2:
            return "well"
        server.begin(writer)
        await server.say(writer, chunk(" one"))
        await server.say(writer, {"error": {"code": 503, "message": "too busy"}})
        return None

    server.completions = fails_over_one
    async with engine_of(server) as engine:
        answer, said = await interrupted(engine, width=3, max_tokens=2)
    assert sorted(answer.texts) == [" one", " one two", " one two"]
    assert "has failed (503: too busy)" in said


async def test_one_that_fails_again_and_again_is_told_of_and_given_up(server, monkeypatch):
    monkeypatch.setattr(client, "_MOST_FAILURES", 2)
    when_it_streams(server, lambda *_: refuses(500, "CUDA\x1b[31m out of memory"))
    async with engine_of(server) as engine:
        engine.ask("Once", width=1)
        remark = await engine.wait_for(Remark)
        assert remark.sentence == "127.0.0.1 has failed (500: CUDA?[31m out of memory)."
        assert (await engine.answer()).finish is Finish.INTERRUPTED
        assert (await engine.wait_for(Refused)).sentence == remark.sentence


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


async def test_a_server_that_is_not_there_yet_is_reached_when_it_is():
    async with Server() as server:
        url = server.url
    async with Engine(EngineConfig(url=url)) as engine:
        assert engine.ready == Lost("127.0.0.1 cannot be reached (Connection refused).", True)
        assert (await engine.wait_for(Away)).next_try == 1


async def test_what_is_read_ahead_stops_when_it_is_not_wanted_any_more(server):
    async def slow(request, writer):
        server.begin(writer)
        await server.until_gone(writer)

    when_it_streams(server, slow)
    async with engine_of(server, timeout=3600) as engine:
        engine.client._abilities = replace(engine.client._abilities, reads_ahead=True)
        engine.client.evaluate(Context((Segment("Once"),)))
        await until(lambda: server.fans)
        engine.client.cancel()
        await until(lambda: server.gone)
        server.completions = None
        assert (await engine.fan("Once", width=1, max_tokens=1)).texts == [" one"]
