"""Whether a busy worker is still alive: it is asked each second, and says how many steps it has done. Pure."""

from dataclasses import dataclass

__all__ = ["STARTING", "WRITING", "WRITING_ELSEWHERE", "Patience", "Pulse", "loading"]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a worker may stay silent, and that it may go without a step while it answers."""

    silent: int
    still: int


STARTING = Patience(silent=60, still=60)
"""Before its first word: Python and its modules may come from a cold disk."""
WRITING = Patience(silent=5, still=60)
WRITING_ELSEWHERE = Patience(silent=20, still=60)
"""A line may stall for a while."""


def loading(size: int, *, elsewhere: bool = False) -> Patience:
    """While a model of `size` bytes is read, perhaps from a slow disk and in one step. How large one elsewhere is, is
    not known here."""
    if elsewhere:
        return Patience(silent=WRITING_ELSEWHERE.silent, still=600)
    return Patience(silent=10, still=60 + size // 10_000_000)


class Pulse:
    """Counts seconds by its own ticks: while the app itself is stopped or starved, the worker's time stands still."""

    def __init__(self) -> None:
        self._silent = 0
        self._still = 0
        self._steps = -1

    @property
    def silent(self) -> int:
        """Seconds since the worker was heard."""
        return self._silent

    def heard(self) -> None:
        """The worker said something."""
        self._silent = 0

    def stepped(self, steps: int) -> None:
        """The worker has done so many steps since it began."""
        if steps != self._steps:
            self._steps, self._still = steps, 0

    def tick(self) -> None:
        """A second has passed in which the worker had something to do."""
        self._silent += 1
        self._still += 1

    def gone(self, patience: Patience) -> bool:
        """Whether the worker hangs."""
        return self._silent >= patience.silent or self._still >= patience.still
