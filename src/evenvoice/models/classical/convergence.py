"""Fits that had not converged when they were stopped: one warning for all of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.exceptions import ConvergenceWarning


@contextmanager
def one_warning(model: str, remedy: str) -> Iterator[list[bool]]:
    """Gather whether each fit in the block converged; warn once, naming model and remedy, if one did not.

    Examples:
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     with one_warning("mlp", "raise max_iter") as converged:
        ...         converged += [True, False]
        >>> str(caught[0].message)
        "model 'mlp': the fit had not converged when it was stopped; raise max_iter"
    """
    converged: list[bool] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield converged
    if not all(converged):
        warnings.warn(
            f"model {model!r}: the fit had not converged when it was stopped; {remedy}",
            ConvergenceWarning,
            stacklevel=2,
        )
