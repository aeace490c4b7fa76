"""How long a step takes for so many branches, and which number of them comes for nothing. Pure."""

from collections.abc import Mapping

__all__ = ["WIDTHS", "widened", "widest"]

WIDTHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16)
"""Those that are measured."""
_NO_SLOWER = 1.02
_AT_MOST = 2
"""Times as many as were asked for."""


def widest(wanted: int) -> int:
    """No fan of which so many branches are wanted becomes wider than this."""
    return max(wanted, min(WIDTHS[-1], _AT_MOST * wanted)) if wanted > 1 else wanted


def widened(wanted: int, seconds: Mapping[int, float]) -> int:
    """The widest fan, up to twice the one that is wanted, whose steps take no longer. `seconds`: a step's, by width."""
    limit = seconds.get(wanted, 0.0) * _NO_SLOWER
    free = [width for width, step in seconds.items() if wanted < width <= _AT_MOST * wanted and step <= limit]
    return max(free, default=wanted) if wanted > 1 else wanted
