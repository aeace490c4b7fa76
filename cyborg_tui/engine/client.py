"""The client: keeps a worker running, asks it for fans, and passes on what it says."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import (
    MAGIC,
    VERSION,
    Cancel,
    EngineEvent,
    Evaluate,
    FanEnded,
    FanRequest,
    FanStats,
    Hello,
    Load,
    Lost,
    Ready,
    Request,
    Unavailable,
    decode_event,
    encode_frame,
    frames,
    wire,
)
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings

__all__ = ["EngineClient"]

_CRASHES = 3
"""So many workers lost within a minute mean that the next one would be lost too."""


class EngineClient:
    """One engine. `listener` hears every event, on the event loop; the methods return at once."""

    def __init__(
        self,
        config: EngineConfig,
        listener: Callable[[EngineEvent], None],
        *,
        log: Path | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        self._config, self._listener, self._log = config, listener, log
        self._command = tuple(command or (sys.executable, "-m", "cyborg_tui.engine"))
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._ready = False
        self._closing = False
        self._fan: FanRequest | None = None
        self._fans = 0
        self._losses: list[float] = []

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start the worker and have it load the model. Returns once it runs; the rest comes as events."""
        log = self._open_log()
        environment = {**os.environ, "CYBORG_TUI_ENGINE_NICE": str(self._config.nice), "GGML_NO_BACKTRACE": "1"}
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            self._listener(Unavailable(f"The engine could not be started ({error.strerror}: {self._command[0]})."))
            return
        finally:
            if log >= 0:
                os.close(log)
        self._send(Load(self._config))
        self._reader = asyncio.create_task(self._read(self._process))

    def restart(self) -> None:
        """Try again after giving up, or after a model could not be loaded; what was wrong may have been mended."""
        self._losses.clear()
        process = self._process
        if process is None or process.returncode is not None:
            self._starting = asyncio.create_task(self.start())
        elif not self._ready:
            self._send(Load(self._config))

    async def close(self) -> None:
        """End the worker; it is gone when this returns."""
        self._closing = True
        if self._process is not None and self._process.returncode is None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            try:
                await asyncio.wait_for(self._process.wait(), 1)
            except asyncio.TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    def fan(self, context: Context, settings: FanSettings, seed: int) -> int:
        """Ask for a fan; one that is running is stopped. Returns the number that its events carry."""
        self._fans += 1
        self._fan = FanRequest(self._fans, wire(context), settings, seed)
        if self._ready:
            self._send(self._fan)
        return self._fans

    def evaluate(self, context: Context) -> None:
        """Have a context evaluated while there is nothing else to do."""
        if self._ready and self._fan is None:
            self._send(Evaluate(wire(context)))

    def cancel(self) -> None:
        """Stop the fan or evaluation in flight."""
        self._fan = None
        if self._ready:
            self._send(Cancel())

    def _open_log(self) -> int:
        if self._log is None:
            return os.open(os.devnull, os.O_WRONLY)
        return os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def _send(self, request: Request) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(encode_frame(request))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Pass on everything this worker says, until it ends."""
        assert process.stdout is not None
        buffer, greeted = bytearray(), False
        with contextlib.suppress(ConnectionError):
            while data := await process.stdout.read(1 << 16):
                buffer += data
                if not greeted:
                    at = buffer.find(MAGIC)
                    if at < 0:
                        continue
                    del buffer[: at + len(MAGIC)]
                    greeted = True
                for body in frames(buffer):
                    self._hear(decode_event(body))
        await process.wait()
        if not self._closing:
            await self._lost()

    def _hear(self, event: EngineEvent) -> None:
        match event:
            case Hello(version=version) if version != VERSION:
                event = Unavailable("The engine is of another version than this app; install the same on both sides.")
            case Ready():
                self._ready = True
            case FanEnded(fan=fan) if self._fan is not None and fan == self._fan.id:
                self._fan = None
            case _:
                pass
        if isinstance(event, Ready) and self._fan is not None:
            self._send(self._fan)  # asked for before the model was there
        self._listener(event)

    async def _lost(self) -> None:
        """The worker is gone; start another, and send what crashed it only once more."""
        self._ready = False
        now = time.monotonic()
        self._losses = [*(at for at in self._losses if now - at < 60), now]
        again = len(self._losses) < _CRASHES
        if self._fan is not None:
            self._listener(FanEnded(self._fan.id, Finish.INTERRUPTED, FanStats()))
            self._fan = None
        says = "it is starting again" if again else "it keeps stopping; try another model, or a smaller window"
        self._listener(Lost(f"The engine stopped unexpectedly; {says}.", again))
        if again:
            await self.start()
