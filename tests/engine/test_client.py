"""The client beside engines that do not behave."""

import asyncio
import sys

from cyborg_tui import __version__
from cyborg_tui.engine.protocol import VERSION, Loading, Lost, Ready
from tests.engine.asking import Engine

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


async def test_one_can_leave_while_an_engine_is_being_replaced():
    for pause in (0, 0.001, 0.01, 0.1):
        engine = Engine(command=["false"])
        await engine.client.start()
        await engine.wait_for(Lost)
        await asyncio.sleep(pause)
        await engine.client.close()
