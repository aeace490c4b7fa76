"""The client beside engines that do not behave."""

import asyncio
import os
import sys

import pytest

from cyborg_tui import __version__
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine import supervisor
from cyborg_tui.engine.process import Process
from cyborg_tui.engine.protocol import VERSION, Away, Evaluated, Loading, Lost, Ready, Rendered, Unavailable
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.settings import FanSettings
from tests.engine.asking import Engine
from tests.engine.gguf_parts import embedded

CONTEXT = Context((Segment("Once"),))
SLOW_TEMPLATE = (
    "{% for a in range(30) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    "{% for message in messages %}[{{ message.content }}]{% endfor %}"
)

IDLE = """
import os, sys, time
from cyborg_tui.engine.protocol import *
from cyborg_tui.loom.fan import ModelIdentity
def say(event):
    sys.stdout.buffer.write(encode_frame(event))
    sys.stdout.buffer.flush()
sys.stdout.buffer.write(MAGIC)
say(Hello(VERSION))
say(Ready(ModelIdentity("idle", "0"), 1024, "", ()))
time.sleep(1.2)
os.read(0, 1 << 16)
time.sleep(1.5)
os.set_blocking(0, False)
try:
    more = os.read(0, 1 << 16)
except BlockingIOError:
    more = b""
say(Loading(float(len(more))))
time.sleep(60)
"""


ANSWERS = """
import os, sys, threading, time
from cyborg_tui.engine.protocol import *
from cyborg_tui.loom.fan import ModelIdentity
def say(event):
    sys.stdout.buffer.write(encode_frame(event))
    sys.stdout.buffer.flush()
sys.stdout.buffer.write(MAGIC)
say(Hello(VERSION))
buffer, asked = bytearray(), 0
while data := os.read(0, 1 << 16):
    buffer += data
    for body in frames(buffer):
        request = decode_request(body)
        if isinstance(request, Load):
            say(Ready(ModelIdentity("odd", "0"), 1024, "", ()))
        if isinstance(request, Ping):
            say(Pong(0))
        if isinstance(request, Evaluate):
            asked += 1
            ANSWER
"""


def python(program):
    return [sys.executable, "-c", program]


async def test_an_engine_that_has_nothing_to_do_is_left_in_peace():
    async with Engine(command=python(IDLE)) as engine:
        assert isinstance(engine.ready, Ready)
        assert (await engine.wait_for(Loading)).fraction == 0, "bytes that woke it"


async def test_an_engine_that_talks_nonsense_is_given_up_in_a_sentence():
    nonsense = "import sys; sys.stdout.buffer.write(b'\\0cyborg-tui engine\\0\\n' + b'\\xff' * 99); input()"
    async with Engine(command=python(nonsense)) as engine:
        assert "cannot be understood" in engine.ready.sentence
        while engine.ready.again:
            engine.ready = await engine.wait_for(Lost)
    assert engine.ready.sentence.endswith(".")


async def test_an_engine_of_another_version_is_said_to_be_one():
    other = IDLE.replace("Hello(VERSION)", "Hello(VERSION + 1)").replace("say(Ready", "0 and say(Ready")
    async with Engine(command=python(other)) as engine:
        assert not engine.ready.again
        assert f"protocol {VERSION + 1}) than this app ({__version__}, protocol {VERSION})" in engine.ready.sentence


async def test_one_that_does_not_end_by_itself_is_ended():
    engine = Engine(command=python(IDLE.replace("time.sleep(1.2)", "time.sleep(60)")))
    await engine.client.start()
    await engine.wait_for(Ready)
    await asyncio.wait_for(engine.client.close(), 20)


async def test_one_can_leave_while_an_engine_is_being_replaced():
    for pause in (0, 0.001, 0.01, 0.1):
        engine = Engine(command=["false"])
        await engine.client.start()
        await engine.wait_for(Lost)
        await asyncio.sleep(pause)
        await engine.client.close()


@pytest.mark.parametrize(("tokens", "asked_again"), [(0, False), (1, True)])
async def test_what_was_given_up_meanwhile_is_still_held_to_have_cost_two_engines(tokens, asked_again):
    """Each second time the same context costs an engine; before that it is given up for something else, or read."""
    answer = f"say(Evaluated({tokens})) if asked == 1 else os._exit(1)"
    async with Engine(command=python(ANSWERS.replace("ANSWER", answer))) as engine:
        for _ in range(2):
            engine.client.evaluate(CONTEXT)
            assert (await engine.wait_for(Evaluated)).tokens == tokens
            engine.client.evaluate(CONTEXT)
            assert (await engine.wait_for(Lost)).again
            await engine.wait_for(Ready)
        assert bool(engine.client.weigh(CONTEXT, FanSettings())) is asked_again


async def test_that_another_machine_is_heard_again_is_said(monkeypatch):
    monkeypatch.setattr(supervisor, "_BEAT", 0.2)
    program = ANSWERS.replace("ANSWER", "time.sleep(0.8); threading.Timer(0.8, lambda: say(Evaluated(1))).start()")
    async with Engine(EngineConfig(command=tuple(python(program)))) as engine:
        engine.client.evaluate(CONTEXT)
        assert (await engine.wait_for(Away)).seconds >= 2
        heard = await engine.wait_for(Away, Evaluated)
        while isinstance(heard, Away) and heard.seconds:
            heard = await engine.wait_for(Away, Evaluated)
        assert heard == Away(0)


async def test_what_is_complained_of_is_taken_where_it_cannot_be_written_down(tmp_path):
    """As on a full disk: the other side must never wait for that."""
    (tmp_path / "log").touch()
    log = os.open(tmp_path / "log", os.O_RDONLY)
    loud = "import sys; sys.stderr.write('x' * 500_000 + 'the end'); print('said')"
    pipe = asyncio.subprocess.PIPE
    process = Process(await asyncio.create_subprocess_exec(*python(loud), stdin=pipe, stdout=pipe, stderr=pipe), log)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert process.last_words.endswith(b"the end")


async def test_a_template_that_is_being_looked_up_is_told_before_another_model_comes(tmp_path):
    model = embedded()
    model.set_text("tokenizer.chat_template", SLOW_TEMPLATE)
    (tmp_path / "slow.gguf").write_bytes(model.encode())
    async with Engine(EngineConfig(nice=0, model=str(tmp_path / "slow.gguf"))) as engine:
        engine.client.levers.render(("user",), answer=True)
        engine.client.load(EngineConfig(nice=0))
        told = await engine.wait_for(Rendered, Ready, Lost)
        assert isinstance(told, Rendered), "what it looks in stays until it has looked"
        assert told.parts
        await engine.wait_for(Ready)


async def test_a_model_of_somebody_unknown_is_said_not_to_be_there():
    async with Engine(EngineConfig(nice=0, model="~nobody-of-that-name/model.gguf")) as engine:
        assert engine.ready.sentence.startswith("There is no model at ~nobody-of-that-name/model.gguf")


async def test_a_file_that_has_become_another_model_is_loaded_anew(tmp_path):
    config = EngineConfig(nice=0, model=str(tmp_path / "model.gguf"))
    (tmp_path / "model.gguf").write_bytes(embedded().encode())
    async with Engine(config) as engine:
        model = embedded()
        model.set_text("general.name", "another")
        (tmp_path / "new.gguf").write_bytes(model.encode())
        (tmp_path / "new.gguf").replace(config.model)
        engine.client.load(config)
        assert (await engine.wait_for(Ready)).model.name == "another"


async def test_of_models_chosen_one_after_the_other_only_the_last_is_told_of(tmp_path):
    async with Engine() as engine:
        engine.client.load(EngineConfig(nice=0, model=str(tmp_path / "none.gguf")))
        engine.client.load(EngineConfig(nice=0))
        assert isinstance(await engine.wait_for(Ready, Unavailable), Ready)
        assert any((await engine.fan("Once", width=2, max_tokens=2)).texts)
