"""What a model might have drawn instead."""

from dataclasses import dataclass

__all__ = ["Alternative"]


@dataclass(frozen=True, slots=True)
class Alternative:
    id: int
    text: str
    logprob: float
