"""Checks of options, and the line that says what is expected instead."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from evenvoice.errors import EvenvoiceError


def whole(model: str, option: str, value: Any, least: int = 1) -> int:
    """Return a whole number of ``least`` or more.

    Examples:
        >>> whole("knn", "n_neighbors", 0)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model 'knn': n_neighbors is 0; give a whole number of 1 or more
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise EvenvoiceError(f"model {model!r}: {option} is {value!r}; give a whole number of {least} or more")
    return value


def positive(model: str, option: str, value: Any, most: float = math.inf) -> float:
    """Return a finite number above 0, and of ``most`` at most.

    Examples:
        >>> positive("svm", "C", -1)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model 'svm': C is -1; give a number above 0
    """
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most or value == math.inf:
        limit = "" if most == math.inf else f" and up to {most:g}"
        raise EvenvoiceError(f"model {model!r}: {option} is {value!r}; give a number above 0{limit}")
    return float(value)


def widths(model: str, option: str, value: Any) -> tuple[int, ...]:
    """Return the widths of layers: one whole number of 1 or more at least.

    Examples:
        >>> widths("mlp", "hidden_layer_sizes", [])
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model 'mlp': hidden_layer_sizes is []; give a list of widths such as [128, 64]
    """
    if not isinstance(value, list | tuple) or not value:
        raise EvenvoiceError(f"model {model!r}: {option} is {value!r}; give a list of widths such as [128, 64]")
    return tuple(whole(model, option, width) for width in value)


@contextmanager
def one_warning(model: str, option: str) -> Iterator[list[bool]]:
    """Gather whether each fit in the block settled; warn once, naming model and remedy, if one did not.

    Examples:
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     with one_warning("mlp", "max_iter") as settled:
        ...         settled += [True, False]
        >>> str(caught[0].message)
        "model 'mlp': the fit had not settled when it was stopped; raise max_iter"
    """
    settled: list[bool] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield settled
    if not all(settled):
        warnings.warn(
            f"model {model!r}: the fit had not settled when it was stopped; raise {option}",
            ConvergenceWarning,
            stacklevel=2,
        )
