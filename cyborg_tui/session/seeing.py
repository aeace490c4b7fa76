"""What the model saw of a fan's context: asked of the engine, draw by draw."""

import asyncio
from collections.abc import Iterable

from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Saw, Unavailable
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session.generation import Generation
from cyborg_tui.session.sight import Sight, context_then, sight

__all__ = ["Seeing"]


class Seeing:
    """Questions under way. A model that comes, or goes, leaves those before it without an answer."""

    def __init__(self, loom: Loom, generation: Generation) -> None:
        self._loom, self._generation = loom, generation
        self._waiting: dict[int, asyncio.Future[Saw | None]] = {}
        """By the numbers of the requests."""

    async def of(self, draws: Iterable[Draw]) -> tuple[Sight, ...]:
        """What the model saw, once for each draw that it can still be said of."""
        found = []
        for draw in draws:
            context = context_then(self._loom, draw)
            if (saw := await self._ask(context)) is not None:
                found.append(sight(draw, context, saw))
        return tuple(found)

    async def before(self, offset: int, settings: FanSettings) -> Sight | None:
        """What it would see of a fan made at an offset of the manuscript now; None if that cannot be said."""
        context = self._generation.context(offset)
        saw = await self._ask(context, settings.max_tokens)
        return None if saw is None else sight(None, context, saw)

    async def _ask(self, context: Context, longest: int = 0) -> Saw | None:
        if not self._generation.ready:
            return None
        number = self._generation.see(context, longest)
        waiting: asyncio.Future[Saw | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        return await waiting

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here."""
        match event:
            case Saw(id=id) if id in self._waiting:
                self._waiting.pop(id).set_result(event)
            case Ready() | Unavailable() | Lost():
                while self._waiting:
                    self._waiting.popitem()[1].set_result(None)
            case _:
                pass
