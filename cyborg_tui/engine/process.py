"""One worker, seen from outside: started, spoken to, listened to, ended."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from cyborg_tui.engine.log import LONGEST_RUN, open_log
from cyborg_tui.engine.protocol import MAGIC, EngineEvent, Request, decode_event, encode_frame, frames

__all__ = ["NonsenseError", "Process"]

_LONGEST_GREETING = 1_000_000
"""Bytes that a login shell may print before the engine speaks."""
_LAST_WORDS = 4096
"""Bytes of complaints that are kept."""
_TO_COMPLAIN = 0.3
"""Seconds in which the last words of a process that is gone arrive."""


class NonsenseError(Exception):
    """The worker said what cannot be understood."""


class Process:
    """A worker that was started, running or not."""

    def __init__(self, process: asyncio.subprocess.Process, log: int | None) -> None:
        """`log`: where its complaints go that come by a pipe; closed at the end."""
        self._process = process
        self.greeted = False
        """Whether it has said its first word."""
        self.last_words = b""
        """The end of what was complained of on its way here, if its command leads to another machine."""
        self._complaints = None if log is None else asyncio.create_task(self._take_down(log))

    @classmethod
    async def start(cls, command: Sequence[str], nice: int, log: Path | None, *, elsewhere: bool = False) -> "Process":
        """With `elsewhere`, the command leads to another machine; nobody can be asked for a password on the way, for
        there is no terminal to ask at. Raises OSError."""
        environment = {**os.environ, "CYBORG_TUI_ENGINE_NICE": str(nice), "GGML_NO_BACKTRACE": "1"}
        if elsewhere:
            environment.pop("SSH_ASKPASS", None)
            environment["SSH_ASKPASS_REQUIRE"] = "never"
        errors = open_log(log)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE if elsewhere else errors,
                env=environment,
                start_new_session=True,
            )
            return cls(process, os.dup(errors) if elsewhere else None)
        finally:
            os.close(errors)

    async def _take_down(self, log: int) -> None:
        """Keep the end of what it complains of, and write so much to the log as one worker may."""
        assert self._process.stderr is not None
        left = LONGEST_RUN
        try:
            while data := await self._process.stderr.read(1 << 12):
                self.last_words = (self.last_words + data)[-_LAST_WORDS:]
                with contextlib.suppress(OSError):  # of a full disk: what is said must be taken all the same
                    os.write(log, data[:left])
                left -= len(data[:left])
        finally:
            os.close(log)

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
        """End it at once, even if it stands still, and whatever it started to get elsewhere."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # it leads a session of its own

    async def wait(self) -> int:
        """Until it is gone, and its last words are there. Returns its exit status."""
        status = await self._process.wait()
        if self._complaints is not None:  # ssh may leave a process behind that keeps the pipe open
            await asyncio.wait([self._complaints], timeout=_TO_COMPLAIN)
            self._complaints.cancel()
        return status

    async def end(self) -> None:
        """Let it end, which it does within a second, or else make it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self.wait(), 1)
        except asyncio.TimeoutError:
            self.kill()
            await self.wait()


def _skip_greeting(buffer: bytearray) -> bool:
    """Drop what a login shell says first. False if the engine has not spoken yet. Raises NonsenseError."""
    at = buffer.find(MAGIC)
    if at >= 0:
        del buffer[: at + len(MAGIC)]
    elif len(buffer) > _LONGEST_GREETING:
        raise NonsenseError
    return at >= 0
