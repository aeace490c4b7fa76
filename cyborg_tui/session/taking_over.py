"""How a window becomes the one that writes in a loom which another has."""

import asyncio

from cyborg_tui.library.library import Library

__all__ = ["take_over"]

_PATIENCE = 5.0
"""Seconds that the other window has to save and step down."""
_STEP = 0.05


async def take_over(library: Library, loom: int, patience: float = _PATIENCE) -> bool:
    """Have the loom claimed here. False if the other window does not let go of it. Raises LibraryError."""
    try:
        library.ask_for(loom)
        for _ in range(round(patience / _STEP)):
            if library.claim(loom):
                return True
            await asyncio.sleep(_STEP)
        return False
    finally:
        library.stop_asking(loom)
