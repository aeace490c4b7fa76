"""Control vectors as files: GGUF as repeng and llama.cpp's generator write them, a tensor `direction.N` for layer N.

What this app knows besides is kept under `cyborg_tui.`, which others pass over.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cyborg_tui.engine.gguf import Array, BadHeaderError, Header, read_header
from cyborg_tui.engine.gguf_writing import encode_gguf
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.llama import Floats
from cyborg_tui.loom.steering import LayerFacts, VectorFacts

__all__ = ["BadSteeringError", "VectorFile", "digest_of", "header_of", "read_vector", "write_vector"]

_LARGEST = 256 * 2**20
"""Bytes of a vector's file."""
_LONGEST_NAME = 80
_DIRECTION = re.compile(r"direction\.(\d{1,4})")
_F32 = 0
_OWN = "cyborg_tui"


class BadSteeringError(Exception):
    """A vector or an adapter cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A control vector that was read."""

    facts: VectorFacts
    directions: Mapping[int, Floats]
    """By layer; shape (width,)."""


def read_vector(path: Path) -> VectorFile:
    """Raises BadSteeringError."""
    header = header_of(path)
    said = inert(path.name, _LONGEST_NAME)
    if path.stat().st_size > _LARGEST:
        raise BadSteeringError(f"{said} is no control vector: it is larger than {_LARGEST >> 20} MB.")
    data = path.read_bytes()
    directions = dict(sorted(_directions(header, data, said).items()))
    return VectorFile(_facts(header, directions, path, hashlib.sha256(data).hexdigest()[:16]), directions)


def write_vector(path: Path, facts: VectorFacts, directions: Mapping[int, Floats]) -> VectorFacts:
    """Write a vector, whole or not at all, for its owner alone. Returns what is known of it then. Raises OSError."""
    known = [layer for layer in facts.layers if layer.state_norm is not None and layer.apart is not None]
    values: dict[str, str | int | list[float]] = {
        "general.architecture": "controlvector",
        "general.name": facts.name,
        "controlvector.model_hint": facts.model,
        "controlvector.layer_count": len(directions),
    }
    if facts.texts is not None and len(known) == len(facts.layers):
        values[f"{_OWN}.texts_plus"], values[f"{_OWN}.texts_minus"] = facts.texts
        values[f"{_OWN}.state_norms"] = [layer.state_norm or 0.0 for layer in known]
        values[f"{_OWN}.apart"] = [layer.apart or 0.0 for layer in known]
    _write(path, encode_gguf(values, {f"direction.{layer}": one for layer, one in directions.items()}))
    return read_vector(path).facts


def header_of(path: Path) -> Header:
    """Raises BadSteeringError."""
    said = inert(path.name, _LONGEST_NAME)
    try:
        if path.is_dir():
            raise BadSteeringError(f"{said} is a folder; name the GGUF file in it.")
        if path.exists() and not path.is_file():
            raise BadSteeringError(f"{said} is no file; choose a GGUF file.")
        with path.open("rb", buffering=1 << 18) as file:
            return read_header(file, path.stat().st_size, unique=False)
    except FileNotFoundError:
        raise BadSteeringError(f"There is no file at {inert(str(path), 200)}; check the path.") from None
    except OSError as error:
        raise BadSteeringError(f"{said} could not be read ({error.strerror}); check its permissions.") from None
    except BadHeaderError as error:
        raise BadSteeringError(f"{said} cannot be used: {error}; get it again.") from None


def digest_of(path: Path) -> str:
    """The first 16 hexadecimal digits of a file's SHA-256. Raises BadSteeringError."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise BadSteeringError(f"{inert(path.name, _LONGEST_NAME)} could not be read ({error.strerror}).") from None
    return digest.hexdigest()[:16]


def _directions(header: Header, data: bytes, said: str) -> dict[int, Floats]:
    found: dict[int, Floats] = {}
    for tensor in header.tensors:
        name = _DIRECTION.fullmatch(tensor.name)
        if name is None:
            continue
        layer = int(name.group(1))
        if layer < 1 or layer in found or tensor.kind != _F32 or len(tensor.shape) != 1:
            raise BadSteeringError(f"{said} is no control vector: {inert(tensor.name, 40)} is no row of numbers (F32).")
        one = np.frombuffer(data, "<f4", tensor.shape[0], header.start + tensor.offset)
        if not np.isfinite(one).all():
            raise BadSteeringError(f"{said} is damaged: {inert(tensor.name, 40)} holds what is no number.")
        found[layer] = one
    if not found:
        raise BadSteeringError(f"{said} is no control vector: it has no direction for any layer.")
    if len({len(one) for one in found.values()}) > 1:
        raise BadSteeringError(f"{said} is no control vector: its directions differ in length.")
    return found


def _facts(header: Header, directions: Mapping[int, Floats], path: Path, digest: str) -> VectorFacts:
    values = header.values
    norms, apart = (_numbers(values.get(f"{_OWN}.{name}"), len(directions)) for name in ("state_norms", "apart"))
    layers = tuple(
        LayerFacts(layer, float(np.linalg.norm(one.astype(np.float64))), *at)
        for (layer, one), at in zip(directions.items(), zip(norms, apart, strict=True), strict=True)
    )
    plus, minus = values.get(f"{_OWN}.texts_plus"), values.get(f"{_OWN}.texts_minus")
    texts = (plus, minus) if isinstance(plus, int) and isinstance(minus, int) else None
    name = values.get("general.name") or path.stem
    hint = values.get("controlvector.model_hint", "")
    width = len(next(iter(directions.values())))
    return VectorFacts(inert(str(name), _LONGEST_NAME), inert(str(hint), _LONGEST_NAME), width, layers, texts, digest)


def _numbers(value: object, count: int) -> list[float | None]:
    if isinstance(value, Array) and len(value.numbers) == count:
        return [float(number) for number in value.numbers]
    return [None] * count


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
