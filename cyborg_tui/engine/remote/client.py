"""An engine that is a server somewhere else: asked for fans as the engine here is."""

import asyncio
import contextlib
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.backoff import Backoff
from cyborg_tui.engine.levers import Levers, LeversElsewhere
from cyborg_tui.engine.protocol import (
    UNREAD,
    Among,
    Away,
    EngineEvent,
    FanEnded,
    FanStats,
    Lost,
    Ready,
    Refused,
    Remark,
    Saw,
    ScoreEnded,
    Start,
    Unavailable,
)
from cyborg_tui.engine.remote.abilities import Abilities
from cyborg_tui.engine.remote.address import Address, BadAddress
from cyborg_tui.engine.remote.drawing import Drawing
from cyborg_tui.engine.remote.faults import Fault, NotNow, NotUsable
from cyborg_tui.engine.remote.key import BadKey, find_key
from cyborg_tui.engine.remote.reaching import reach
from cyborg_tui.engine.remote.web import Web
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.guidance import ALONE, Mix
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["RemoteEngine"]

_NO_LEVERS = (
    "A server cannot be steered, nor read several contexts at a time; leave these levers, or load a model here, or "
    "reach cyborg-tui there by engine.command."
)
_MOST_FAILURES = 4
"""Times that a fan is asked of a server that fails over it."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    id: int
    context: Context
    settings: FanSettings
    seed: int


class RemoteEngine:
    """As `Engine` has it. At most one task is under way: reaching the server, or making a fan."""

    def __init__(self, config: EngineConfig, listener: Callable[[EngineEvent], None]) -> None:
        self._config, self._listener = config, listener
        self._web: Web | None = None
        self._abilities: Abilities | None = None
        """None while the server has not been reached."""
        self._backoff = Backoff()
        self._task: asyncio.Task[None] | None = None
        self._now = asyncio.Event()
        """Set when the next try is not to be waited for."""
        self._unheeded: list[str] = []
        self._fan: _Wanted | None = None
        self._fans = self._scores = 0
        self.levers: Levers = LeversElsewhere(listener, self._numbers)

    @property
    def place(self) -> str:
        try:
            address = Address.of(self._config.url)
        except BadAddress:
            return "nowhere yet"
        return f"{address.host}, unencrypted" if address.in_clear else address.host

    async def start(self) -> None:
        self.load(self._config)

    async def close(self) -> None:
        await _end(self._task)
        if self._web is not None:
            await self._web.close()

    def restart(self) -> None:
        if self._abilities is not None:
            return
        if self._task is not None and not self._task.done():
            self._now.set()
        else:
            self.load(self._config)

    def load(self, config: EngineConfig) -> None:
        self._config = config
        self._abilities = None
        self._do(self._reach())

    def fan(
        self,
        context: Context,
        settings: FanSettings,
        seed: int,
        begun: Sequence[Start] = (),
        *,
        left_out: int = -1,
    ) -> int:
        """`begun` and `left_out` count for nothing: a server draws each branch for itself. What it cannot do at all it
        is not asked."""
        self.cancel()
        self._fans += 1
        if settings.steering or context.beside or context.following:
            asyncio.get_running_loop().call_soon(self._refuse, self._fans)
            return self._fans
        self._fan = _Wanted(self._fans, context, settings, seed)
        if self._abilities is not None:
            self._do(self._make(self._fan, self._abilities))
        return self._fans

    def _refuse(self, fan: int) -> None:
        self._listener(FanEnded(fan, Finish.INTERRUPTED, FanStats()))
        self._listener(Refused(_NO_LEVERS))

    def evaluate(self, context: Context, steering: Steering = UNSTEERED) -> None:
        """Have a server that remembers what it has read read this."""
        if self._abilities is not None and self._abilities.reads_ahead and self._fan is None:
            self._do(self._read_ahead(context, self._abilities))

    def score(self, context: Context, text: Context, steering: Steering = UNSTEERED) -> int:
        """Not done: few servers tell how likely a text is that they did not write."""
        self._scores += 1
        asyncio.get_running_loop().call_soon(self._listener, ScoreEnded(self._scores, False))
        return self._scores

    def foresee(
        self,
        context: Context,
        places: Sequence[tuple[int, ...]],
        steering: Steering = UNSTEERED,
        mix: Mix = ALONE,
    ) -> int:
        """Not done: servers tell of tokens by their text alone."""
        return 0

    def weigh(self, context: Context, settings: FanSettings) -> int:
        """Not done: a server does not tell the chances of all tokens."""
        return 0

    def look_ahead(
        self,
        context: Context,
        settings: FanSettings,
        seed: int,
    ) -> int:
        """Not done: on a server it takes somebody else's time, or money."""
        self._fans += 1
        self._over(self._fans)
        return self._fans

    def want(self, fan: int) -> None:
        """Nothing is made ahead."""

    def see(self, context: Context, among: Among = UNREAD) -> int:
        """Not known: a server divides a text into tokens by itself."""
        self._fans += 1
        asyncio.get_running_loop().call_soon(self._listener, Saw(self._fans, (), ()))
        return self._fans

    def _numbers(self, count: int) -> range:
        """So many that no fan has."""
        self._fans += count
        return range(self._fans - count + 1, self._fans + 1)

    def _over(self, fan: int) -> None:
        """Nothing more will come of a fan."""
        asyncio.get_running_loop().call_soon(self._listener, FanEnded(fan, Finish.CANCELLED, FanStats()))

    def cancel(self) -> None:
        fan, self._fan = self._fan, None
        if fan is not None:
            self._over(fan.id)
        if self._abilities is not None and self._task is not None:
            self._task.cancel()

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        """This now, instead of what is under way."""
        self._task = asyncio.create_task(self._instead(self._task, what))

    async def _instead(self, before: "asyncio.Task[None] | None", what: Coroutine[Any, Any, None]) -> None:
        try:
            await _end(before)
        except asyncio.CancelledError:
            what.close()
            raise
        try:
            await what
        except Exception as error:  # of our own making: nobody is left waiting for it
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        """A fault of our own ends what was asked for, and is told, with where it was and none of the text."""
        at = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"by a fault of cyborg-tui ({type(error).__name__}, {Path(at.filename).name} line {at.lineno})"
        fan, self._fan = self._fan, None
        if fan is not None:
            self._listener(FanEnded(fan.id, Finish.INTERRUPTED, FanStats()))
        if self._abilities is None:
            self._listener(Unavailable(f"The server could not be reached {fault}; try again."))
        elif fan is not None:
            self._listener(Refused(f"The fan failed {fault}; try again."))

    # reaching

    async def _reach(self) -> None:
        """Until the server is there, or cannot be used."""
        try:
            address = Address.of(self._config.url)
            key = find_key(self._config.key_file)
        except (BadAddress, BadKey) as error:
            self._listener(Unavailable(str(error)))
            return
        if self._web is not None:
            await self._web.close()
        self._web = web = Web(address, key, self._config.timeout)
        while True:
            try:
                identity, abilities = await self._while_telling(reach(web, self._config))
                break
            except NotUsable as fault:
                self._listener(Unavailable(str(fault)))
                return
            except NotNow as fault:
                self._listener(Lost(str(fault), True))
                await self._wait(fault)
        self._backoff.worked()
        self._abilities = abilities
        self._listener(Ready(identity, abilities.window, abilities.build, (address.host,)))
        if self._fan is not None:
            await self._make(self._fan, abilities)

    async def _while_telling(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Do something that may take its time; each second of it is told."""
        task = asyncio.create_task(what)
        try:
            for seconds in range(1, 1_000_000):
                done, _ = await asyncio.wait({task}, timeout=1)
                if done:
                    return task.result()
                self._listener(Away(seconds))
        finally:
            await _end(task)

    async def _wait(self, fault: NotNow) -> None:
        """As long as the server asks for, else longer each time; or until the person will not wait."""
        backoff = self._backoff.wait()
        self._now.clear()
        for left in range(backoff if fault.wait is None else max(1, round(fault.wait)), 0, -1):
            self._listener(Away(0, left))
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._now.wait(), 1)
                return

    # making fans

    async def _make(self, fan: _Wanted, abilities: Abilities) -> None:
        drawing = self._drawing(fan, abilities, self._listener)
        try:
            await self._draw(drawing)
        except Fault as fault:
            self._fan = None
            self._listener(FanEnded(fan.id, Finish.INTERRUPTED, drawing.stats()))
            if isinstance(fault, NotUsable):
                self._abilities = None
                self._listener(Unavailable(str(fault)))
            else:
                self._listener(Refused(str(fault)))
            return
        self._fan = None
        self._abilities = drawing.abilities
        self._say_what_is_unheeded(drawing.abilities, fan.settings)
        self._listener(FanEnded(fan.id, None, drawing.stats()))

    def _say_what_is_unheeded(self, abilities: Abilities, settings: FanSettings) -> None:
        """Once for each set of samplers."""
        unheeded = abilities.unheeded(settings)
        if unheeded and unheeded != self._unheeded:
            self._listener(Remark(f"The server may not know {' and '.join(unheeded)}."))
        self._unheeded = unheeded

    async def _read_ahead(self, context: Context, abilities: Abilities) -> None:
        """As much as a fan would have it read; what goes wrong is told when a fan is asked for."""
        ahead = _Wanted(0, context, FanSettings(width=1, max_tokens=1), 1)
        drawing = self._drawing(ahead, abilities, lambda event: None)
        with contextlib.suppress(Fault):
            await drawing.run()

    def _drawing(self, fan: _Wanted, abilities: Abilities, say: Callable[[EngineEvent], None]) -> Drawing:
        assert self._web is not None
        return Drawing(
            self._web,
            abilities,
            say,
            fan=fan.id,
            context=fan.context,
            settings=fan.settings,
            seed=fan.seed,
            patience=self._config.timeout,
        )

    async def _draw(self, drawing: Drawing) -> None:
        """To its end, or until a server that fails over it has had its chances. Raises Fault."""
        failures = 0
        while True:
            try:
                await drawing.run()
            except NotNow as fault:
                failures += 1
                if drawing.grew or (fault.wait is None and failures >= _MOST_FAILURES):
                    raise
                self._listener(Remark(str(fault)))
                await self._wait(fault)
            else:
                self._backoff.worked()
                return


async def _end(task: "asyncio.Task[Any] | None") -> None:
    """Stop it, and wait until it has stopped."""
    if task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task})
