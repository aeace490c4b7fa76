"""A worker that stands still is replaced; one whose app is gone ends."""

import asyncio
import os
import signal
import struct
import subprocess
import sys
import time

import pytest

from cyborg_tui.engine import client
from cyborg_tui.engine.protocol import MAGIC, Lost, Ping, Ready, encode_frame
from cyborg_tui.engine.pulse import Patience
from cyborg_tui.loom.fan import Finish
from tests.engine.asking import Engine, until

SEA = "I have been thinking about the sea again, and about why the house seemed smaller."


async def stopped_while_idle():
    async with Engine() as engine:
        os.kill(engine.client.pid, signal.SIGSTOP)
        answer = await engine.fan(SEA, max_tokens=8)
    assert {*answer.finishes} <= {Finish.TOKENS, Finish.END}, "it was noticed at the request, which was made again"


async def stopped_while_loading():
    engine = Engine()
    await engine.client.start()
    await until(lambda: engine.client.greeted)
    pid = engine.client.pid
    os.kill(pid, signal.SIGSTOP)
    if isinstance(await engine.wait_for(Ready, Lost), Ready):  # it was quicker than the signal
        await engine.client.close()
        return
    await engine.wait_for(Ready)
    assert engine.client.pid != pid
    await engine.client.close()


async def test_a_worker_that_stands_still_is_replaced_whatever_it_was_doing(monkeypatch):
    monkeypatch.setattr(client, "WRITING", Patience(silent=2, still=60))
    monkeypatch.setattr(client, "loading", lambda _size, *, elsewhere: Patience(silent=3, still=60))
    await asyncio.gather(stopped_while_idle(), stopped_while_loading())


APP = """
import asyncio, sys
from tests.engine.asking import Engine, until
from cyborg_tui.engine.protocol import Grew, Loading, Ready
async def main(moment):
    engine = Engine()
    await engine.client.start()
    print(engine.client.pid, flush=True)
    if moment != "starting":
        await engine.wait_for(Loading if moment == "loading" else Ready)
    if moment == "writing":
        engine.ask("Once upon a time", max_tokens=900)
        await engine.wait_for(Grew)
    print(moment, flush=True)
    await asyncio.sleep(60)
asyncio.run(main(sys.argv[1]))
"""


def running(pid):
    """Whether it is there, and no zombie that waits for its new parent."""
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


SLOW = "1.4,30"


def orphaned(moment, pace, before=lambda worker: None):
    """Seconds that a worker outlives its app, which is killed at this moment; `before` is done to the worker first."""
    environment = {**os.environ, "CYBORG_TUI_ENGINE_PACE": pace}
    app = subprocess.Popen([sys.executable, "-c", APP, moment], stdout=subprocess.PIPE, env=environment, text=True)
    try:
        worker = int(app.stdout.readline())
        assert app.stdout.readline().strip() == moment
        before(worker)
    finally:
        app.kill()
        app.wait()
        app.stdout.close()
    killed = time.monotonic()
    while running(worker):
        assert time.monotonic() - killed < 10, "the worker stays"
        time.sleep(0.01)
    return time.monotonic() - killed


@pytest.mark.parametrize(
    ("moment", "pace"),
    [("starting", ""), ("loading", ""), ("ready", ""), ("writing", ""), ("writing", SLOW)],
)
def test_when_the_app_is_killed_the_worker_ends_within_a_second(moment, pace):
    assert orphaned(moment, pace) < 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process that is stuck")
def test_even_one_that_is_stuck():
    assert orphaned("writing", "", before=lambda worker: os.kill(worker, signal.SIGSTOP)) < 1


async def worker_that_is_told(data, *, deaf=False):
    """The exit status of a worker that is told this, while its input stays open; `deaf`: nobody hears it any more."""
    command = (sys.executable, "-m", "cyborg_tui.engine")
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    worker = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=nothing)
    await worker.stdout.readuntil(MAGIC)
    if deaf:
        worker._transport.get_pipe_transport(1).close()
        await asyncio.sleep(0.1)  # until it is closed
    worker.stdin.write(data)
    try:
        return await asyncio.wait_for(worker.wait(), 20)
    finally:
        if worker.returncode is None:
            worker.kill()
        worker.stdin.close()


async def test_a_worker_that_cannot_understand_its_input_or_is_not_heard_ends_and_stays_nobodys():
    nonsense = worker_that_is_told(b"\xff" * 99)
    unknown = worker_that_is_told(struct.pack(">I", 4) + b"what")
    unheard = worker_that_is_told(encode_frame(Ping()), deaf=True)
    assert await asyncio.gather(nonsense, unknown, unheard) == [1, 1, 1]
