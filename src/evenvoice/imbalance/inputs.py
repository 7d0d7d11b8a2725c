"""What every sampler asks of its input, checked in one place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError

_FINITE_BLOCK_ROWS = 256


def checked(
    X: ArrayLike, y: ArrayLike, groups: ArrayLike | None, seed: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    """Return X, y and groups as arrays of the same length.

    Raises:
        EvenvoiceError: A length is wrong, there are no rows, a label is missing, or the seed is none.
    """
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim == 0 or X.size == 0:
        raise EvenvoiceError(f"X: shape {X.shape} holds no values; give features [n, …] with at least one row")
    _check_length("y", y, len(X))
    if lacking := int(missing(y).sum()):
        raise EvenvoiceError(f"y: {lacking} of {len(y)} rows have no label; leave them out")
    if groups is not None:
        groups = np.asarray(groups)
        _check_length("groups", groups, len(X))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise EvenvoiceError(f"seed: {seed!r}; give an integer from 0 to {2**32 - 1}")
    return X, y, groups


def class_counts(y: NDArray[Any]) -> dict[Any, int]:
    """Return the number of rows of each class, the classes sorted.

    Raises:
        EvenvoiceError: The labels cannot be sorted.
    """
    try:
        classes, counts = np.unique(y, return_counts=True)
    except TypeError as error:
        kinds = sorted({type(label).__name__ for label in y.tolist()})
        raise EvenvoiceError(f"y: labels of mixed types ({', '.join(kinds)}); give all of one type") from error
    return dict(zip(classes.tolist(), counts.tolist(), strict=True))


def flat_features(X: NDArray[Any], why: str = "a synthetic row lies between two rows") -> NDArray[Any]:
    """Return X as [n, d], once it is known to be floating point and finite.

    Args:
        X: Features; [n, …].
        why: The sampler needs floating point, for the message.

    Raises:
        EvenvoiceError: X is not floating point, or holds NaN or infinity.
    """
    if not np.issubdtype(X.dtype, np.floating):
        raise EvenvoiceError(f"X: {X.dtype}; {why}: give float32 or float64")
    flat = X.reshape(len(X), -1)
    # Block by block: one mask over the whole of X would be a quarter of its size.
    blocks = range(0, len(flat), _FINITE_BLOCK_ROWS)
    bad = np.concatenate([~np.isfinite(flat[start : start + _FINITE_BLOCK_ROWS]).all(axis=1) for start in blocks])
    if bad.any():
        first = ", ".join(str(row) for row in np.flatnonzero(bad)[:3])
        raise EvenvoiceError(
            f"X: {bad.sum()} of {len(X)} rows hold NaN or infinity (first {first}), and distances need numbers; "
            "repair these rows or leave them out"
        )
    return flat


def missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which values are missing: ``None``, NaN or pandas' NA.

    Examples:
        >>> missing(np.array(["a", None, float("nan")], dtype=object))
        array([False,  True,  True])
    """
    if values.dtype.kind == "f":
        return np.array(np.isnan(values))
    if values.dtype.kind != "O":
        return np.zeros(len(values), dtype=bool)
    # NaN is not equal to itself; NA == NA is neither true nor false.
    equal = [value is not None and isinstance(value == value, bool | np.bool_) and value == value for value in values]
    return ~np.array(equal, dtype=bool)


def _check_length(name: str, values: NDArray[Any], n: int) -> None:
    if values.shape != (n,):
        raise EvenvoiceError(f"{name}: shape {values.shape}, but X has {n} rows; give one value for each row")
