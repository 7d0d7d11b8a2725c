"""The interval of a share from counts: how many of n."""

from __future__ import annotations

from math import sqrt

Z = 1.959964
"""Of a 95 % interval: the normal distribution holds 95 % within ± Z."""


def wilson(hits: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share of independent trials.

    Utterances of one speaker are not independent: for scores, `intervals` draws speakers.

    Source: Wilson 1927, Journal of the American Statistical Association 22, 209-212.

    Args:
        hits: How many, from 0 to n; expected numbers need not be whole.
        n: Of how many; with 0 nothing is known.

    Examples:
        >>> [round(end, 3) for end in wilson(50, 100)], wilson(0, 0)
        ([0.404, 0.596], (0.0, 1.0))
    """
    if n <= 0:
        return 0.0, 1.0
    middle, spread = hits + Z**2 / 2, Z * sqrt(hits * (n - hits) / n + Z**2 / 4)
    return max(0.0, (middle - spread) / (n + Z**2)), min(1.0, (middle + spread) / (n + Z**2))
