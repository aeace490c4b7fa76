"""Other models that draw side by side with the one that writes: each on an engine of its own where there is memory for
both, else by turns."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.free_memory import free_memory
from cyborg_tui.engine.protocol import Card, EngineEvent, Lost, Ready, Unavailable
from cyborg_tui.session.choosing import Choosing

if TYPE_CHECKING:
    from cyborg_tui.engine.portrait import Shape

__all__ = ["Guests", "OtherModel"]

_STAY = 300.0
"""Seconds after which a model that nobody has asked is let go."""


@dataclass(frozen=True, slots=True)
class OtherModel:
    """A model that is not the one that writes."""

    path: str
    shape: "Shape"


@dataclass(slots=True)
class _Guest:
    engine: Engine | None
    """Its own; None if it takes the writer's place for a while."""
    ready: Ready | None = None
    """What its engine says of it; None while it is not there."""
    problem: str = ""
    on_card: int = 0
    """Bytes of graphics cards that went when it came."""


class Guests:
    """One for the whole app: what was loaded for one loom is there for the next."""

    def __init__(
        self,
        choosing: Choosing,
        config: EngineConfig,
        make: Callable[[EngineConfig, Callable[[EngineEvent], None]], Engine],
    ) -> None:
        """`choosing`: which model writes. `make`: an engine, and who hears it."""
        self._choosing, self._make = choosing, make
        self._config = msgspec.structs.replace(config, resident=0, keep_mb=0)
        self.hear: Callable[[str, EngineEvent], None] = lambda _, __: None
        """Hears what the engines of the guests say, by the paths of their models."""
        self._guests: dict[str, _Guest] = {}
        self._turn: str | None = None
        """The model that has the writer's place, if one has."""
        self._writer_is_here = True
        self._card: Card | None = None
        """Where the models lie, if not in the machine's memory alone, as the engines said last."""
        self._leaving: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def fits(self, model: OtherModel) -> bool:
        """Whether it stays loaded beside those that are there; else it takes the writer's place for a while."""
        from cyborg_tui.engine.memory import fits  # which knows of files, and is wanted here only

        guest = self._guests.get(model.path)
        if guest is not None and guest.engine is not None:
            return True
        return fits(model.shape, self._config, free_memory(), self._card)

    def come(self, model: OtherModel) -> bool:
        """Have it loaded, if it is not. Whether it is there; if it cannot be had, `problem` says why."""
        self._stay()
        guest = self._guests.get(model.path)
        if guest is None:
            guest = self._guests[model.path] = _Guest(self._engine_for(model))
        if guest.engine is None and self._turn != model.path and not guest.problem:
            self._turn, self._writer_is_here, guest.ready = model.path, False, None
            self._choosing.lend(model.path)
        return guest.ready is not None and not guest.problem

    def problem(self, model: OtherModel) -> str:
        """Why it cannot be had; it is tried once more when it is wanted again."""
        guest = self._guests.get(model.path)
        return "" if guest is None else guest.problem

    def engine(self, model: OtherModel) -> tuple[Engine, Ready] | None:
        """Its own engine, and what that says of it; None if it takes the writer's place."""
        guest = self._guests[model.path]
        return None if guest.engine is None or guest.ready is None else (guest.engine, guest.ready)

    def give_back(self) -> bool:
        """Have the writer's own model again. Whether it is there."""
        if self._turn is not None:
            self._guests.pop(self._turn, None)
            self._turn = None
            self._choosing.take_back()
        return self._writer_is_here

    def forget_problems(self) -> None:
        """What was wrong may have been mended."""
        for path in [path for path, guest in self._guests.items() if guest.problem]:
            self._send_away(path)

    def hear_writer(self, event: EngineEvent) -> None:
        """Everything that the writer's engine says comes in here."""
        guest = None if self._turn is None else self._guests.get(self._turn)
        if isinstance(event, Ready):
            self._card = event.card
        match event:
            case Ready() if guest is not None:
                guest.ready = event
            case Unavailable(sentence=sentence) | Lost(sentence=sentence, again=False) if guest is not None:
                guest.problem = sentence
            case Ready() | Unavailable() | Lost(again=False):
                self._writer_is_here = True
            case _:
                pass

    async def close(self) -> None:
        """End their engines; nothing of them is left when this returns. They come again when they are wanted."""
        if self._leaving is not None:
            self._leaving.cancel()
        await asyncio.gather(*self._tasks)
        for path in [*self._guests]:
            self._send_away(path)
        await asyncio.gather(*self._tasks)

    def _engine_for(self, model: OtherModel) -> Engine | None:
        config = msgspec.structs.replace(self._config, model=model.path)
        if not self.fits(model):
            return None
        engine = self._make(config, partial(self._heard, model.path))
        self._begin(engine.start())
        return engine

    def _heard(self, path: str, event: EngineEvent) -> None:
        guest = self._guests.get(path)
        if guest is None:
            return
        self._stay()
        match event:
            case Ready():
                guest.ready = event
                self._lies_on_card(guest, event.card)
            case Unavailable(sentence=sentence) | Lost(sentence=sentence, again=False):
                guest.ready, guest.problem = None, sentence
            case Lost():
                guest.ready = None
            case _:
                pass
        self.hear(path, event)

    def _lies_on_card(self, guest: _Guest, card: Card | None) -> None:
        """A guest's engine says so: what is free there has changed by what it took."""
        if card is None:
            return
        if self._card is not None and self._card.free is not None and card.free is not None:
            guest.on_card += self._card.free - card.free
        self._card = card

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
        self._leaving = asyncio.get_running_loop().call_later(_STAY, self._send_all_away)

    def _send_all_away(self) -> None:
        for path in [path for path in self._guests if path != self._turn]:
            self._send_away(path)

    def _send_away(self, path: str) -> None:
        guest = self._guests.pop(path)
        if guest.engine is not None:
            self._begin(guest.engine.close())
        if self._card is not None and self._card.free is not None:
            self._card = Card(self._card.free + guest.on_card)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
