"""Steering as it is written by a person: a line for each vector or adapter, its strength first.

    1.5  sorrow
    -0.75  ~/vectors/sea.gguf  layers 3-8
    0.5  adapter ~/adapters/poems.gguf

`layers 3` is one layer, `layers 3-` all from there on, `layers -8` all up to there. A path that could be taken for
something else stands in quotation marks, as JSON has them.
"""

import json
import re
from typing import Any

from cyborg_tui.loom.sampling import BadSetting
from cyborg_tui.loom.steering import Adapter, Steering, Vector

__all__ = ["BadSteering", "steering_from", "steering_to"]

_LAYERS = re.compile(r"(?P<first>\d{1,4})?(?P<to>\s*-\s*(?P<last>\d{1,4})?)?")
_LINE = re.compile(
    r"(?P<strength>[+-]?\d*[.,]?\d+(?:e[+-]?\d+)?)\s+(?P<adapter>adapter\s+)?"
    r'(?P<path>"(?:[^"\\]|\\.)*"|.+?)(?:\s+layers?\s+(?P<layers>[\d\s-]+))?'
)
_PLAIN = re.compile(r'(?!adapter\s)[^\s"][^\n\r]*')


class BadSteering(ValueError):
    """A line that cannot be understood; the message says which, and how it should be."""


def steering_from(text: str) -> Steering:
    """Raises BadSteering."""
    found: list[Vector | Adapter] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found.append(_from(line.strip()))
            except BadSetting as error:
                raise BadSteering(f"Line {number}: {error}.") from None
    vectors = tuple(one for one in found if isinstance(one, Vector))
    try:
        return Steering(vectors, tuple(one for one in found if isinstance(one, Adapter)))
    except BadSetting as error:
        raise BadSteering(f"{str(error).capitalize()}.") from None


def steering_to(steering: Steering) -> str:
    """What `steering_from` reads."""
    lines = [f"{one.strength:.12g}  {_path_to(one.path)}{_layers_to(one)}" for one in steering.vectors]
    lines += [f"{one.scale:.12g}  adapter {_path_to(one.path)}" for one in steering.adapters]
    return "\n".join(lines)


def _from(line: str) -> Vector | Adapter:
    """Raises BadSetting."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadSetting("this cannot be read; it should be like: 1.5 name-or-path layers 3-8")
    strength, path = float(found["strength"].replace(",", ".")), _path_from(found["path"])
    layers = found["layers"]
    if found["adapter"]:
        if layers:
            raise BadSetting("an adapter works in all the layers it has; leave the layers out")
        return Adapter(path, strength)
    return Vector(path, strength, *(_layers_from(layers.strip()) if layers else (0, 0)))


def _path_from(text: str) -> str:
    """Raises BadSetting."""
    if not text.startswith('"'):
        return text
    try:
        path: Any = json.loads(text)
    except ValueError:
        raise BadSetting(f"{text} cannot be read as a path in quotation marks") from None
    return str(path)


def _path_to(path: str) -> str:
    plain = _PLAIN.fullmatch(path) and path == path.strip() and not re.search(r"\slayers?\s", path)
    return path if plain and path.isprintable() else json.dumps(path)


def _layers_from(text: str) -> tuple[int, int]:
    """Raises BadSetting."""
    found = _LAYERS.fullmatch(text)
    if found is None or not (found["first"] or found["last"]):
        raise BadSetting(f"layers {text} cannot be read; it should be like: layers 3-8")
    first = int(found["first"] or 0)
    return first, int(found["last"] or 0) if found["to"] else first


def _layers_to(vector: Vector) -> str:
    first, last = vector.first, vector.last
    if not first and not last:
        return ""
    return f"  layers {first or ''}" + ("" if first == last else f"-{last or ''}")
