"""What is read together with a frame, as it is written by a person: a memory, or the name of a frame. Those of a blend
have their weight in the first line if it is not 1.

weight: 0.5
Letters from a lighthouse, 1911.
***
frame: whaler
"""

import re
from collections.abc import Callable, Iterable

from cyborg_tui.loom.frame import Blended, Frame, Named, Part
from cyborg_tui.loom.sampling import BadSetting

__all__ = ["BadBlend", "blend_from", "blend_to", "part_from", "part_to"]

_BETWEEN = "\n***\n"
_WEIGHT = re.compile(r"\s*weight:[^\S\n]*(?P<weight>[^\n]*)\n?(?P<text>.*)", re.DOTALL)
_NAME = re.compile(r"\s*frame:[^\S\n]*(?P<name>[^\n]*?)\s*")

Find = Callable[[str], Frame]
"""The frame with a name."""


class BadBlend(ValueError):
    """The message says which part cannot be used, and why."""


def part_from(text: str, find: Find) -> Part:
    """Raises what `find` raises."""
    found = _NAME.fullmatch(text)
    return Named(found["name"], find(found["name"]).layout) if found else text


def part_to(part: Part) -> str:
    """What `part_from` reads."""
    return part if isinstance(part, str) else f"frame: {part.name}"


def blend_from(text: str, find: Find) -> tuple[Blended, ...]:
    """Raises BadBlend, and what `find` raises."""
    written = filter(str.strip, f"\n{text}\n".split(_BETWEEN))
    return tuple(_blended(number, part, find) for number, part in enumerate(written, 1))


def _blended(number: int, text: str, find: Find) -> Blended:
    found = _WEIGHT.fullmatch(text)
    said, body = (found["weight"], found["text"]) if found else ("1", text)
    try:
        weight = float(said.strip().replace(",", "."))
    except ValueError:
        raise BadBlend(f"Part {number}: weight must be a number, not “{said.strip()}”.") from None
    part = part_from(body.strip("\n"), find)
    try:
        return Blended(part, weight) if isinstance(part, str) else Blended(weight=weight, frame=part)
    except BadSetting as error:
        raise BadBlend(f"Part {number}: {error}.") from None


def blend_to(blend: Iterable[Blended]) -> str:
    """What `blend_from` reads."""
    return _BETWEEN.join(f"weight: {one.weight:.12g}\n{part_to(one.part)}" for one in blend)
