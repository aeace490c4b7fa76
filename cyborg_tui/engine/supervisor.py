"""The supervisor: keeps one worker running, looks after it while it is busy, and says why one is gone."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui import __version__
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.backoff import Backoff
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.parting import Cure, Parting, parting_of, place_of
from cyborg_tui.engine.process import NonsenseError, Process
from cyborg_tui.engine.protocol import VERSION, Away, EngineEvent, Hello, Ping, Pong, Ready, Request, Unavailable
from cyborg_tui.engine.pulse import STARTING, Patience, Pulse

__all__ = ["KILLED", "Supervisor"]

_HERE = (sys.executable, "-m", "cyborg_tui.engine")
KILLED = "The system ended the engine, most likely for want of memory"
_BEAT = 1.0
"""Seconds from one look after a busy worker to the next."""
_NOTICED = 2
"""Seconds without a word after which it is shown that another machine is waited for."""


class Supervisor:
    """One worker at a time, here or on another machine."""

    def __init__(
        self,
        config: EngineConfig,
        command: Sequence[str] | None,
        log: Path | None,
        *,
        started: Callable[[], None],
        hear: Callable[[EngineEvent], None],
        lost: Callable[[Parting], None],
        patience: Callable[[], Patience | None],
        tell: Callable[[EngineEvent], None],
    ) -> None:
        """`started`: a worker runs and will speak. `hear`: what it says. `lost`: it is gone, and why. `patience`: how
        long it may take now over a word or a step; None while it has nothing to do. `tell`: what the person should know
        of waiting for one."""
        self._command, self._nice, self._log = tuple(command or config.command or _HERE), config.nice, log
        self._started, self._heard, self._lost = started, hear, lost
        self._patience, self._tell = patience, tell
        self.place = place_of(config.command) if config.command else ""
        """The machine on which the worker runs, if it is another one."""
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._pulse = Pulse()
        self._alive = self._closing = False
        self._said = ""
        """What the worker did wrong, if that is why it was ended."""
        self._silent = False
        """Whether it was ended because it was not heard any more."""
        self._unfit = ""
        """What is said of one of another version, which is ended."""
        self._backoff = Backoff()
        self._now = asyncio.Event()
        """Set when the next try is not to be waited for."""

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._process.pid if self._process is not None else None

    @property
    def greeted(self) -> bool:
        """Whether the worker has said its first word."""
        return self._process is not None and self._process.greeted

    async def start(self) -> None:
        """Start a worker. Returns once it runs."""
        self._starting = asyncio.create_task(self._start())
        await self._starting

    def start_again(self) -> None:
        """Start another one; elsewhere in a while."""
        wait = self._start_in(self._backoff.wait()) if self.place else self._start()
        self._starting = asyncio.create_task(wait)

    def hurry(self) -> bool:
        """Start one at once, if none is running. False if one is."""
        if self._starting is not None and not self._starting.done():
            self._now.set()
        elif not self._alive:
            self._starting = asyncio.create_task(self._start())
        else:
            return False
        return True

    def send(self, request: Request) -> None:
        """Say something to the worker; to one that is gone, in vain."""
        if self._process is not None:
            self._process.send(request)

    def watch(self) -> None:
        """See to it that the worker is looked after while it has something to do."""
        if self._process is not None and (self._watching is None or self._watching.done()):
            self._pulse = Pulse()
            self._watching = asyncio.create_task(self._look_after(self._process))

    async def close(self, farewell: Request | None) -> None:
        """End the worker, which is told the last of all requests; it is gone when this returns."""
        self._closing = True
        for task in (self._starting, self._watching):
            await _end(task)
        if self._process is not None:
            if farewell is not None:
                self.send(farewell)
            await self._process.end()
        await _end(self._reader)

    async def _start(self) -> None:
        try:
            self._process = await Process.start(self._command, self._nice, self._log, elsewhere=bool(self.place))
        except OSError as error:
            self._tell(Unavailable(f"The engine could not be started ({error.strerror}: {self._command[0]})."))
            return
        self._alive = True
        self._said, self._silent, self._unfit = "", False, ""
        self._started()
        self.watch()
        self._reader = asyncio.create_task(self._read(self._process))

    async def _start_in(self, seconds: int) -> None:
        """Start another one after a while, or as soon as the person wants it."""
        self._now.clear()
        for left in range(seconds, 0, -1):
            self._tell(Away(0, left))
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._now.wait(), 1)
                break
        await self._start()

    async def _read(self, process: Process) -> None:
        """Pass on everything this worker says, until it ends."""
        try:
            async for event in process.events():
                self._hear(event, process)
        except NonsenseError:
            self._said = "The engine said what cannot be understood"
            process.kill()
        status = await process.wait()
        if not self._closing:
            self._alive = False
            if self._watching is not None:
                self._watching.cancel()
                self._watching = None
            self._lost(self._parting(process, status))

    def _hear(self, event: EngineEvent, process: Process) -> None:
        self._pulse.heard()
        match event:
            case Pong(steps=steps):
                self._pulse.stepped(steps)
                return
            case Hello() if event.version != VERSION:
                self._unfit = _of_another_version(event, self.place)
                process.kill()
                return
            case Ready():
                self._backoff.worked()
            case _:
                pass
        self._heard(event)

    async def _look_after(self, process: Process) -> None:
        """Ask each second; end a worker that hangs. While there is nothing to do, nothing wakes the machine."""
        told = False
        while (patience := self._patience()) is not None:
            patience = patience if self.greeted else STARTING
            if self.greeted:  # what comes before the engine may be a login shell, which would take this for its input
                self.send(Ping())
            await asyncio.sleep(_BEAT)
            self._pulse.tick()
            silent = self._pulse.silent if self.place and self._pulse.silent >= _NOTICED else 0
            if silent or told:
                self._tell(Away(silent))
            told = silent > 0
            if self._pulse.gone(patience):
                self._said = "The engine did not answer any more"
                self._silent = self._pulse.silent >= patience.silent
                process.kill()
                return

    def _parting(self, process: Process, status: int) -> Parting:
        """Why it is gone."""
        if self._unfit:
            return Parting(Cure.NOTHING, self._unfit)
        if not self.place:
            return Parting(Cure.ANOTHER, self._said or _how_it_stopped(status))
        if self._silent:
            return Parting(Cure.TIME, f"Nothing was heard from {self.place} any more.")
        if self._said:
            return Parting(Cure.ANOTHER, f"{self._said} ({self.place})")
        return parting_of(self.place, status, process.last_words, greeted=process.greeted)


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _how_it_stopped(status: int) -> str:
    return KILLED if status == -signal.SIGKILL else "The engine stopped unexpectedly"


def _of_another_version(hello: Hello, place: str) -> str:
    where = f" on {place}" if place else ""
    theirs = f"cyborg-tui {inert(hello.app, 20)}, " if hello.app else ""
    return (
        f"The engine{where} is of another version ({theirs}protocol {hello.version}) than this app ({__version__}, "
        f"protocol {VERSION}); install the same on both sides."
    )
