"""What a worker is asked about the levers: vectors, previews, what leads to a text, chat templates."""

import msgspec

from cyborg_tui.engine.protocol.segments import WireContext
from cyborg_tui.loom.contrast import Method
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["Follow", "LookAt", "MakeVector", "Preview", "Render", "Weigh"]


class Preview(msgspec.Struct, tag=True, frozen=True):
    """Fans from the end of one context, one after the other, each with its own settings, in a context of their own:
    what has been read for writing stays as it is. Their numbers follow one another from `id` on; one PreviewEnded ends
    them all. Anything that is asked for later stops it."""

    id: int
    context: WireContext
    settings: tuple[FanSettings, ...]
    seed: int
    tokens: int
    """So many of the context, from its end."""


class Follow(msgspec.Struct, tag=True, frozen=True):
    """How well a text follows after a context and each of some candidates; anything that is asked for later stops
    it."""

    id: int
    context: WireContext
    candidates: tuple[WireContext, ...]
    following: WireContext
    steering: Steering = UNSTEERED


class MakeVector(msgspec.Struct, tag=True, frozen=True):
    """A control vector is wanted that leads from one set of texts to another; anything that is asked for later stops
    it."""

    id: int
    path: bytes
    """The GGUF file that is made; one that is there is replaced."""
    name: str
    towards: tuple[bytes, ...]
    away: tuple[bytes, ...]
    method: Method


class Weigh(msgspec.Struct, tag=True, frozen=True):
    """How likely each token is next after a context, as the model has it and as it would be drawn, is wanted; anything
    that is asked for later stops it."""

    id: int
    context: WireContext
    settings: FanSettings
    beside: tuple[WireContext, ...] = ()
    """Other contexts that are read with this one, as `settings.mix` weighs them."""


class LookAt(msgspec.Struct, tag=True, frozen=True):
    """What is in the file of a vector or an adapter? Answered at once."""

    id: int
    path: bytes


class Render(msgspec.Struct, tag=True, frozen=True):
    """How does the model's chat template stand around turns? Answered at once."""

    id: int
    roles: tuple[str, ...]
    """Whose turns they are, such as system, user or assistant."""
    answer: bool
    """Whether an answer of the model comes next."""
