"""Contexts as they travel."""

import msgspec

from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import encode

__all__ = ["Start", "WireContext", "WireSegment", "wire"]


class WireSegment(msgspec.Struct, frozen=True):
    """A segment of a context; its text as bytes, since a model's may be no UTF-8."""

    text: bytes
    tokens: tuple[int, ...]
    vocabulary: str
    stays: bool = False
    """Whether it stands before everything that may be left out of the window."""


WireContext = tuple[WireSegment, ...]


def wire(context: Context) -> WireContext:
    return tuple(WireSegment(encode(part.text), part.tokens, part.vocabulary, part.stays) for part in context.segments)


class Start(msgspec.Struct, frozen=True):
    """How a branch begins."""

    token: int
    healed: bool
    """Whether the token replaces the last one of the context."""
