"""How a fan is drawn: its width and length, where its branches end, and how tokens are sampled."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["BadSetting", "FanSettings", "Sampling", "Until"]


class BadSetting(ValueError):
    """A setting lies outside its range; the message names the setting, the value and the range."""


class Until(str, Enum):
    """Where a branch ends. Every branch also ends at its token limit and at the model's end of text."""

    TOKENS = "tokens"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"


_SAMPLING_RANGES: dict[str, tuple[float, float]] = {
    "repetition_penalty": (0.1, 10.0),
    "repetition_window": (0, 4096),
    "top_k": (0, 1_000_000),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "temperature": (0.0, 10.0),
}


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses NaN
        raise BadSetting(f"{name} is {value:g}; it must lie between {low:g} and {high:g}")


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampler settings, applied in the order of the fields below, temperature last."""

    repetition_penalty: float = 1.0
    """Logits of recently used tokens are divided by this; 1 turns it off."""
    repetition_window: int = 256
    """How many of the last tokens count as recently used."""
    top_k: int = 0
    """Keep the k likeliest tokens; 0 keeps all."""
    top_p: float = 1.0
    """Keep the likeliest tokens until their probability reaches p; 1 keeps all."""
    min_p: float = 0.05
    """Keep tokens at least this likely relative to the likeliest; 0 keeps all."""
    temperature: float = 0.9
    """Flattens (> 1) or sharpens (< 1) what is left; 0 always takes the likeliest token."""

    def __post_init__(self) -> None:
        for name, (low, high) in _SAMPLING_RANGES.items():
            _check(name, getattr(self, name), low, high)


@dataclass(frozen=True, slots=True)
class FanSettings:
    """Everything that shapes a fan, apart from its context, its model and its seed."""

    width: int = 8
    """Number of branches."""
    max_tokens: int = 32
    """The longest a branch may become, in tokens."""
    until: Until = Until.TOKENS
    sampling: Sampling = Sampling()

    def __post_init__(self) -> None:
        _check("width", self.width, 1, 16)
        _check("max_tokens", self.max_tokens, 1, 4096)
