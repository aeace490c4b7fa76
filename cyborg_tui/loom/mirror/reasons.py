"""What a person says of what they took: why, and later, whether it still holds."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Held", "Reason", "Verdict"]


class Reason(str, Enum):
    """Why something was taken, as the person said with one key right after they had taken it; the key is never asked
    for. How often each was said."""

    MEANINGFUL = "meaningful"
    CLEARER = "less confused"
    SURPRISING = "surprising"
    FERTILE = "fertile"
    TRUE = "true and checked"
    PLEASANT = "only pleasant"
    OWN = "own words"


class Verdict(str, Enum):
    HOLDS = "holds"
    NOT = "does not hold"
    UNSURE = "unsure"


@dataclass(slots=True)
class Held:
    """Looked back at 1, 7 or 30 days after it was taken or marked, without the reason given then: how often it held, as
    the person judged."""

    by_days: dict[int, Counter[str]] = field(default_factory=dict)
    """Days → verdict → how often."""

    def add(self, days: int, verdict: str) -> None:
        self.by_days.setdefault(days, Counter())[verdict] += 1
