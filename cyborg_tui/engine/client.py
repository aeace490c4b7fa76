"""The client: keeps a worker running, asks it for fans, and passes on what it says."""

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.losses import Losses
from cyborg_tui.engine.process import NonsenseError, Process
from cyborg_tui.engine.protocol import (
    VERSION,
    Cancel,
    EngineEvent,
    Evaluate,
    Evaluated,
    FanEnded,
    FanRequest,
    FanStats,
    Foresee,
    ForeseeingEnded,
    Grew,
    Hello,
    Lost,
    Ping,
    Pong,
    Ready,
    Refused,
    Request,
    Unavailable,
    Work,
    load,
    wire,
)
from cyborg_tui.engine.pulse import STARTING, WRITING, Patience, Pulse, loading
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings

__all__ = ["EngineClient"]

_GUILTY = "Twice the engine stopped over this, so it is not asked again; change the text or the settings."


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
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._pulse = Pulse()
        self._alive = self._loading = self._ready = self._closing = False
        self._said = ""
        """What the worker did wrong, if that is why it was ended."""
        self._fan: FanRequest | None = None
        """The fan that is wanted, sent or not."""
        self._fans = self._foreseen = 0
        self._unanswered: deque[Work] = deque()
        """What the worker was asked for, in turn; it is at the first of them."""
        self._grew = False
        """Whether the first of them has branches."""
        self._losses = Losses()

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._process.pid if self._process is not None else None

    @property
    def greeted(self) -> bool:
        """Whether the worker has said its first word."""
        return self._process is not None and self._process.greeted

    async def start(self) -> None:
        """Start the worker and have it load the model. Returns once it runs; the rest comes as events."""
        self._starting = asyncio.create_task(self._start())
        await self._starting

    async def _start(self) -> None:
        try:
            self._process = await Process.start(self._command, self._config.nice, self._log)
        except OSError as error:
            self._listener(Unavailable(f"The engine could not be started ({error.strerror}: {self._command[0]})."))
            return
        self._alive = True
        self._said = ""
        self._load()
        self._reader = asyncio.create_task(self._read(self._process))

    def restart(self) -> None:
        """Try again after giving up, or after a model could not be loaded; what was wrong may have been mended."""
        if not self._ready and not self._loading:
            self.load(self._config)

    def load(self, config: EngineConfig) -> None:
        """Use this model from now on."""
        self._config = config
        self._losses.forgive()
        if self._starting is not None and not self._starting.done():
            return  # the new worker is told
        if self._alive:
            self._load()
        else:
            self._starting = asyncio.create_task(self._start())

    async def close(self) -> None:
        """End the worker; it is gone when this returns."""
        self._closing = True
        for task in (self._starting, self._watching):
            await _end(task)
        if self._process is not None:
            await self._process.end()
        await _end(self._reader)

    def fan(self, context: Context, settings: FanSettings, seed: int) -> int:
        """Ask for a fan; one that is running is stopped. Returns the number that its events carry."""
        self._fans += 1
        self._fan = FanRequest(self._fans, wire(context), settings, seed)
        if self._losses.guilty(self._fan):
            asyncio.get_running_loop().call_soon(self._refuse, self._fan)
            self.cancel()
        elif self._ready:
            self._ask(self._fan)
        return self._fans

    def evaluate(self, context: Context) -> None:
        """Have a context evaluated while there is nothing else to do."""
        request = Evaluate(wire(context))
        if self._ready and self._fan is None and not self._losses.guilty(request):
            self._ask(request)

    def foresee(self, context: Context, places: Sequence[tuple[int, ...]]) -> int:
        """Ask what may come next after a context and each of these runs of tokens, if there is nothing else to do.
        Returns the number that its events carry; 0 if it is not asked."""
        request = Foresee(self._foreseen + 1, wire(context), tuple(places))
        if not self._ready or self._fan is not None or self._losses.guilty(request):
            return 0
        self._foreseen += 1
        self._ask(request)
        return request.id

    def cancel(self) -> None:
        """Stop the fan or evaluation in flight."""
        self._fan = None
        if self._ready:
            self._send(Cancel())

    # saying

    def _load(self) -> None:
        self._loading, self._ready = True, False
        self._unanswered.clear()
        self._send(load(self._config))
        self._watch()

    def _ask(self, request: Work) -> None:
        self._unanswered.append(request)
        self._send(request)
        self._watch()

    def _send(self, request: Request) -> None:
        if self._process is not None:
            self._process.send(request)

    def _refuse(self, fan: FanRequest) -> None:
        self._listener(FanEnded(fan.id, Finish.INTERRUPTED, FanStats()))
        self._listener(Refused(_GUILTY))

    # hearing

    async def _read(self, process: Process) -> None:
        """Pass on everything this worker says, until it ends."""
        try:
            async for event in process.events():
                self._hear(event)
        except NonsenseError:
            self._said = "The engine said what cannot be understood"
            process.kill()
        await process.wait()
        if not self._closing:
            self._lost()

    def _hear(self, event: EngineEvent) -> None:
        self._pulse.heard()
        match event:
            case Pong(steps=steps):
                self._pulse.stepped(steps)
                return
            case Hello(version=version) if version != VERSION:
                event = Unavailable("The engine is of another version than this app; install the same on both sides.")
            case Ready():
                self._loading, self._ready = False, True
                self._losses.loaded()
            case Unavailable():
                self._loading = False
            case Grew():
                self._grew = True
            case FanEnded() | Evaluated() | ForeseeingEnded():
                self._answered(event)
            case _:
                pass
        if isinstance(event, Ready) and self._fan is not None:
            self._ask(self._fan)  # asked for before the model was there
        self._listener(event)

    def _answered(self, event: FanEnded | Evaluated | ForeseeingEnded) -> None:
        self._grew = False
        if self._unanswered:
            self._losses.accomplished(self._unanswered.popleft())
        if isinstance(event, FanEnded) and self._fan is not None and event.fan == self._fan.id:
            self._fan = None

    # losing

    def _watch(self) -> None:
        """See to it that the worker is looked after while it has something to do."""
        if self._process is not None and (self._watching is None or self._watching.done()):
            self._pulse = Pulse()
            self._watching = asyncio.create_task(self._look_after(self._process))

    async def _look_after(self, process: Process) -> None:
        """Ask each second; end a worker that hangs. While there is nothing to do, nothing wakes the machine."""
        patience = loading(_size(self._config.model))
        while self._loading or self._unanswered:
            self._send(Ping())
            await asyncio.sleep(1)
            self._pulse.tick()
            if self._pulse.gone(self._patience(patience)):
                self._said = "The engine did not answer any more"
                process.kill()
                return

    def _patience(self, while_loading: Patience) -> Patience:
        if not self.greeted:
            return STARTING
        return while_loading if self._loading else WRITING

    def _lost(self) -> None:
        """The worker is gone. Start another; a fan that had not begun to grow is asked for once more."""
        at = self._unanswered[0] if self._unanswered else None
        self._losses.lost(at, grew=self._grew, loading=self._loading)
        again, fan = not self._losses.hopeless, self._fan
        began = fan is not None and at is fan and self._grew
        name = inert(Path(self._config.model).name, 60) or "its model"
        self._unanswered.clear()
        self._alive = self._loading = self._ready = self._grew = False
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        if fan is not None and (began or not again):
            self._fan = None
            self._listener(FanEnded(fan.id, Finish.INTERRUPTED, FanStats()))
        elif fan is not None and self._losses.guilty(fan):
            self._fan = None
            self._refuse(fan)
        if again:
            self._starting = asyncio.create_task(self._start())
            self._listener(Lost(f"{self._said or 'The engine stopped unexpectedly'}; it is starting again.", True))
        elif self._losses.loading_is_hopeless:
            self._listener(Lost(f"The engine stopped twice while it loaded {name}; choose another model.", False))
        else:
            self._listener(Lost("The engine keeps stopping; try another model, or a smaller window.", False))


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _size(model: str) -> int:
    """Of the model's file, in bytes; 0 if it is not to be seen from here."""
    try:
        return Path(model).expanduser().stat().st_size if model else 0
    except (OSError, RuntimeError):
        return 0
