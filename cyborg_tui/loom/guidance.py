"""Several contexts read together: what is drawn follows a weighted sum of the logits after each of them.

Guided away from a negative context ("Stay on topic with Classifier-Free Guidance", Sanchez et al., 2023):
out + s·(with − out), where `with` are the logits after the context and `out` those after the negative one. A blend is
a product of distributions, each to the power of its weight: a sum of log-probabilities. Logits and log-probabilities
differ by the same number for all tokens, so that the two are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cyborg_tui.loom.sampling import BadSetting, check_range

__all__ = ["ALONE", "MOST_OTHERS", "Mix", "blended", "guided"]

MOST_OTHERS = 3
"""Contexts beside the own one."""
_HEAVIEST = 100.0


@dataclass(frozen=True, slots=True)
class Mix:
    """How much each context counts. False if there is only the own one."""

    own: float = 1.0
    others: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_range("number of other contexts", len(self.others), 0, MOST_OTHERS)
        for weight in (self.own, *self.others):
            check_range("weight of a context", weight, -_HEAVIEST, _HEAVIEST)

    def __bool__(self) -> bool:
        return bool(self.others)


ALONE = Mix()


def guided(strength: float) -> Mix:
    """Guidance against one other context, the negative one. 1 is as if there were none; 0 is that one alone."""
    return Mix(strength, (1.0 - strength,))


def blended(own: float, others: Sequence[float]) -> Mix:
    """A blend in these parts, which need not add up to anything. Raises BadSetting."""
    total = own + sum(others)
    if own < 0 or any(weight < 0 for weight in others) or total <= 0:
        raise BadSetting("the parts of a blend must not be negative, and not all of them 0")
    return Mix(own / total, tuple(weight / total for weight in others))
