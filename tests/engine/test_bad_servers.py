"""Servers that talk nonsense, or are others than they were: the person loses the rest of a fan, never a word, and is
told why in a sentence."""

import json

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import Ready, Unavailable
from cyborg_tui.engine.remote import client, drawing
from cyborg_tui.loom.fan import Finish
from tests.engine.asking import until
from tests.engine.servers import MODEL, Server, chunk, engine_of, interrupted, refuses, when_it_streams

KEY = "sk-very-secret-4711"


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
