"""What steers, row by row, and how each row is moved."""

from collections.abc import Callable
from dataclasses import replace

from cyborg_tui.loom.sampling import BadSetting
from cyborg_tui.loom.steering import Adapter, Steering, Vector

__all__ = ["Part", "added", "at_strength", "moved", "parts", "ranged", "removed"]

Part = Vector | Adapter


def parts(steering: Steering) -> tuple[Part, ...]:
    """Vectors first."""
    return (*steering.vectors, *steering.adapters)


def added(steering: Steering, path: str, *, adapter: bool) -> Steering:
    """With one more, at strength 1. Raises BadSetting."""
    if adapter:
        return replace(steering, adapters=(*steering.adapters, Adapter(path)))
    return replace(steering, vectors=(*steering.vectors, Vector(path)))


def removed(steering: Steering, at: int) -> Steering:
    return _made([one for index, one in enumerate(parts(steering)) if index != at])


def moved(steering: Steering, at: int, by: float) -> Steering:
    """A part stronger or weaker by so much, in whole steps."""
    part = parts(steering)[at]
    now = part.strength if isinstance(part, Vector) else part.scale
    return at_strength(steering, at, round(now + by, 6))


def at_strength(steering: Steering, at: int, strength: float) -> Steering:
    """A part at this strength; the strongest there is, if that is too strong."""

    def change(part: Part) -> Part:
        wanted = max(-100.0, min(100.0, strength))
        return replace(part, strength=wanted) if isinstance(part, Vector) else replace(part, scale=wanted)

    return _with(steering, at, change)


def ranged(steering: Steering, at: int, first: int, last: int, layers: tuple[int, int]) -> Steering:
    """A vector whose range of layers begins and ends so much later. `layers`: the first and the last that it has."""

    def change(part: Part) -> Part:
        if not isinstance(part, Vector):
            return part
        least, most = layers
        start = max(least, min(most, (part.first or least) + first))
        end = max(least, min(most, (part.last or most) + last))
        if start > end:
            return part
        return replace(part, first=0 if start == least else start, last=0 if end == most else end)

    return _with(steering, at, change)


def _with(steering: Steering, at: int, change: Callable[[Part], Part]) -> Steering:
    """As it was if the change cannot be."""
    try:
        return _made([change(one) if index == at else one for index, one in enumerate(parts(steering))])
    except BadSetting:
        return steering


def _made(some: list[Part]) -> Steering:
    vectors = tuple(one for one in some if isinstance(one, Vector))
    return Steering(vectors, tuple(one for one in some if isinstance(one, Adapter)))
