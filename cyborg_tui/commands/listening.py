"""One engine, asked something without a screen."""

import asyncio
from types import TracebackType
from typing import TypeVar

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.engine import engine_for
from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Refused, Unavailable
from cyborg_tui.loom.settings import FanSettings

__all__ = ["EngineSaysNoError", "Listening"]

_Event = TypeVar("_Event")


class EngineSaysNoError(Exception):
    """The engine cannot do what it is asked; the message says why."""


class Listening:
    """An async context manager: a fresh engine with its model loaded. Raises EngineSaysNoError."""

    def __init__(self, config: EngineConfig, fans: FanSettings | None = None) -> None:
        self._events: asyncio.Queue[EngineEvent] = asyncio.Queue()
        self.engine = engine_for(config, self._events.put_nowait, fans=fans)

    async def __aenter__(self) -> "Listening":
        await self.engine.start()
        try:
            self.ready = await self.next(Ready)
        except EngineSaysNoError:
            await self.engine.close()
            raise
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.engine.close()

    async def next(self, *kinds: type[_Event]) -> _Event:
        """The next event of these kinds. Raises EngineSaysNoError if none will come."""
        while True:
            event = await self._events.get()
            if isinstance(event, kinds):
                return event
            if isinstance(event, (Unavailable, Lost, Refused)):
                raise EngineSaysNoError(event.sentence)
