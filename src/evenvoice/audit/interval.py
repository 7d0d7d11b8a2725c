"""How far chance alone moves a figure: half-widths of 95 % intervals, from counts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evenvoice.metrics import wilson

Z = 1.959964
"""Of a 95 % interval: the normal distribution holds 95 % within ± Z."""


def half_width(n: float, share: float = 0.5) -> float:
    """Return half the width of Wilson's 95 % interval for a share measured on n utterances.

    Utterances count as independent. Those of one speaker are alike, so this is the least that the width can be.

    Source: Wilson 1927, Journal of the American Statistical Association 22, 209–212.

    Args:
        n: Number of utterances.
        share: The share measured; one half, where the interval is widest, if it is not known.

    Examples:
        >>> round(half_width(100), 3), round(half_width(0), 3)
        (0.096, 0.5)
    """
    low, high = wilson(share * n, n)
    return (high - low) / 2


def ua_half_width(counts: Sequence[int]) -> float:
    """Return half the width of a 95 % interval for UA on a test part with so many utterances of each class.

    UA is the mean of K recalls, each measured on other utterances, so their variances add up: with every recall at one
    half, where it varies most, Z √(Σ 1/(4 n)) / K, and one half at most. Utterances count as independent, as above.

    Examples:
        >>> round(ua_half_width([25, 25, 25, 25]), 3), round(ua_half_width([97, 1, 1, 1]), 3)
        (0.098, 0.425)
    """
    return min(0.5, Z * math.sqrt(sum(0.25 / n for n in counts)) / len(counts))
