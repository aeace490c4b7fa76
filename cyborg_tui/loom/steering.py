"""Steering: what is added inside a model while it writes. Control vectors, each with a strength and a range of layers,
and adapters (LoRA), each with a scale.

A control vector is one direction for each layer: a multiple of it is added to what comes out of the layer
("Representation Engineering", Zou et al., 2023).
"""

from dataclasses import dataclass

from cyborg_tui.loom.sampling import BadSetting, check_range

__all__ = ["UNSTEERED", "Adapter", "AdapterFacts", "LayerFacts", "Steering", "Vector", "VectorFacts"]

_STRONGEST = 100.0
_MOST_LAYERS = 1000
_MOST_VECTORS, _MOST_ADAPTERS = 16, 8
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Vector:
    """A control vector at work."""

    path: str
    """The GGUF file, on the machine on which the model is."""
    strength: float = 1.0
    """What its directions are multiplied by; a negative one steers away."""
    first: int = 0
    """The first layer that it changes; 0: the first it has."""
    last: int = 0
    """The last layer that it changes; 0: the last it has."""

    def __post_init__(self) -> None:
        _check_path(self.path)
        check_range("strength", self.strength, -_STRONGEST, _STRONGEST)
        check_range("first layer", self.first, 0, _MOST_LAYERS)
        check_range("last layer", self.last, 0, _MOST_LAYERS)
        if 0 < self.last < self.first:
            raise BadSetting(f"last layer is {self.last}; it must not come before the first, {self.first}")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter at work."""

    path: str
    """As a vector's."""
    scale: float = 1.0

    def __post_init__(self) -> None:
        _check_path(self.path)
        check_range("scale", self.scale, -_STRONGEST, _STRONGEST)


@dataclass(frozen=True, slots=True)
class Steering:
    """Everything that steers a model at a time. False if nothing does."""

    vectors: tuple[Vector, ...] = ()
    """Of which the sum is added."""
    adapters: tuple[Adapter, ...] = ()

    def __post_init__(self) -> None:
        check_range("number of vectors", len(self.vectors), 0, _MOST_VECTORS)
        check_range("number of adapters", len(self.adapters), 0, _MOST_ADAPTERS)

    def __bool__(self) -> bool:
        return any(one.strength for one in self.vectors) or any(one.scale for one in self.adapters)

    @property
    def at_work(self) -> "Steering":
        """Without what has no strength: what is equal here steers equally."""
        vectors = tuple(one for one in self.vectors if one.strength)
        return Steering(vectors, tuple(one for one in self.adapters if one.scale))


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """A vector in one layer."""

    layer: int
    norm: float
    """Of the direction: how far a strength of 1 moves the state."""
    state_norm: float | None = None
    """Of the states of the texts it was made of, on the average; None if the file does not say."""
    apart: float | None = None
    """How well the direction tells the two sets of texts apart: the distance of their means along it, in standard
    deviations of the states within the sets; None if the file does not say."""


@dataclass(frozen=True, slots=True)
class VectorFacts:
    """What there is to know of a control vector."""

    name: str
    model: str
    """The kind of model it says it is for."""
    width: int
    layers: tuple[LayerFacts, ...]
    texts: tuple[int, int] | None = None
    """How many of each set it was made of; None if the file does not say."""
    digest: str = ""
    """The first 16 hexadecimal digits of the file's SHA-256."""


@dataclass(frozen=True, slots=True)
class AdapterFacts:
    """What there is to know of a LoRA adapter."""

    name: str
    model: str
    """The kind of model it says it is for."""
    alpha: float
    digest: str = ""


def _check_path(path: str) -> None:
    if not 0 < len(path) <= _LONGEST_PATH or "\0" in path:
        raise BadSetting(f"path has {len(path):,} characters; it must have 1 to {_LONGEST_PATH:,}, none of them a NUL")
    if any("\ud800" <= letter <= "\udfff" for letter in path):
        raise BadSetting("path is no UTF-8; rename the file")


UNSTEERED = Steering()
