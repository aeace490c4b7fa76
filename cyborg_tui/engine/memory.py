"""How much memory a model will take, before it is loaded; and what would fit. In bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.portrait import Shape
from cyborg_tui.engine.protocol import Card
from cyborg_tui.loom.settings import FanSettings

__all__ = [
    "CACHE_TYPES",
    "Estimate",
    "estimate",
    "fits",
    "in_words",
    "sequences",
    "size_beside",
    "smaller_windows",
    "too_large",
    "too_large_beside",
    "window_of",
]

_LONGEST_WINDOW = 4096
"""Tokens, if the config names no other."""
_SHORTEST_WINDOW = 256
_BRANCHES = FanSettings().width * FanSettings().max_tokens
_AT_ONCE = 512
"""Tokens that llama.cpp computes together."""
CACHE_TYPES = {"f32": 4.0, "f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}
"""Bytes a number of the cache takes."""
_PROCESS = 60_000_000
"""Python and the worker's modules, without a model."""
_PLANS = 48_000_000
"""Of what is to be computed in one more context: little of it is used, but where llama.cpp cannot get it, it ends the
process."""
_PER_TOKEN = 64
"""Of the vocabulary: its text, here and there."""


@dataclass(frozen=True, slots=True)
class Estimate:
    weights: int
    cache: int
    states: int
    """What recurrent layers remember, for all sequences."""
    computing: int
    """Buffers for what is computed at once, and the rows of logits."""
    process: int

    @property
    def total(self) -> int:
        return self.weights + self.beside_weights

    @property
    def beside_weights(self) -> int:
        return self.cache + self.states + self.computing + self.process


def window_of(config: EngineConfig, trained: int) -> int:
    """The longest context, in tokens, of a model trained on so long ones (0: not known)."""
    return max(16, min(config.context or _LONGEST_WINDOW, trained or _LONGEST_WINDOW))


def sequences(*, recurrent: bool) -> int:
    """How many sequences the cache has; a recurrent model takes memory for each."""
    return 18 if recurrent else 64


def estimate(shape: Shape, config: EngineConfig, branches: int = _BRANCHES) -> Estimate:
    """`branches`: tokens that the branches of one fan may have together; there is room for two fans beside the window
    and the resident paths."""
    cells = window_of(config, shape.context) + 2 * branches + config.resident
    context = _context(shape, config, cells, sequences(recurrent=shape.recurrent))
    return Estimate(shape.weights, *context, _PROCESS + _PER_TOKEN * shape.vocabulary)


def size_beside(shape: Shape, config: EngineConfig, cells: int, many: int) -> int:
    """What one more context takes of a model that is there: one that is steered, or in which something is tried. It has
    so many cells, and `many` sequences."""
    return sum(_context(shape, config, cells, many)) + _PLANS


def _context(shape: Shape, config: EngineConfig, cells: int, many: int) -> tuple[int, int, int]:
    """Cache, states, and what it computes with."""
    scores = shape.heads * cells if config.flash_attention == "off" else 0
    layer = 4 * shape.width + 3 * shape.inner + shape.masks * (scores + cells // 2)
    widest = max(shape.vocabulary + 2 * shape.width, layer)
    return (
        int((shape.keys + shape.values) * cells * CACHE_TYPES[config.cache_type]),
        4 * shape.states * many,
        4 * (_AT_ONCE * widest + many * shape.vocabulary),
    )


def too_large(name: str, shape: Shape, config: EngineConfig, free: int, branches: int = _BRANCHES) -> str:
    """Why a model will not fit into so much memory, and what would; empty if it fits."""
    needed = estimate(shape, config, branches).total
    if needed <= free:
        return ""
    window = window_of(config, shape.context)
    says = (
        f"{name} needs about {in_words(needed)} of memory with a window of {window:,} tokens, and {in_words(free)} "
        "are free"
    )
    smaller = _fitting(shape, config, free, branches)
    what = f"engine.context = {smaller} would fit" if smaller else "choose a smaller model or quantisation"
    return f"{says}; {what}. engine.try_anyway = true in the config loads it all the same."


def fits(shape: Shape, config: EngineConfig, free: int | None, card: Card | None) -> bool:
    """Whether one more model fits beside what is loaded. `free`: in the machine's memory; None: not known, and not
    reckoned with. `card`: where its layers would lie; what of its memory is free must be known. If only some layers
    are to lie there, there must be room for all of them in both."""
    if config.try_anyway:
        return True
    needed = estimate(shape, config)
    here, there = needed.total, needed.total - needed.process
    if card is not None and config.gpu_layers < 0:
        here = needed.process + needed.computing
    return (free is None or here <= free) and (card is None or (card.free is not None and there <= card.free))


def too_large_beside(name: str, needed: int, free: int) -> str:
    """Why another context of a model will not fit into so much memory; empty if it fits."""
    if needed <= free:
        return ""
    return (
        f"Another context of {name} needs about {in_words(needed)} of memory beside the one that writes, and "
        f"{in_words(free)} are free; choose a smaller engine.context, or a smaller model."
    )


def _fitting(shape: Shape, config: EngineConfig, free: int, branches: int) -> int:
    """A smaller window that fits, in tokens; 0 if none does."""
    for window in smaller_windows(window_of(config, shape.context)):
        smaller = msgspec.structs.replace(config, context=window)
        if estimate(shape, smaller, branches).total <= free:
            return window
    return 0


def smaller_windows(window: int) -> Iterator[int]:
    """What may be tried instead of a window, one after the other."""
    size = 1 << (window - 1).bit_length()
    while (size := size // 2) >= _SHORTEST_WINDOW:
        yield size


def in_words(size: int) -> str:
    """Bytes, for people."""
    if size >= 999_500_000:
        return f"{size / 1e9:.1f} GB"
    return f"{max(1, round(size / 1e6))} MB"
