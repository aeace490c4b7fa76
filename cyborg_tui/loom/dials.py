"""How each sampler setting that is a number is turned by keys: by which steps, and where it stands between its ends."""

from dataclasses import dataclass, fields, replace
from math import log
from typing import Any

from cyborg_tui.loom.sampling import RANGES, Sampling

__all__ = ["DIALS", "Dial", "put", "shown", "turned", "unusual"]

_USUAL = Sampling()


@dataclass(frozen=True, slots=True)
class Dial:
    """A number between two ends. Beyond them, as far as the setting allows, it can still be typed."""

    name: str
    what: str
    """In a few words, for people."""
    low: float
    high: float
    step: float
    leap: float
    """A large step."""
    whole: bool = False
    """Whether it is a whole number."""
    grows: bool = False
    """Whether a step is a factor rather than an amount, as of what may be 5 or 5,000."""

    @property
    def usual(self) -> float:
        return float(getattr(_USUAL, self.name))

    def place(self, value: float) -> float:
        """Where a value stands between the ends, 0 to 1."""
        if self.grows:
            share = log(1 + max(0.0, value - self.low)) / log(1 + self.high - self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return max(0.0, min(1.0, share))

    def turn(self, value: float, steps: int, *, leap: bool = False) -> float:
        """So many steps up, or down where it is below 0, from a value; never further beyond the ends than that is."""
        step = self.leap if leap else self.step
        if not self.grows:
            found = round(round(value / self.step) * self.step + steps * step, 6)
        else:
            found = value
            for _ in range(abs(steps)):
                change = max(1.0, round(found * step / (1 if steps > 0 else 1 + step)))
                found += change if steps > 0 else -change
        return max(min(self.low, value), min(max(self.high, value), found))


def _dial(
    name: str,
    what: str,
    high: float,
    step: float,
    leap: float,
    *,
    low: float | None = None,
    whole: bool = False,
    grows: bool = False,
) -> Dial:
    return Dial(name, what, RANGES[name][0] if low is None else low, high, step, leap, whole or grows, grows)


DIALS: tuple[Dial, ...] = (
    _dial("temperature", "flattens (> 1) or sharpens (< 1)", 2.5, 0.05, 0.25),
    _dial("temperature_range", "varies with the uncertainty", 2.0, 0.05, 0.25),
    _dial("temperature_exponent", "how it follows that", 4.0, 0.1, 0.5, low=0.1),
    _dial("min_p", "at least so likely, to the likeliest", 0.5, 0.01, 0.05),
    _dial("top_p", "the likeliest, up to so much together", 1.0, 0.01, 0.05),
    _dial("top_k", "so many of the likeliest", 1000, 0.25, 2.0, grows=True),
    _dial("typical", "neither obvious nor odd", 1.0, 0.01, 0.05),
    _dial("top_n_sigma", "deviations below the highest", 5.0, 0.1, 0.5),
    _dial("xtc_probability", "leaves out the top, so often", 1.0, 0.05, 0.25),
    _dial("xtc_threshold", "what counts as top", 0.5, 0.01, 0.05),
    _dial("repetition_penalty", "of what was just said", 2.0, 0.01, 0.1, low=0.5),
    _dial("frequency_penalty", "the same, each time", 2.0, 0.05, 0.25),
    _dial("presence_penalty", "the same, once", 2.0, 0.05, 0.25),
    _dial("repetition_window", "how far back that is, in tokens", 4096, 0.25, 2.0, grows=True),
    _dial("dry_multiplier", "against saying it again", 3.0, 0.1, 0.5),
    _dial("dry_base", "how that grows", 4.0, 0.05, 0.25, low=1.0),
    _dial("dry_length", "free repetitions, in tokens", 20, 1, 5, whole=True),
    _dial("dry_window", "how far back that looks, in tokens", 4096, 0.25, 2.0, grows=True),
    _dial("mirostat_tau", "keeps the surprise near so many bits", 12.0, 0.25, 1.0),
    _dial("mirostat_eta", "how quickly", 1.0, 0.01, 0.1),
    _dial("adaptive_target", "draws about as likely as this", 1.0, 0.01, 0.1),
    _dial("adaptive_decay", "how slowly", 0.99, 0.01, 0.1),
)
"""Every setting that is a number, in the order in which they are shown."""


def turned(sampling: Sampling, dial: Dial, steps: int, *, leap: bool = False) -> Sampling:
    """The settings with one dial turned."""
    value = dial.turn(float(getattr(sampling, dial.name)), steps, leap=leap)
    return put(sampling, dial.name, int(value) if dial.whole else value)


def put(sampling: Sampling, name: str, value: Any) -> Sampling:
    """The settings with one of them changed. Raises BadSetting."""
    return replace(sampling, **{name: value})


def shown(dial: Dial, value: float) -> str:
    """A value as it is written."""
    return f"{int(value):,}" if dial.whole else f"{value:.10g}"


def unusual(sampling: Sampling) -> tuple[str, ...]:
    """What is not as it usually is: numbers with their values, everything else by its name."""
    dials = {dial.name: dial for dial in DIALS}
    changed = [one.name for one in fields(sampling) if getattr(sampling, one.name) != getattr(_USUAL, one.name)]
    values = {name: shown(dials[name], float(getattr(sampling, name))) for name in changed if name in dials}
    return tuple(f"{name.replace('_', ' ')} {values.get(name, '')}".rstrip() for name in changed)
