"""How tokens are drawn: everything of llama.cpp's sampler chain that writers use, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from cyborg_tui.loom.grammar import BadGrammar, check_grammar

__all__ = ["ORDER", "RANGES", "BadSetting", "Sampling", "check_range"]

ORDER = ("penalties", "dry", "top_n_sigma", "top_k", "typical", "top_p", "min_p", "xtc", "temperature")
"""The steps between the biases, which come first, and the draw; this is the usual order."""

RANGES: dict[str, tuple[float, float]] = {
    "repetition_penalty": (0.1, 10.0),
    "repetition_window": (0, 4096),
    "top_k": (0, 1_000_000),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "temperature": (0.0, 10.0),
    "frequency_penalty": (-2.0, 2.0),
    "presence_penalty": (-2.0, 2.0),
    "typical": (0.0, 1.0),
    "top_n_sigma": (0.0, 10.0),
    "temperature_range": (0.0, 5.0),
    "temperature_exponent": (0.1, 10.0),
    "xtc_probability": (0.0, 1.0),
    "xtc_threshold": (0.0, 0.5),
    "dry_multiplier": (0.0, 10.0),
    "dry_base": (1.0, 4.0),
    "dry_length": (1, 100),
    "dry_window": (0, 4096),
    "mirostat_tau": (0.0, 20.0),
    "mirostat_eta": (0.0, 1.0),
    "adaptive_target": (0.0, 1.0),
    "adaptive_decay": (0.0, 0.99),
}
_BIAS = (-100.0, 100.0)
_MOST_WORDS, _LONGEST_WORD = 200, 200
_LONGEST_GRAMMAR = 100_000


class BadSetting(ValueError):
    """A setting lies outside its range; the message names the setting, the value and the range."""


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raises BadSetting; also for what is no number."""
    if not (isfinite(value) and low <= value <= high):
        raise BadSetting(f"{name} is {value:,.10g}; it must lie between {low:,.10g} and {high:,.10g}")


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampler settings. The biases come first, the steps of `order` follow, and a token is drawn from what is left."""

    repetition_penalty: float = 1.0
    """Logits of recently used tokens are divided by this; 1 turns it off."""
    repetition_window: int = 256
    """How many of the last tokens count as recently used, for all three penalties."""
    top_k: int = 0
    """Keep the k likeliest tokens; 0 keeps all."""
    top_p: float = 1.0
    """Keep the likeliest tokens until their probability reaches p; 1 keeps all."""
    min_p: float = 0.05
    """Keep tokens at least this likely relative to the likeliest; 0 keeps all."""
    temperature: float = 0.9
    """Flattens (> 1) or sharpens (< 1) what is left; 0 always takes the likeliest token."""
    frequency_penalty: float = 0.0
    """Taken off a token's logit for each time it was recently used."""
    presence_penalty: float = 0.0
    """Taken off a token's logit once if it was recently used."""
    typical: float = 1.0
    """Keep the tokens whose surprise is nearest to what is to be expected, until their probability reaches this; 1
    keeps all."""
    top_n_sigma: float = 0.0
    """Keep tokens whose logit is within so many standard deviations of the highest; 0 keeps all."""
    temperature_range: float = 0.0
    """The temperature varies by so much up and down: lower where the model is sure; 0 keeps it as it is."""
    temperature_exponent: float = 1.0
    """How the varying temperature follows the uncertainty."""
    xtc_probability: float = 0.0
    """How often all likely tokens but the least of them are left out ("exclude top choices"); 0 never."""
    xtc_threshold: float = 0.1
    """From which probability on a token counts as likely there."""
    dry_multiplier: float = 0.0
    """How strongly a token is held off that would go on with something said already ("don't repeat yourself"); 0 turns
    it off."""
    dry_base: float = 1.75
    """By which that grows with each token of the repetition."""
    dry_length: int = 2
    """Repetitions up to so many tokens are free."""
    dry_window: int = 1024
    """How many of the last tokens are looked at for repetitions."""
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    """What ends a repetition."""
    mirostat_tau: float = 0.0
    """Keep the surprise of the tokens near so many bits (mirostat 2); takes the place of the steps that leave tokens
    out. 0 turns it off."""
    mirostat_eta: float = 0.1
    """How quickly mirostat learns."""
    adaptive_target: float = 0.0
    """Draw tokens about as likely as this, on the average; 0 turns it off."""
    adaptive_decay: float = 0.9
    """How slowly that average moves."""
    bias: tuple[tuple[str, float], ...] = ()
    """What is added to the logits of a word in its usual spellings; -100 forbids it."""
    forbid: tuple[str, ...] = ()
    """Words that are not to be drawn, in their usual spellings."""
    ban: tuple[str, ...] = ()
    """Phrases that never appear, however they are spelt or divided into tokens."""
    grammar: str = ""
    """A GBNF grammar that everything drawn must follow."""
    order: tuple[str, ...] = ORDER
    """The steps, each once."""

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            check_range(name, getattr(self, name), low, high)
        for word, bias in self.bias:
            check_range(f"bias of “{word}”", bias, *_BIAS)
        words = {"bias": [word for word, _ in self.bias], "forbid": self.forbid, "ban": self.ban}
        for name, texts in {**words, "dry_breakers": self.dry_breakers}.items():
            _check_words(name, texts)
        if sorted(self.order) != sorted(ORDER):
            raise BadSetting(f"order is {', '.join(self.order)}; it must have each of {', '.join(ORDER)} once")
        if self.grammar:
            self._check_grammar()

    def _check_grammar(self) -> None:
        check_range("grammar's length", len(self.grammar), 0, _LONGEST_GRAMMAR)
        try:
            check_grammar(self.grammar)
        except BadGrammar as error:
            raise BadSetting(f"grammar cannot be used: {error}") from None


def _check_words(name: str, texts: Sequence[str]) -> None:
    check_range(f"number of entries in {name}", len(texts), 0, _MOST_WORDS)
    for text in texts:
        if not 0 < len(text) <= _LONGEST_WORD or "\0" in text:
            raise BadSetting(f"{name} has an entry of {len(text)} characters; it must have 1 to {_LONGEST_WORD}")
