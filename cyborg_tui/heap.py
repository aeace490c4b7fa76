"""How the process has its memory."""

import ctypes
from contextlib import suppress

__all__ = ["share_one_heap"]

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's malloc.h."""


def share_one_heap() -> None:
    """Have all threads share one heap, where the C library is glibc. It gives each a heap of its own, and what one of
    them frees is of no use to the others: a long sitting grew by a megabyte for each loom that was written in."""
    with suppress(AttributeError, OSError, TypeError):  # other C libraries have no such thing
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
