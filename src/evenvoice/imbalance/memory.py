"""How much memory a sampler takes while it plans, and a warning before it starts where that is much."""

from __future__ import annotations

import warnings
from typing import Any

from numpy.typing import NDArray

MUCH = 2**30
"""Bytes above the input from which a sampler warns."""


def memory_needed(sampler: Any, X: NDArray[Any]) -> int:
    """Return about how many bytes a sampler takes above its input while it plans.

    A sampler's ``copies`` is how many times its input that was at most, measured with `benchmarks/samplers.py`:
    what imbalanced-learn and scikit-learn copy grows with the input, and no method of ours holds all distances at once.
    Of samplers that train networks it is that of a large input: their weights take some 50 MiB more at the most.

    Args:
        sampler: Any sampler; one that says nothing counts for nothing.
        X: Features; [n, …].

    Examples:
        >>> import numpy as np
        >>> from evenvoice.imbalance import make_sampler
        >>> memory_needed(make_sampler("svm-smote"), np.zeros((100, 1000), np.float32))
        4800000
    """
    return int(float(getattr(sampler, "copies", 0.0)) * X.nbytes)


def warn_of_memory(sampler: Any, X: NDArray[Any]) -> None:
    """Warn where a sampler takes more than `MUCH` above its input."""
    needed = memory_needed(sampler, X)
    if needed > MUCH:
        warnings.warn(
            f"sampler {type(sampler).__name__}: about {needed / 2**30:.1f} GiB of memory above its input of "
            f"{X.nbytes / 2**20:.0f} MiB; smote and random-over take less, and so does a shape of fewer values (mean, "
            "functionals)",
            stacklevel=3,
        )
