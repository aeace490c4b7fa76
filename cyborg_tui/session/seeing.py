"""What the model saw of a fan's context: asked of the engine, draw by draw."""

import asyncio
from collections.abc import Iterable

from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Saw, Unavailable
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session.generation import Generation
from cyborg_tui.session.sight import Look, Sight, context_then, joined, looks

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
            context, settings = context_then(self._loom, draw), self._loom.tree.fan(draw.fan).settings
            if (seen := await self._ask(looks(draw, context, settings))) is not None:
                found.append(seen)
        return tuple(found)

    async def before(self, offset: int, settings: FanSettings) -> Sight | None:
        """What it would see of a fan made at an offset of the manuscript now; None if that cannot be said."""
        return await self._ask(looks(None, self._generation.context(offset), settings))

    async def _ask(self, looks: Iterable[Look]) -> Sight | None:
        found = []
        for look in looks:
            if not self._generation.ready:
                return None
            number = self._generation.see(look.context, look.among)
            waiting: asyncio.Future[Saw | None] = asyncio.get_running_loop().create_future()
            self._waiting[number] = waiting
            if (saw := await waiting) is None:
                return None
            found.append(look.sight(saw))
        return joined(found)

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here."""
        match event:
            case Saw(id=id) if id in self._waiting:
                self._answer(id, event)
            case Ready() | Unavailable() | Lost():
                for id in tuple(self._waiting):
                    self._answer(id, None)
            case _:
                pass

    def _answer(self, id: int, saw: Saw | None) -> None:
        waiting = self._waiting.pop(id)
        if not waiting.done():  # who asked may not wait any more
            waiting.set_result(saw)
