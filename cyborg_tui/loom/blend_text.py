"""A blend as it is written by a person: its parts, each with its weight in the first line if that is not 1.

weight: 0.5
Letters from a lighthouse, 1911.
***
The log of a whaler.
"""

import re
from collections.abc import Iterable

from cyborg_tui.loom.frame import Blended
from cyborg_tui.loom.sampling import BadSetting

__all__ = ["BadBlend", "blend_from", "blend_to"]

_BETWEEN = "\n***\n"
_WEIGHT = re.compile(r"\s*weight:[^\S\n]*(?P<weight>[^\n]*)\n?(?P<text>.*)", re.DOTALL)


class BadBlend(ValueError):
    """The message says which part cannot be used, and why."""


def blend_from(text: str) -> tuple[Blended, ...]:
    """Raises BadBlend."""
    parts = []
    for number, part in enumerate(filter(str.strip, f"\n{text}\n".split(_BETWEEN)), 1):
        found = _WEIGHT.fullmatch(part)
        said, body = (found["weight"], found["text"]) if found else ("1", part)
        try:
            parts.append(Blended(body.strip("\n"), float(said.strip().replace(",", "."))))
        except BadSetting as error:
            raise BadBlend(f"Part {number}: {error}.") from None
        except ValueError:
            raise BadBlend(f"Part {number}: weight must be a number, not “{said.strip()}”.") from None
    return tuple(parts)


def blend_to(parts: Iterable[Blended]) -> str:
    """What `blend_from` reads."""
    return _BETWEEN.join(f"weight: {part.weight:.12g}\n{part.text}" for part in parts)
