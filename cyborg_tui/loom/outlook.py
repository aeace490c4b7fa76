"""What may come next at a place, before any sampler changes it: clock or cloud."""

from dataclasses import dataclass
from math import log

from cyborg_tui.loom.alternatives import Alternatives

__all__ = ["Outlook"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The distribution of the next token."""

    entropy: float
    """In nats."""
    ninety: int
    """How many tokens, the likeliest first, it takes to reach a probability of 90 %."""
    likeliest: Alternatives = ()
    """The first of them, the likeliest first."""

    @property
    def bits(self) -> float:
        """Its entropy in bits."""
        return self.entropy / log(2)
