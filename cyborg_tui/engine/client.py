"""The client: keeps a worker running, asks it for fans, and passes on what it says."""

import asyncio
import contextlib
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui import __version__
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.backoff import Backoff
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.losses import Losses
from cyborg_tui.engine.parting import Cure, Parting, parting_of, place_of
from cyborg_tui.engine.process import NonsenseError, Process
from cyborg_tui.engine.protocol import (
    VERSION,
    Away,
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
    Leave,
    Loading,
    Lost,
    Ping,
    Pong,
    Ready,
    Refused,
    Request,
    ScoreEnded,
    ScoreRequest,
    See,
    Start,
    Unavailable,
    Weigh,
    Weighed,
    Work,
    load,
    wire,
)
from cyborg_tui.engine.pulse import STARTING, WRITING, WRITING_ELSEWHERE, Patience, Pulse, loading
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings

__all__ = ["EngineClient"]

_HERE = (sys.executable, "-m", "cyborg_tui.engine")
_KILLED = "The system ended the engine, most likely for want of memory"
_NOTICED = 2
"""Seconds without a word after which it is shown that another machine is waited for."""
_GUILTY = "Twice the engine stopped over this, so it is not asked again; change the text or the settings."


class EngineClient:
    """One engine. `listener` hears every event, on the event loop; the methods return at once."""

    def __init__(
        self,
        config: EngineConfig,
        listener: Callable[[EngineEvent], None],
        *,
        fans: FanSettings | None = None,
        log: Path | None = None,
        kept: Path | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """`fans`: the fans that are likely to be asked for, so that there is room for their branches. `kept`: the file
        in which what was read is kept until the next time."""
        self._config, self._listener, self._log = config, listener, log
        self._usual = fans or FanSettings()
        self._kept = kept
        self._command = tuple(command or config.command or _HERE)
        self._place = place_of(config.command) if config.command else ""
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._pulse = Pulse()
        self._alive = self._loading = self._ready = self._closing = False
        self._loads = 0
        """Models that the worker was asked for and has not answered yet; only the last is wanted."""
        self._said = ""
        """What the worker did wrong, if that is why it was ended."""
        self._silent = False
        """Whether it was ended because it was not heard any more."""
        self._unfit = ""
        """What is said of one of another version, which is ended."""
        self._fan: FanRequest | None = None
        """The fan that is wanted, sent or not."""
        self._fans = self._foreseen = self._weighed = self._scores = 0
        self._unanswered: deque[Work] = deque()
        """What the worker was asked for, in turn; it is at the first of them."""
        self._grew = False
        """Whether the first of them has branches."""
        self._losses = Losses()
        self._backoff = Backoff()
        self._now = asyncio.Event()
        """Set when the next try is not to be waited for."""

    @property
    def place(self) -> str:
        """The machine on which the worker runs, if it is another one."""
        return self._place

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
            self._process = await Process.start(
                self._command, self._config.nice, self._log, elsewhere=bool(self._place)
            )
        except OSError as error:
            self._listener(Unavailable(f"The engine could not be started ({error.strerror}: {self._command[0]})."))
            return
        self._alive = self._loading = True
        self._loads = 0
        self._said, self._silent, self._unfit = "", False, ""
        self._watch()
        self._reader = asyncio.create_task(self._read(self._process))

    async def _start_in(self, seconds: int) -> None:
        """Start another one after a while, or as soon as the person wants it."""
        self._now.clear()
        for left in range(seconds, 0, -1):
            self._listener(Away(0, left))
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._now.wait(), 1)
                break
        await self._start()

    def restart(self) -> None:
        """Try again now: after giving up, after a model could not be loaded, or instead of waiting for the next try;
        what was wrong may have been mended."""
        if not self._ready and not self._loading:
            self.load(self._config)

    def load(self, config: EngineConfig) -> None:
        """Use this model from now on."""
        self._config = config
        self._losses.forgive()
        self._listener(Loading(0.0))
        if self._starting is not None and not self._starting.done():
            self._now.set()  # the new worker is told
        elif not self._alive:
            self._starting = asyncio.create_task(self._start())
        elif self.greeted:
            self._load()

    async def close(self) -> None:
        """End the worker; it is gone when this returns."""
        self._closing = True
        for task in (self._starting, self._watching):
            await _end(task)
        if self._process is not None:
            if self._kept is not None and self._ready:
                self._send(Leave())
            await self._process.end()
        await _end(self._reader)

    def fan(
        self, context: Context, settings: FanSettings, seed: int, begun: Sequence[Start] = (), *, left_out: int = -1
    ) -> int:
        """Ask for a fan, or for more branches beside those that have `begun`; one that is running is stopped.
        `left_out`: as many tokens as were left out of the window before, if it is to see the same. Returns the number
        that its events carry."""
        self._fans += 1
        self._fan = FanRequest(self._fans, wire(context), settings, seed, tuple(begun), left_out)
        if self._losses.guilty(self._fan):
            asyncio.get_running_loop().call_soon(self._refuse, self._fan)
            self.cancel()
        elif self._ready:
            self._ask(self._fan)
        return self._fans

    def look_ahead(self, context: Context, settings: FanSettings, seed: int) -> int:
        """Ask for a fan that may soon be wanted; whatever else is asked for stops it. Returns its number."""
        self._fans += 1
        request = FanRequest(self._fans, wire(context), settings, seed)
        if self._ready and self._fan is None and not self._losses.guilty(request):
            self._ask(request)
        return self._fans

    def see(self, context: Context, longest: int = 0) -> int:
        """Ask which tokens a context is, and how many would be left out before branches of up to `longest` tokens.
        Returns the number that the answer carries; there is none without a model."""
        self._fans += 1
        if self._ready:
            self._send(See(self._fans, wire(context), longest))
        return self._fans

    def want(self, fan: int) -> None:
        """A fan that was made ahead is wanted now."""
        for request in self._unanswered:
            if isinstance(request, FanRequest) and request.id == fan:
                self._fan = request

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

    def weigh(self, context: Context, settings: FanSettings) -> int:
        """Ask how likely each token is next, before and after samplers, if there is nothing else to do. Returns the
        number that the answer carries; 0 if it is not asked."""
        request = Weigh(self._weighed + 1, wire(context), settings)
        if not self._ready or self._fan is not None or self._losses.guilty(request):
            return 0
        self._weighed += 1
        self._ask(request)
        return request.id

    def score(self, context: Context, text: Context) -> int:
        """Ask how likely `text` is after `context`, while there is nothing else to do. Returns the number that its
        events carry."""
        self._scores += 1
        request = ScoreRequest(self._scores, wire(context), wire(text))
        if self._ready and self._fan is None and not self._losses.guilty(request):
            self._ask(request)
        else:
            asyncio.get_running_loop().call_soon(self._listener, ScoreEnded(request.id, False))
        return self._scores

    def cancel(self) -> None:
        """Stop the fan, evaluation or scoring in flight."""
        self._fan = None
        if self._ready:
            self._send(Cancel())

    # saying

    def _load(self) -> None:
        self._loading, self._ready = True, False
        self._loads += 1
        self._give_up()
        self._send(load(self._config, self._usual, self._kept))
        self._watch()

    def _give_up(self) -> None:
        """Nothing that this worker was asked for will be answered."""
        for request in self._unanswered:
            if isinstance(request, ScoreRequest):
                self._listener(ScoreEnded(request.id, False))
            elif isinstance(request, Weigh):
                self._listener(Weighed(request.id))
        self._unanswered.clear()

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
                if self._unfit:
                    process.kill()
        except NonsenseError:
            self._said = "The engine said what cannot be understood"
            process.kill()
        status = await process.wait()
        if not self._closing:
            self._lost(self._parting(process, status))

    def _hear(self, event: EngineEvent) -> None:
        self._pulse.heard()
        match event:
            case Pong(steps=steps):
                self._pulse.stepped(steps)
                return
            case Hello() if event.version != VERSION:
                self._unfit = _of_another_version(event, self._place)
            case Hello():
                self._load()
            case Ready() | Unavailable() if self._is_outdated():
                return
            case Ready():
                self._loading, self._ready = False, True
                self._losses.loaded()
                self._backoff.worked()
            case Unavailable():
                self._loading = False
            case Grew():
                self._grew = True
            case FanEnded() | Evaluated() | ForeseeingEnded() | Weighed() | ScoreEnded():
                self._answered(event)
            case _:
                pass
        if isinstance(event, Ready) and self._fan is not None:
            self._ask(self._fan)  # asked for before the model was there
        self._listener(event)

    def _is_outdated(self) -> bool:
        """Whether the answer that has just come is to a model that is not wanted any more: each is answered once."""
        self._loads -= 1
        return self._loads > 0

    def _answered(self, event: FanEnded | Evaluated | ForeseeingEnded | Weighed | ScoreEnded) -> None:
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
        patience = loading(_size(self._config), elsewhere=bool(self._place))
        while self._loading or self._unanswered:
            if self.greeted:  # what comes before the engine may be a login shell, which would take this for its input
                self._send(Ping())
            await asyncio.sleep(1)
            self._pulse.tick()
            if self._place and self._pulse.silent >= _NOTICED:
                self._listener(Away(self._pulse.silent))
            if self._pulse.gone(self._patience(patience)):
                self._said = "The engine did not answer any more"
                self._silent = self._pulse.silent >= self._patience(patience).silent
                process.kill()
                return

    def _patience(self, while_loading: Patience) -> Patience:
        if not self.greeted:
            return STARTING
        return while_loading if self._loading else (WRITING_ELSEWHERE if self._place else WRITING)

    def _parting(self, process: Process, status: int) -> Parting:
        """Why it is gone."""
        if self._unfit:
            return Parting(Cure.NOTHING, self._unfit)
        if not self._place:
            return Parting(Cure.ANOTHER, self._said or _how_it_stopped(status))
        if self._silent:
            return Parting(Cure.TIME, f"Nothing was heard from {self._place} any more.")
        if self._said:
            return Parting(Cure.ANOTHER, f"{self._said} ({self._place})")
        return parting_of(self._place, status, process.last_words, greeted=process.greeted)

    def _lost(self, parting: Parting) -> None:
        """The worker is gone. Start another; a fan that had not begun to grow is asked for once more."""
        at = self._unanswered[0] if self._unanswered else None
        if parting.cure is Cure.ANOTHER:
            self._losses.lost(at, grew=self._grew, loading=self._loading)
        again = parting.cure is not Cure.NOTHING and not self._losses.hopeless
        fan = self._fan
        began = fan is not None and at is fan and self._grew
        self._give_up()
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
            self._begin_again(parting)
        else:
            self._listener(Lost(self._why_no_more(parting), False))

    def _begin_again(self, parting: Parting) -> None:
        if parting.cure is Cure.TIME:
            self._listener(Lost(parting.sentence, True))
        else:
            self._listener(Lost(f"{parting.sentence}; it is starting again.", True))
        wait = self._start_in(self._backoff.wait()) if self._place else self._start()
        self._starting = asyncio.create_task(wait)

    def _why_no_more(self, parting: Parting) -> str:
        if parting.cure is Cure.NOTHING:
            return parting.sentence
        name = inert(Path(self._config.model).name, 60) or "its model"
        if self._losses.loading_is_hopeless and parting.sentence == _KILLED:
            return f"{_KILLED}, twice while it loaded {name}; choose a smaller model, or a smaller engine.context."
        if self._losses.loading_is_hopeless:
            return f"The engine stopped twice while it loaded {name}; choose another model."
        return f"{parting.sentence} again and again; try another model, or a smaller window."


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _how_it_stopped(status: int) -> str:
    return _KILLED if status == -signal.SIGKILL else "The engine stopped unexpectedly"


def _of_another_version(hello: Hello, place: str) -> str:
    where = f" on {place}" if place else ""
    theirs = f"cyborg-tui {inert(hello.app, 20)}, " if hello.app else ""
    return (
        f"The engine{where} is of another version ({theirs}protocol {hello.version}) than this app ({__version__}, "
        f"protocol {VERSION}); install the same on both sides."
    )


def _size(config: EngineConfig) -> int:
    """Of the model's file, in bytes; 0 if it is not to be seen from here."""
    model = "" if config.command else config.model
    try:
        return Path(model).expanduser().stat().st_size if model else 0
    except (OSError, RuntimeError):
        return 0
