"""Servers of the completions API on the loopback: llama.cpp's own, and one that does as it is told."""

import asyncio
import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass, field

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.protocol import Refused, Unavailable
from cyborg_tui.loom.fan import Finish
from tests.engine.asking import Engine

LLAMA = """
import sys, xllamacpp
p = xllamacpp.CommonParams()
p.model.path, p.hostnames, p.port = sys.argv[1], ["127.0.0.1"], 0
p.n_ctx, p.n_parallel, p.kv_unified, p.warmup, p.cpuparams.n_threads = 1024, 8, True, False, 1
p.api_keys = sys.argv[2:]
server = xllamacpp.Server(p)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def llama_server(*keys):
    """The address of a llama.cpp server with the embedded model."""
    command = [sys.executable, "-c", LLAMA, str(embedded_model()), *keys]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.wait()
        server.stdin.close()
        server.stdout.close()


MODEL = "some-base-model"


def chunk(text="", index=0, finish=None, **more):
    choice = {"text": text, "index": index, "finish_reason": finish, "logprobs": None}
    return {"model": MODEL, "choices": [choice], **more}


@dataclass
class Request:
    method: str
    path: str
    headers: dict
    body: dict


@dataclass
class Server:
    """Answers as a well-behaved server does, with `words` in each branch, but for what `completions` says instead.

    `completions` is called with the request and the writer; what it returns is the answer: (status, headers, body), or
    None if it has written the answer itself, or "well" to have it answered as usual.
    """

    words: tuple = (" one", " two", " three.", " Four")
    completions: object = None
    models: object = None
    asked: list = field(default_factory=list)
    gone: int = 0
    """Connections that the client closed in the middle of an answer."""

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._tasks = set()
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def fans(self):
        """The requests for branches, without the one that tries what the server can do."""
        return [one for one in self.asked if one.path == "/v1/completions" and one.body.get("stream")]

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while request := await self._read(reader):
                    self.asked.append(request)
                    if not await self._answer(request, writer):
                        break
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _read(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = first.split()
        return Request(method, path, headers, json.loads(body) if body else {})

    async def _answer(self, request, writer):
        """Whether the connection stays open."""
        answer = (404, {}, b"{}")
        if request.path == "/v1/models":
            answer = self.models(request) if self.models else (200, {}, json.dumps({"data": [{"id": MODEL}]}).encode())
        elif request.path == "/v1/completions":
            answer = "well"
            if self.completions is not None:
                answer = self.completions(request, writer)
                answer = await answer if asyncio.iscoroutine(answer) else answer
            if answer == "well":
                answer = await self._complete(request, writer)
        if answer is None:
            return False
        status, headers, body = answer
        headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {status} So\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True

    async def _complete(self, request, writer):
        if not request.body.get("stream"):
            return 200, {}, json.dumps(chunk(self.words[0], finish="length")).encode()
        self.begin(writer)
        for word in self.words[: request.body["max_tokens"]]:
            for index in range(request.body.get("n", 1)):
                await self.say(writer, chunk(word, index))
        for index in range(request.body.get("n", 1)):
            await self.say(writer, chunk("", index, "length"))
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
        return None

    def begin(self, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")

    async def say(self, writer, what):
        writer.write(b"data: " + json.dumps(what).encode() + b"\n\n")
        await writer.drain()

    async def until_gone(self, writer):
        """Go on for ever, until the client closes the connection."""
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b": still here\n\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        self.gone += 1


def refuses(status, message, headers=None):
    """An answer in the form in which servers tell of errors."""
    return status, headers or {}, json.dumps({"error": {"message": message}}).encode()


def engine_of(server, **settings):
    return Engine(EngineConfig(url=server.url, **settings))


def when_it_streams(server, what):
    """`what` is done to requests for branches; the one that only tries the server is answered well."""
    server.completions = lambda request, writer: what(request, writer) if request.body.get("stream") else "well"


async def interrupted(engine, **settings):
    """A fan that is not made; what is said of it."""
    answer = await engine.fan("Once", **{"width": 2, "max_tokens": 4, **settings})
    assert answer.finish is Finish.INTERRUPTED
    return answer, (await engine.wait_for(Refused, Unavailable)).sentence
