"""What a worker says of the levers."""

import msgspec

from cyborg_tui.loom.steering import AdapterFacts, VectorFacts

__all__ = [
    "FollowEnded",
    "Followed",
    "LookedAt",
    "PreviewEnded",
    "Rendered",
    "RenderedPart",
    "VectorEnded",
    "VectorProgress",
    "Weighed",
    "WeighedToken",
]


class PreviewEnded(msgspec.Struct, tag=True, frozen=True):
    """No more of these fans comes."""

    preview: int
    complete: bool
    sentence: str = ""
    """Why it cannot be made; empty if something else was wanted."""


class Followed(msgspec.Struct, tag=True, frozen=True):
    """How well the text follows after one of the candidates."""

    request: int
    candidate: int
    """Its index."""
    logprob: float
    """Of the whole text, in nats."""
    tokens: int
    """Those of the text that were counted; by them, the mean is had."""


class FollowEnded(msgspec.Struct, tag=True, frozen=True):
    request: int
    complete: bool
    """False if something else was wanted meanwhile, or it cannot be done."""


class VectorProgress(msgspec.Struct, tag=True, frozen=True):
    request: int
    done: int
    """Texts that were read, of `total`."""
    total: int


class VectorEnded(msgspec.Struct, tag=True, frozen=True):
    """A vector was made, or will not be."""

    request: int
    facts: VectorFacts | None = None
    """None: there is none."""
    sentence: str = ""
    """Why not; empty if something else was wanted meanwhile."""


class LookedAt(msgspec.Struct, tag=True, frozen=True):
    """What is in a file: one of the two, or neither."""

    request: int
    vector: VectorFacts | None = None
    adapter: AdapterFacts | None = None
    sentence: str = ""
    """Why it cannot be used with this model; there may be facts all the same."""


class WeighedToken(msgspec.Struct, frozen=True):
    text: bytes
    before: float
    """Its probability as the model has it."""
    after: float
    """The same as it would be drawn."""


class Weighed(msgspec.Struct, tag=True, frozen=True):
    """What may come next, and how samplers change it."""

    request: int
    tokens: tuple[WeighedToken, ...] = ()
    """The likeliest before and after, the likeliest before first; none if something else was wanted meanwhile, or it
    cannot be told."""
    left: int = 0
    """How many tokens can be drawn at all."""
    before: float = 0.0
    """How uncertain the model is, in nats."""
    after: float = 0.0
    """How uncertain the draw is, in nats."""
    sentence: str = ""
    """Why it cannot be told; empty if something else was wanted."""


class RenderedPart(msgspec.Struct, frozen=True):
    """Text of the template, or the place where a turn stands."""

    turn: int
    """Its index; -1: this is text of the template."""
    text: bytes = b""
    tokens: tuple[int, ...] = ()
    """Of the text, its special tokens read as such."""


class Rendered(msgspec.Struct, tag=True, frozen=True):
    """A chat template around turns."""

    request: int
    parts: tuple[RenderedPart, ...] = ()
    sentence: str = ""
    """Why there are none: the model has no template, or it fails."""
