"""The app's sampler settings in the words of servers. Pure."""

from collections.abc import Callable, Collection
from typing import Any

from cyborg_tui.loom.sampling import ORDER, Sampling
from cyborg_tui.loom.settings import FanKind, FanSettings, Until

__all__ = ["STANDARD", "VLLM", "named", "unheeded"]

STANDARD = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})
"""Settings of the API itself."""
VLLM = STANDARD | {"top_k", "min_p", "repetition_penalty"}
_LLAMA_STEPS = {"typical": "typ_p"}

_ALWAYS: dict[str, Callable[[Sampling], Any]] = {
    "temperature": lambda s: s.temperature,
    "top_p": lambda s: s.top_p,
    "top_k": lambda s: s.top_k or -1,
    "min_p": lambda s: s.min_p,
    "repetition_penalty": lambda s: s.repetition_penalty,
    "repeat_penalty": lambda s: s.repetition_penalty,
    "repeat_last_n": lambda s: s.repetition_window,
    "presence_penalty": lambda s: s.presence_penalty,
    "frequency_penalty": lambda s: s.frequency_penalty,
}
"""Named in every request, also what is off: a server has defaults of its own."""
_WHERE_KNOWN: dict[str, Callable[[Sampling], Any]] = {
    "typical_p": lambda s: s.typical,
    "top_n_sigma": lambda s: s.top_n_sigma or -1.0,
    "dynatemp_range": lambda s: s.temperature_range,
    "dynatemp_exponent": lambda s: s.temperature_exponent,
    "xtc_probability": lambda s: s.xtc_probability,
    "xtc_threshold": lambda s: s.xtc_threshold,
    "dry_multiplier": lambda s: s.dry_multiplier,
    "dry_base": lambda s: s.dry_base,
    "dry_allowed_length": lambda s: s.dry_length,
    "dry_penalty_last_n": lambda s: s.dry_window,
    "mirostat": lambda s: 2 if s.mirostat_tau else 0,
    "mirostat_tau": lambda s: s.mirostat_tau or 5.0,
    "mirostat_eta": lambda s: s.mirostat_eta,
    "adaptive_target": lambda s: s.adaptive_target or -1.0,
    "adaptive_decay": lambda s: s.adaptive_decay,
    "samplers": lambda s: [_LLAMA_STEPS.get(step, step) for step in s.order],
}
"""llama-server's, as it says itself."""
_OFF: dict[str, tuple[object, tuple[str, ...]]] = {
    "repetition_penalty": (1.0, ("repetition_penalty", "repeat_penalty")),
    "top_k": (0, ("top_k",)),
    "top_p": (1.0, ("top_p",)),
    "min_p": (0.0, ("min_p",)),
    "temperature": (1.0, ("temperature",)),
    "frequency_penalty": (0.0, ("frequency_penalty",)),
    "presence_penalty": (0.0, ("presence_penalty",)),
    "typical": (1.0, ("typical_p",)),
    "top_n_sigma": (0.0, ("top_n_sigma",)),
    "temperature_range": (0.0, ("dynatemp_range",)),
    "xtc_probability": (0.0, ("xtc_probability",)),
    "dry_multiplier": (0.0, ("dry_multiplier",)),
    "mirostat_tau": (0.0, ("mirostat_tau",)),
    "adaptive_target": (0.0, ("adaptive_target",)),
    "grammar": ("", ("grammar",)),
    "order": (ORDER, ("samplers",)),
    "bias": ((), ()),
    "forbid": ((), ()),
    "ban": ((), ()),
}
"""What changes nothing, and by which names a server may know it; words and phrases are known to none in our sense."""


def named(sampling: Sampling, known: Collection[str]) -> dict[str, Any]:
    """`known`: what the server says that it knows."""
    body = {name: value(sampling) for name, value in _ALWAYS.items()}
    body |= {name: value(sampling) for name, value in _WHERE_KNOWN.items() if name in known}
    if "dry_multiplier" in known and sampling.dry_multiplier:
        body["dry_sequence_breakers"] = list(sampling.dry_breakers)
    return body


def unheeded(settings: FanSettings, known: Collection[str]) -> list[str]:
    """The settings that would change something, but that a server may pass over."""
    sampling = settings.sampling
    names = [
        name
        for name, (off, theirs) in _OFF.items()
        if getattr(sampling, name) != off and not any(one in known for one in theirs)
    ]
    names += ["kind"] if settings.kind is not FanKind.SAMPLED and settings.width > 1 else []
    return names + (["until"] if settings.until is Until.FORK else [])
