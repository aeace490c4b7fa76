"""Finding directions: from the states of two sets of texts, in each layer the one that leads from one to the other.

Means: the difference of the sets' means ("Steering Llama 2 via Contrastive Activation Addition", Rimsky et al.,
2024). Component: the first principal component of the differences within pairs ("Representation Engineering", Zou et
al., 2023), as long as the difference of the means is along it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cyborg_tui.engine.llama import Floats
from cyborg_tui.loom.contrast import Method
from cyborg_tui.loom.steering import LayerFacts

__all__ = ["Directions", "find_directions"]


_Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Directions:
    by_layer: dict[int, Floats]
    """From layer 1 on, for llama.cpp adds nothing to layer 0; shape (width,)."""
    facts: tuple[LayerFacts, ...]


def find_directions(plus: Floats, minus: Floats, method: Method) -> Directions:
    """`plus`, `minus`: states, shape (texts, layers, width). A strength of 1 in all layers moves a state about half the
    way from between the sets to the one set; each layer adds to what those below it have added."""
    layers = range(1, plus.shape[1])
    found: dict[int, Floats] = {}
    facts = []
    for layer in layers:
        one, other = plus[:, layer].astype(np.float64), minus[:, layer].astype(np.float64)
        whole = _between(one, other) if method is Method.MEANS else _component(one, other)
        direction = (whole / 2 / len(layers)).astype(np.float32)
        found[layer] = direction
        states = np.concatenate([one, other])
        norm = float(np.linalg.norm(direction))
        facts.append(LayerFacts(layer, norm, float(np.linalg.norm(states, axis=1).mean()), _apart(one, other, whole)))
    return Directions(found, tuple(facts))


def _between(one: _Doubles, other: _Doubles) -> _Doubles:
    between: _Doubles = one.mean(axis=0) - other.mean(axis=0)
    return between


def _component(one: _Doubles, other: _Doubles) -> _Doubles:
    between = _between(one, other)
    rows = one - other if len(one) == len(other) else np.concatenate([one, other])
    _, _, components = np.linalg.svd(rows - (0 if len(one) == len(other) else rows.mean(axis=0)), full_matrices=False)
    along = components[0]
    whole: _Doubles = along * float(between @ along)
    return whole


def _apart(one: _Doubles, other: _Doubles, whole: _Doubles) -> float:
    """The distance of the sets' means along a direction, in standard deviations within them."""
    length = float(np.linalg.norm(whole))
    if length == 0:
        return 0.0
    a, b = one @ (whole / length), other @ (whole / length)
    within = float(np.sqrt((a.var() * len(a) + b.var() * len(b)) / (len(a) + len(b))))
    return float((a.mean() - b.mean()) / within) if within > 0 else 0.0
