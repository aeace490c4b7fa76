"""When to try again what is out of reach: soon at first, then more and more seldom. Pure."""

__all__ = ["Backoff"]

_LONGEST = 30


class Backoff:
    """Doubles the wait from try to try, up to half a minute; something that works sets it back."""

    def __init__(self) -> None:
        self._next = 1

    def wait(self) -> int:
        """Seconds before the next try."""
        wait, self._next = self._next, min(_LONGEST, 2 * self._next)
        return wait

    def worked(self) -> None:
        self._next = 1
