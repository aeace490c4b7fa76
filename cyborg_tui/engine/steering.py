"""Steering one model: files of vectors and adapters read once, added up, and put to work in a context."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from cyborg_tui.engine.adapters import LoraRefusedError, Loras, apply
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.llama import Floats, Llama
from cyborg_tui.engine.vectors import BadSteeringError, VectorFile, digest_of, header_of, read_vector
from cyborg_tui.loom.steering import AdapterFacts, Steering, Vector

__all__ = ["Helm", "Hold", "adapter_facts", "fits"]

_MOST_READ = 64
"""Files that are remembered."""
_Read = TypeVar("_Read")
_Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Hold:
    """How a context is held: what is equal here steers equally."""

    vectors: tuple[tuple[str, float, int, int], ...] = ()
    adapters: tuple[tuple[str, float], ...] = ()

    @property
    def digests(self) -> tuple[str, ...]:
        return (*(one[0] for one in self.vectors), *(one[0] for one in self.adapters))


@dataclass(slots=True)
class _Files:
    """What was read of files that have not changed since."""

    read: dict[_Stamp, Any] = field(default_factory=dict)

    def get(self, path: Path, read: Callable[[Path], _Read]) -> _Read:
        stamp = _stamp(path)
        if stamp not in self.read:
            if len(self.read) >= _MOST_READ:
                self.read.pop(next(iter(self.read)))
            self.read[stamp] = read(path)
        found: _Read = self.read[stamp]
        return found


class Helm:
    """Steers contexts of one model."""

    def __init__(self, model: Llama) -> None:
        self._model, self._loras = model, Loras(model)
        self._vectors, self._adapters = _Files(), _Files()

    def steer(self, context: Llama, steering: Steering) -> Hold:
        """Have a context steered in this way from now on. Raises BadSteeringError; then it is as it was."""
        wanted = steering.at_work
        directions = np.zeros((self._model.layers, self._model.width), np.float32) if wanted.vectors else None
        vectors = []
        for vector in wanted.vectors:
            assert directions is not None
            file = self._vectors.get(_path(vector.path), read_vector)
            fits(self._model, _path(vector.path), file)
            _add(directions, file, vector)
            vectors.append((file.facts.digest, vector.strength, vector.first, vector.last))
        adapters, loras = [], []
        for adapter in wanted.adapters:
            path = _path(adapter.path)
            facts = self._adapters.get(path, lambda one: adapter_facts(one, self._kind))
            loras.append((self._lora(path, facts.digest), adapter.scale))
            adapters.append((facts.digest, adapter.scale))
        apply(context, directions, loras)
        return Hold(tuple(vectors), tuple(adapters))

    @property
    def _kind(self) -> str:
        return self._model.architecture

    def _lora(self, path: Path, digest: str) -> Any:
        try:
            return self._loras.read(path, digest)
        except LoraRefusedError:
            raise BadSteeringError(
                f"{inert(path.name, 80)} is no adapter for {self._model.identity.name}: llama.cpp refuses it; choose "
                "one that was trained on this model."
            ) from None


def fits(model: Llama, path: Path, file: VectorFile) -> None:
    """Raises BadSteeringError if a vector is for a model of another shape."""
    highest = max(file.directions)
    if file.facts.width == model.width and highest < model.layers:
        return
    raise BadSteeringError(
        f"{inert(path.name, 80)} is for another model: its directions have {file.facts.width:,} numbers and go up to "
        f"layer {highest}, {model.identity.name} has {model.width:,} and layers up to {model.layers - 1}."
    )


def adapter_facts(path: Path, architecture: str) -> AdapterFacts:
    """`architecture`: of the model; empty: it does not matter. Raises BadSteeringError."""
    values, said = header_of(path).values, inert(path.name, 80)
    if values.get("general.type") != "adapter" or values.get("adapter.type") != "lora":
        raise BadSteeringError(
            f"{said} is no LoRA adapter; llama.cpp's convert_lora_to_gguf.py makes one from other formats."
        )
    kind = inert(str(values.get("general.architecture", "")), 40)
    if architecture and kind != architecture:
        raise BadSteeringError(f"{said} is for models of the kind {kind or 'unknown'}; this one is of {architecture}.")
    alpha = values.get("adapter.lora.alpha", 0.0)
    name = inert(str(values.get("general.name") or path.stem), 80)
    return AdapterFacts(name, kind, float(alpha) if isinstance(alpha, (int, float)) else 0.0, digest_of(path))


def _add(directions: Floats, file: VectorFile, vector: Vector) -> None:
    last = vector.last or len(directions) - 1
    for layer, direction in file.directions.items():
        if vector.first <= layer <= last:
            directions[layer] += np.float32(vector.strength) * direction


def _path(text: str) -> Path:
    with contextlib.suppress(RuntimeError):
        return Path(text).expanduser()
    return Path(text)


def _stamp(path: Path) -> _Stamp:
    """Another one, another file."""
    with contextlib.suppress(OSError):
        state = path.stat()
        return str(path), state.st_size, state.st_mtime_ns
    return str(path), -1, -1
