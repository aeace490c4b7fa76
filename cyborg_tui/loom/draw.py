"""A draw: one request to the engine for branches of a fan. With it the fan can be made again, and looked into."""

from dataclasses import dataclass

from cyborg_tui.loom.conditions import BARE, Conditions
from cyborg_tui.loom.fan import FanId

__all__ = ["Decoding", "Draw", "SeenBeside"]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a model was run: what decides, beside the seed, which tokens are drawn."""

    exact: bool = False
    """Whether everything was fixed, so that the same tokens come again on the same machine and build."""
    threads: int = 0
    batch: int = 0
    """Tokens evaluated at once, at most."""
    cache_type: str = ""
    flash_attention: str = ""
    gpu_layers: int = 0
    window: int = 0
    """The longest context, in tokens."""
    build: str = ""
    """Which llama.cpp it was."""
    machine: str = ""
    """What the processor can do, as llama.cpp says it."""


@dataclass(frozen=True, slots=True)
class SeenBeside:
    """What was seen of another context that was read together with the own one."""

    tokens_out: int = 0
    tokens: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """Which branches were drawn together, from what, and how."""

    fan: FanId
    first: int
    """The index of the first of them."""
    width: int
    characters_out: int = 0
    """Characters of the manuscript, from its beginning, that the engine was not told of."""
    tokens_out: int = 0
    """Tokens of what it was told that were left out of the window, from the beginning."""
    tokens: int = 0
    """Those that the model saw."""
    digest: str = ""
    """Of their ids."""
    decoding: Decoding = Decoding()
    file_hash: str = ""
    """SHA-256 of the model's file; empty if it was not known yet."""
    conditions: Conditions = BARE
    """What stood beside the manuscript."""
    beside: tuple[SeenBeside, ...] = ()
    """In the order of the weights in the fan's settings."""
    following: bytes = b""
    """What the branches were to lead to, as `fan.encode` has it; empty: nothing in particular."""
    steered_by: tuple[str, ...] = ()
    """What the files were of the vectors that steered, and then those of the adapters: the first 16 hexadecimal digits
    of their SHA-256."""
