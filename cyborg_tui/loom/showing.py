"""How a fan was shown: in which order, blind or not, and for how long each branch was looked at."""

from dataclasses import dataclass

from cyborg_tui.loom.fan import BranchId, FanId

__all__ = ["Showing"]


@dataclass(frozen=True, slots=True)
class Showing:
    """Of one fan. Times are seconds by a clock that never jumps; None where they are not known."""

    fan: FanId
    order: tuple[BranchId, ...] = ()
    """The branches from top to bottom; empty where they stand as they were drawn."""
    blind: bool = False
    """The order was shuffled, and neither probabilities nor the model's name were seen before the choice."""
    arrived: float | None = None
    """From asking to the first word."""
    whole: float | None = None
    """From asking until all branches had ended."""
    painted: float | None = None
    """From asking until something of it stood on the screen."""
    looks: tuple[tuple[BranchId, float], ...] = ()
    """How long each branch was highlighted, while somebody was at the keys."""
    chosen: tuple[tuple[BranchId, float | None], ...] = ()
    """What was taken, in order, each with the time since the fan had come before the person's eyes."""

    def seconds_to(self, branch: BranchId) -> float | None:
        """How long after it was seen a branch was first taken."""
        return next((seconds for taken, seconds in self.chosen if taken == branch), None)

    def seconds_on(self, branch: BranchId) -> float | None:
        """How long a branch was looked at; None if that is not known."""
        return next((seconds for looked, seconds in self.looks if looked == branch), None)
