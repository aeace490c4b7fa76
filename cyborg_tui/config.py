"""Settings: read once, from options, the environment and one TOML file; defaults serve."""

from typing import Literal

import msgspec

__all__ = ["EngineConfig"]


class EngineConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[engine]`: which model, and how llama.cpp runs it."""

    model: str = ""
    """Path of a GGUF file; empty means the embedded model."""
    context: int = 0
    """Longest window in tokens; 0 means the model's own, at most 4096."""
    threads: int = 0
    """0 means one for each physical core."""
    gpu_layers: int = -1
    """Layers to keep on a GPU where llama.cpp was built for one; -1 means all."""
    cache_type: Literal["f32", "f16", "bf16", "q8_0", "q4_0"] = "f16"
    flash_attention: Literal["auto", "on", "off"] = "on"
    nice: int = 5
    """How far the engine steps back for the keyboard: 0 to 19."""
