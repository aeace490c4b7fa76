"""Contexts as they travel."""

from collections.abc import Sequence

import msgspec

from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import encode

__all__ = ["Start", "WireContext", "WireSegment", "wire", "wire_beside", "wire_following"]


class WireSegment(msgspec.Struct, frozen=True):
    """A segment of a context; its text as bytes, since a model's may be no UTF-8."""

    text: bytes
    tokens: tuple[int, ...]
    vocabulary: str
    stays: bool = False
    """Whether it stands before everything that may be left out of the window."""


WireContext = tuple[WireSegment, ...]


def wire(context: Context) -> WireContext:
    """The context alone, without those beside it."""
    return _wired(context.segments)


def wire_beside(context: Context) -> tuple[WireContext, ...]:
    """The contexts that are read together with it."""
    return tuple(wire(other) for other in context.beside)


def wire_following(context: Context) -> WireContext:
    """What it is to lead to."""
    return _wired(context.following)


def _wired(segments: Sequence[Segment]) -> WireContext:
    return tuple(WireSegment(encode(part.text), part.tokens, part.vocabulary, part.stays) for part in segments)


class Start(msgspec.Struct, frozen=True):
    """How a branch begins."""

    token: int
    healed: bool
    """Whether the token replaces the last one of the context."""
