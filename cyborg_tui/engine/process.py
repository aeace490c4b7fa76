"""One worker, seen from outside: started, spoken to, listened to, ended."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from cyborg_tui.engine.log import open_log
from cyborg_tui.engine.protocol import MAGIC, EngineEvent, Request, decode_event, encode_frame, frames

__all__ = ["NonsenseError", "Process"]

_LONGEST_GREETING = 1_000_000
"""Bytes that a login shell may print before the engine speaks."""


class NonsenseError(Exception):
    """The worker said what cannot be understood."""


class Process:
    """A worker that was started, running or not."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.greeted = False
        """Whether it has said its first word."""

    @classmethod
    async def start(cls, command: Sequence[str], nice: int, log: Path | None) -> "Process":
        """Raises OSError."""
        environment = {**os.environ, "CYBORG_TUI_ENGINE_NICE": str(nice), "GGML_NO_BACKTRACE": "1"}
        errors = open_log(log)
        try:
            return cls(
                await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=errors,
                    env=environment,
                    start_new_session=True,
                )
            )
        finally:
            os.close(errors)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, request: Request) -> None:
        """Say something to it; to one that is gone, in vain."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(encode_frame(request))

    async def events(self) -> AsyncIterator[EngineEvent]:
        """Everything it says, until it ends. Raises NonsenseError."""
        assert self._process.stdout is not None
        buffer = bytearray()
        with contextlib.suppress(ConnectionError):
            while data := await self._process.stdout.read(1 << 16):
                buffer += data
                self.greeted = self.greeted or _skip_greeting(buffer)
                if not self.greeted:
                    continue
                try:
                    said = [decode_event(body) for body in frames(buffer)]
                except (ValueError, msgspec.MsgspecError):
                    raise NonsenseError from None
                for event in said:
                    yield event

    def kill(self) -> None:
        """End it at once, even if it stands still."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def wait(self) -> None:
        """Until it is gone."""
        await self._process.wait()

    async def end(self) -> None:
        """Let it end, which it does within a second, or else make it."""
        if self._process.returncode is not None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 1)
        except asyncio.TimeoutError:
            self.kill()
            await self._process.wait()


def _skip_greeting(buffer: bytearray) -> bool:
    """Drop what a login shell says first. False if the engine has not spoken yet. Raises NonsenseError."""
    at = buffer.find(MAGIC)
    if at >= 0:
        del buffer[: at + len(MAGIC)]
    elif len(buffer) > _LONGEST_GREETING:
        raise NonsenseError
    return at >= 0
