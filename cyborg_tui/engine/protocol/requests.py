"""What a worker is asked."""

import os
from pathlib import Path

import msgspec

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.widths import widest
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import encode
from cyborg_tui.loom.settings import FanSettings

__all__ = [
    "Cancel",
    "Evaluate",
    "FanRequest",
    "Foresee",
    "Leave",
    "Load",
    "Ping",
    "Request",
    "ScoreRequest",
    "See",
    "Start",
    "WireSegment",
    "Work",
    "load",
    "wire",
]


class Load(msgspec.Struct, tag=True, frozen=True):
    """A model wanted, and how to run it."""

    config: EngineConfig
    model: bytes
    """The path in `config`, which may be no UTF-8; the one there is empty."""
    branches: int
    """Tokens that the branches of the usual fan may have together."""
    kept: bytes = b""
    """The file in which the cache is kept; empty: none."""
    most: int = 0
    """As `branches`, of the largest fan that may be asked for."""


def load(config: EngineConfig, fan: FanSettings, kept: Path | None = None, largest: FanSettings | None = None) -> Load:
    """What the worker must know; not how it is reached."""
    most = 0 if largest is None else widest(largest.width) * largest.max_tokens
    own = msgspec.structs.replace(config, model="", command=(), url="", key_file="")
    return Load(own, os.fsencode(config.model), fan.width * fan.max_tokens, os.fsencode(kept or ""), most)


class WireSegment(msgspec.Struct, frozen=True):
    """A segment of a context; its text as bytes, since a model's may be no UTF-8."""

    text: bytes
    tokens: tuple[int, ...]
    vocabulary: str
    stays: bool = False
    """Whether it stands before everything that may be left out of the window."""


def wire(context: Context) -> tuple[WireSegment, ...]:
    return tuple(WireSegment(encode(part.text), part.tokens, part.vocabulary, part.stays) for part in context.segments)


class Start(msgspec.Struct, frozen=True):
    """How a branch begins."""

    token: int
    healed: bool
    """Whether the token replaces the last one of the context."""


class FanRequest(msgspec.Struct, tag=True, frozen=True):
    """A fan wanted, or more branches for one. It takes the place of one that is running."""

    id: int
    context: tuple[WireSegment, ...]
    settings: FanSettings
    seed: int
    begun: tuple[Start, ...] = ()
    """How the branches begin that are there already."""
    left_out: int = -1
    """Tokens to leave out from the beginning, as once before; -1: as many as do not fit."""


class See(msgspec.Struct, tag=True, frozen=True):
    """Asks for a context's tokens."""

    id: int
    context: tuple[WireSegment, ...]
    longest: int = 0
    """If branches of so many tokens are to follow, how many tokens would be left out is told too."""


class Evaluate(msgspec.Struct, tag=True, frozen=True):
    """A context that may soon be asked for; evaluated when there is nothing else to do."""

    context: tuple[WireSegment, ...]


class Foresee(msgspec.Struct, tag=True, frozen=True):
    """What may come next is wanted, after a context and each of some runs of tokens."""

    id: int
    context: tuple[WireSegment, ...]
    places: tuple[tuple[int, ...], ...]


class ScoreRequest(msgspec.Struct, tag=True, frozen=True):
    """How likely a text is that stands after a context, token by token; anything that is asked for later stops it."""

    id: int
    context: tuple[WireSegment, ...]
    text: tuple[WireSegment, ...]


class Cancel(msgspec.Struct, tag=True, frozen=True):
    """Stop the fan, evaluation or scoring in flight."""


class Leave(msgspec.Struct, tag=True, frozen=True):
    """The end of the input comes next: time to keep what is kept."""


class Ping(msgspec.Struct, tag=True, frozen=True):
    """Is the worker alive?"""


Work = FanRequest | Evaluate | Foresee | ScoreRequest
"""What takes the worker a while; each is answered once it is over, in turn."""
Request = Load | Work | Cancel | Leave | Ping | See
