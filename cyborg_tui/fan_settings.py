"""`[fan]`: how branches are drawn, as it is written in the config and in presets."""

from dataclasses import fields
from typing import Any

import msgspec

from cyborg_tui.loom.sampling import ORDER, Sampling
from cyborg_tui.loom.settings import FanKind, FanSettings, ForkBy, Until

__all__ = ["FanConfig"]

_SAMPLING = tuple(field.name for field in fields(Sampling))
_LEVERS = ("steering", "mix")
"""Parts of `FanSettings` that belong to a frame."""


class FanConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each key means stands with `FanSettings` and `Sampling`, and in docs/sampling.md."""

    preset: str = ""
    """Keys that are not given here come from there."""
    width: int = 8
    max_tokens: int = 32
    until: Until = Until.TOKENS
    stop: str = ""
    shortest: int = 4
    fork_by: ForkBy = ForkBy.UNCERTAIN
    kind: FanKind = FanKind.SAMPLED
    threshold: float = 0.9
    temperature: float = 0.9
    temperature_range: float = 0.0
    temperature_exponent: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.05
    typical: float = 1.0
    top_n_sigma: float = 0.0
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    repetition_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    repetition_window: int = 256
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_length: int = 2
    dry_window: int = 1024
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    mirostat_tau: float = 0.0
    mirostat_eta: float = 0.1
    adaptive_target: float = 0.0
    adaptive_decay: float = 0.9
    bias: dict[str, float] = {}
    forbid: tuple[str, ...] = ()
    ban: tuple[str, ...] = ()
    grammar: str = ""
    order: tuple[str, ...] = ORDER

    def settings(self) -> FanSettings:
        """Raises BadSetting if a value lies outside its range."""
        given = {name: getattr(self, name) for name in _SAMPLING} | {"bias": tuple(self.bias.items())}
        apart = ("sampling", *_LEVERS)
        own = {field.name: getattr(self, field.name) for field in fields(FanSettings) if field.name not in apart}
        return FanSettings(**own, sampling=Sampling(**given))

    def drawn_by(self, preset: dict[str, Any]) -> "FanConfig":
        """These settings, but with the samplers of a preset, and with whatever else that names. Raises
        msgspec.ValidationError."""
        kept = {name: value for name, value in msgspec.structs.asdict(self).items() if name not in _SAMPLING}
        return msgspec.convert({**msgspec.to_builtins(kept), **preset}, FanConfig)
