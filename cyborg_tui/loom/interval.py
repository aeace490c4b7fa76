"""How far a share that was counted can be trusted."""

from math import sqrt

__all__ = ["share_interval"]

_Z = 1.959964
"""Standard deviations within which 95 % of a normal distribution lie."""


def share_interval(count: int, of: int) -> tuple[float, float]:
    """The 95 % score interval for a share of which `count` cases out of `of` are known; 0 to 1 if none are.

    After Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209–212.
    """
    if not of:
        return 0.0, 1.0
    share, z2 = count / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))
