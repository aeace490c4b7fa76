"""What may come next at a place, before any sampler changes it: clock or cloud."""

from dataclasses import dataclass
from math import exp, log

__all__ = ["NextToken", "Outlook"]


@dataclass(frozen=True, slots=True)
class NextToken:
    """A token that may come next."""

    id: int
    text: str
    logprob: float
    """Natural logarithm of its probability."""

    @property
    def chance(self) -> float:
        """Its probability, 0 to 1."""
        return exp(self.logprob)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The distribution of the next token."""

    entropy: float
    """In nats."""
    ninety: int
    """How many tokens, the likeliest first, it takes to reach a probability of 90 %."""
    likeliest: tuple[NextToken, ...] = ()
    """The first of them, the likeliest first."""

    @property
    def bits(self) -> float:
        """Its entropy in bits."""
        return self.entropy / log(2)
