"""What a worker is asked."""

import os
from pathlib import Path

import msgspec

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol.lever_requests import Follow, LookAt, MakeVector, Preview, Render, Weigh
from cyborg_tui.engine.protocol.segments import Start, WireContext
from cyborg_tui.engine.widths import widest
from cyborg_tui.loom.guidance import ALONE, Mix
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = [
    "UNREAD",
    "Among",
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
    "Work",
    "load",
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


class FanRequest(msgspec.Struct, tag=True, frozen=True):
    """A fan wanted, or more branches for one. It takes the place of one that is running."""

    id: int
    context: WireContext
    settings: FanSettings
    seed: int
    begun: tuple[Start, ...] = ()
    """How the branches begin that are there already."""
    left_out: int = -1
    """Tokens to leave out from the beginning, as once before; -1: as many as do not fit."""
    beside: tuple[WireContext, ...] = ()
    """Other contexts that are read with this one, as `settings.mix` weighs them."""
    following: WireContext = ()
    """What the branches are to lead to, for a model that was trained to fill in the middle."""


class Among(msgspec.Struct, frozen=True):
    """What a context is to be read for: fans of that size, from so many contexts read together."""

    width: int = 1
    longest: int = 0
    """Tokens of a branch; 0: it is not to be read."""
    contexts: int = 1
    other: bool = False
    """Whether it is another one than the own."""


UNREAD = Among()


class See(msgspec.Struct, tag=True, frozen=True):
    """Asks for a context's tokens; and how many would be left out, if it is to be read."""

    id: int
    context: WireContext
    among: Among = UNREAD


class Evaluate(msgspec.Struct, tag=True, frozen=True):
    """A context that may soon be asked for; evaluated when there is nothing else to do."""

    context: WireContext
    steering: Steering = UNSTEERED
    beside: tuple[WireContext, ...] = ()


class Foresee(msgspec.Struct, tag=True, frozen=True):
    """What may come next is wanted, after a context and each of some runs of tokens."""

    id: int
    context: WireContext
    places: tuple[tuple[int, ...], ...]
    steering: Steering = UNSTEERED
    mix: Mix = ALONE
    beside: tuple[WireContext, ...] = ()


class ScoreRequest(msgspec.Struct, tag=True, frozen=True):
    """How likely a text is that stands after a context, token by token; anything that is asked for later stops it."""

    id: int
    context: WireContext
    text: WireContext
    steering: Steering = UNSTEERED


class Cancel(msgspec.Struct, tag=True, frozen=True):
    """Stop the fan, evaluation or scoring in flight."""


class Leave(msgspec.Struct, tag=True, frozen=True):
    """The end of the input comes next: time to keep what is kept."""


class Ping(msgspec.Struct, tag=True, frozen=True):
    """Is the worker alive?"""


Work = FanRequest | Evaluate | Foresee | ScoreRequest | Preview | Follow | MakeVector | Weigh
"""What takes the worker a while; each is answered once it is over, in turn."""
Request = Load | Work | Cancel | Leave | Ping | See | LookAt | Render
