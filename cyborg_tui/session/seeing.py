"""What the model saw of a fan's context: asked of the engine, draw by draw."""

import asyncio
from collections.abc import Iterable

from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Saw, Unavailable
from cyborg_tui.loom.draw import Draw
from cyborg_tui.session.generation import Generation
from cyborg_tui.session.sight import Sight, sight

__all__ = ["Seeing"]


class Seeing:
    """Questions under way. A model that comes, or goes, leaves those before it without an answer."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._waiting: dict[int, asyncio.Future[Saw | None]] = {}
        """By the numbers of the requests."""

    async def of(self, draws: Iterable[Draw]) -> tuple[Sight, ...]:
        """What the model saw, once for each draw that it can still be said of."""
        found = []
        for draw in draws:
            if self._generation.ready:
                waiting = self._waiting[self._generation.see(draw)] = asyncio.get_running_loop().create_future()
                if (saw := await waiting) is not None:
                    found.append(sight(draw, saw))
        return tuple(found)

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
