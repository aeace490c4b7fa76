"""What an engine can be asked about the levers, beside fans: vectors, previews, bridges and chat templates.

Every question is answered: by the event that its method names, which carries the number that the method returned. What
is in a file and how a template stands around turns is not answered by a worker that is lost, nor asked again.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from itertools import count
from typing import Protocol

from cyborg_tui.engine.protocol import (
    EngineEvent,
    Follow,
    FollowEnded,
    LookAt,
    LookedAt,
    MakeVector,
    Preview,
    PreviewEnded,
    Render,
    Rendered,
    VectorEnded,
    wire,
)
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.contrast import Contrast
from cyborg_tui.loom.fan import encode
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["Levers", "LeversElsewhere", "LeversOfWorker"]

_NOT_THERE = "There is no model yet; try again when it is loaded."
_NOT_NOW = "The model is not there, or is drawing branches; try again when it has done that."
_ELSEWHERE = "A server cannot do this; load a model here, or reach cyborg-tui there by engine.command."
PREVIEWED = 256
"""Tokens of a context over which a preview goes."""


class Levers(Protocol):
    """All methods return at once."""

    def preview(self, context: Context, settings: Sequence[FanSettings], seed: int, tokens: int = PREVIEWED) -> range:
        """Fans from the last `tokens` of a context, one after the other, each with its own settings. What was read for
        writing stays as it is. Returns their numbers, which `Grew` and `BranchEnded` carry; `PreviewEnded`, with the
        first of them, is the end of all."""
        ...

    def follow(
        self, context: Context, candidates: Sequence[Context], following: Context, steering: Steering = UNSTEERED
    ) -> int:
        """How well a text follows after a context and each of these: `Followed` for each, and `FollowEnded`."""
        ...

    def make_vector(self, path: str, name: str, contrast: Contrast) -> int:
        """Make a control vector, in a file on the machine of the model: `VectorProgress`, and `VectorEnded`."""
        ...

    def look_at(self, path: str) -> int:
        """What is in the file of a vector or an adapter: `LookedAt`."""
        ...

    def render(self, roles: Sequence[str], *, answer: bool) -> int:
        """How the model's chat template stands around turns: `Rendered`."""
        ...


class LeversOfWorker:
    """Asks a worker."""

    def __init__(
        self,
        ask: Callable[[Preview | Follow | MakeVector], bool],
        send: Callable[[LookAt | Render], bool],
        listener: Callable[[EngineEvent], None],
        numbers: Callable[[int], range],
    ) -> None:
        """`ask`: for what takes a while; False if it cannot be asked now. `send`: as that, for what is answered at
        once. `numbers`: so many that no fan has."""
        self._ask, self._send, self._listener, self._numbers = ask, send, listener, numbers
        self._count = count(1)

    def preview(self, context: Context, settings: Sequence[FanSettings], seed: int, tokens: int = PREVIEWED) -> range:
        numbers = self._numbers(max(1, len(settings)))
        request = Preview(numbers.start, wire(context), tuple(settings), seed, tokens)
        if not self._ask(request):
            self._say(PreviewEnded(numbers.start, False, _NOT_NOW))
        return numbers

    def follow(
        self, context: Context, candidates: Sequence[Context], following: Context, steering: Steering = UNSTEERED
    ) -> int:
        id = next(self._count)
        request = Follow(id, wire(context), tuple(wire(one) for one in candidates), wire(following), steering)
        if not self._ask(request):
            self._say(FollowEnded(id, False))
        return id

    def make_vector(self, path: str, name: str, contrast: Contrast) -> int:
        id = next(self._count)
        towards, away = (tuple(encode(text) for text in texts) for texts in (contrast.towards, contrast.away))
        request = MakeVector(id, os.fsencode(path), name, towards, away, contrast.method)
        if not self._ask(request):
            self._say(VectorEnded(id, None, _NOT_NOW))
        return id

    def look_at(self, path: str) -> int:
        id = next(self._count)
        if not self._send(LookAt(id, os.fsencode(path))):
            self._say(LookedAt(id, sentence=_NOT_THERE))
        return id

    def render(self, roles: Sequence[str], *, answer: bool) -> int:
        id = next(self._count)
        if not self._send(Render(id, tuple(roles), answer)):
            self._say(Rendered(id, (), _NOT_THERE))
        return id

    def _say(self, event: EngineEvent) -> None:
        asyncio.get_running_loop().call_soon(self._listener, event)


class LeversElsewhere:
    """A server has none of them."""

    def __init__(self, listener: Callable[[EngineEvent], None], numbers: Callable[[int], range]) -> None:
        self._listener, self._numbers = listener, numbers
        self._count = count(1)

    def preview(self, context: Context, settings: Sequence[FanSettings], seed: int, tokens: int = PREVIEWED) -> range:
        numbers = self._numbers(max(1, len(settings)))
        self._say(PreviewEnded(numbers.start, False, _ELSEWHERE))
        return numbers

    def follow(
        self, context: Context, candidates: Sequence[Context], following: Context, steering: Steering = UNSTEERED
    ) -> int:
        return self._no(lambda id: FollowEnded(id, False))

    def make_vector(self, path: str, name: str, contrast: Contrast) -> int:
        return self._no(lambda id: VectorEnded(id, None, _ELSEWHERE))

    def look_at(self, path: str) -> int:
        return self._no(lambda id: LookedAt(id, sentence=_ELSEWHERE))

    def render(self, roles: Sequence[str], *, answer: bool) -> int:
        return self._no(lambda id: Rendered(id, (), _ELSEWHERE))

    def _no(self, answer: Callable[[int], EngineEvent]) -> int:
        id = next(self._count)
        self._say(answer(id))
        return id

    def _say(self, event: EngineEvent) -> None:
        asyncio.get_running_loop().call_soon(self._listener, event)
