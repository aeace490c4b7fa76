"""The app's own engine, client and worker as they are, asked one thing after the other."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import TracebackType

from benchmarks.report import median
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.protocol import (
    EngineEvent,
    Evaluated,
    FanEnded,
    FanStats,
    Grew,
    Lost,
    Ready,
    Unavailable,
    VectorEnded,
)
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.contrast import Contrast
from cyborg_tui.loom.fan import TokenRecord
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["Asked", "Engine", "Instead"]

_STEPS_BEFORE = 6
"""Steps that a fan is let grow before it is replaced."""


@dataclass
class Asked:
    """A fan, as the one who asked saw it come."""

    seconds: float
    """From the request to its end."""
    stats: FanStats
    branches: list[list[TokenRecord]] = field(default_factory=list)

    @property
    def drawn(self) -> int:
        return sum(map(len, self.branches))


@dataclass
class Instead:
    """One fan that took the place of another, as the one who asked saw it."""

    step: float
    """Seconds of a step of the one before."""
    left: float
    """Seconds from the request until the one before was over."""
    grew: int
    """How often the one before had grown meanwhile."""
    began: float
    """Seconds from the request to the first tokens of the one that was wanted."""


class Engine:
    """An async context manager: a worker with a model, asked with token ids, so that nothing is tokenised.

    `on_growth` hears of every step of a fan how many tokens it brought.
    """

    def __init__(
        self, config: EngineConfig, on_growth: Callable[[int], None] = lambda _tokens: None, kept: Path | None = None
    ) -> None:
        self._events: asyncio.Queue[EngineEvent] = asyncio.Queue()
        self._client = EngineClient(config, self._events.put_nowait, kept=kept)
        self._on_growth = on_growth
        self._vocabulary = ""

    async def __aenter__(self) -> "Engine":
        await self._client.start()
        ready = await self._next(Ready)
        assert isinstance(ready, Ready)
        self._vocabulary = ready.model.vocabulary
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._client.close()

    @property
    def pid(self) -> int:
        """Of the worker."""
        assert self._client.pid is not None
        return self._client.pid

    async def evaluate(
        self, tokens: list[int], steering: Steering = UNSTEERED, beside: Sequence[list[int]] = ()
    ) -> float:
        """Seconds to have a context, and others beside it, evaluated ahead of the key."""
        start = time.perf_counter()
        self._client.evaluate(self._context(tokens, beside), steering)
        await self._next(Evaluated)
        return time.perf_counter() - start

    async def fan(self, tokens: list[int], settings: FanSettings, seed: int, beside: Sequence[list[int]] = ()) -> Asked:
        """`beside`: other contexts, as many as `settings.mix` has weights for."""
        branches: list[list[TokenRecord]] = [[] for _ in range(settings.width)]
        start = time.perf_counter()
        self._client.fan(self._context(tokens, beside), settings, seed)
        while True:
            event = await self._next(Grew, FanEnded)
            if isinstance(event, FanEnded):
                return Asked(time.perf_counter() - start, event.stats, branches)
            assert isinstance(event, Grew)
            self._on_growth(sum(len(growth.tokens) for growth in event.growth))
            for growth in event.growth:
                branches[growth.index] += growth.tokens

    async def make_vector(self, path: Path, contrast: Contrast) -> float:
        """Seconds to make a control vector."""
        start = time.perf_counter()
        self._client.levers.make_vector(str(path), path.stem, contrast)
        made = await self._next(VectorEnded)
        assert isinstance(made, VectorEnded)
        assert made.facts is not None, made.sentence
        return time.perf_counter() - start

    async def instead(
        self, running: list[int], wanted: list[int], settings: FanSettings, seed: int, phase: float
    ) -> Instead:
        """Ask for one fan while another grows, so much of a step after that has grown."""
        first = self._client.fan(self._context(running), settings, seed)
        times = []
        for _ in range(_STEPS_BEFORE):
            await self._next(Grew)
            times.append(time.perf_counter())
        step = median([after - before for before, after in pairwise(times[1:])])
        await asyncio.sleep(phase * step)
        while not self._events.empty():
            self._events.get_nowait()
        asked, left, grew = time.perf_counter(), 0.0, 0
        second = self._client.fan(self._context(wanted), settings, seed + 1)
        while True:
            event = await self._next(Grew, FanEnded)
            assert isinstance(event, (Grew, FanEnded))
            if event.fan == second:
                break
            left, grew = time.perf_counter() - asked, grew + isinstance(event, Grew)
        began = time.perf_counter() - asked
        self._client.cancel()
        while not (isinstance(event, FanEnded) and event.fan == second):
            event = await self._next(FanEnded)
        assert first < second
        return Instead(step, left, grew, began)

    def _context(self, tokens: list[int], beside: Sequence[list[int]] = ()) -> Context:
        others = tuple(self._context(other) for other in beside)
        return Context((Segment("", tuple(tokens), self._vocabulary),), beside=others)

    async def _next(self, *kinds: type[EngineEvent]) -> EngineEvent:
        while True:
            event = await self._events.get()
            if isinstance(event, kinds):
                return event
            if isinstance(event, (Unavailable, Lost)):
                raise RuntimeError(event.sentence)
