"""Row numbers, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError


def row_numbers(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Return a copy as int64 [n].

    Raises:
        EvenvoiceError: The values are not a list of row numbers, or one is negative.
    """
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise EvenvoiceError(f"{name}: {array.dtype} of shape {array.shape}; give a list of row numbers")
    if array.size and array.min() < 0:
        raise EvenvoiceError(f"{name}: {array.min()} is negative; row numbers start at 0")
    return array.astype(np.int64)


def parent_numbers(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Return a copy as int64 [s, p], −1 for a parent that is none.

    Raises:
        EvenvoiceError: The values are not a table of row numbers, or one is below −1.
    """
    array = np.asarray(values)
    if array.size == 0 and array.ndim < 2:
        array = np.empty((0, 2), dtype=np.int64)
    if array.ndim != 2 or (array.size and array.dtype.kind not in "iu"):
        raise EvenvoiceError(
            f"{name}: {array.dtype} of shape {array.shape}; give row numbers [made rows, parents], -1 for none"
        )
    if array.size and array.min() < -1:
        raise EvenvoiceError(f"{name}: {array.min()} is negative; row numbers start at 0, and -1 is not a parent")
    return array.astype(np.int64)


def source_array(name: str, values: ArrayLike, rows: int) -> NDArray[Any]:
    """Return a source's array.

    Raises:
        EvenvoiceError: It has fewer rows than a plan refers to.
    """
    array = np.asarray(values)
    if array.ndim == 0 or len(array) < rows:
        found = "no rows" if array.ndim == 0 else f"{len(array)} rows"
        raise EvenvoiceError(f"{name}: {found}, but the plan refers to row {rows - 1}; give what the plan was made for")
    return array


def paired(base: ArrayLike, neighbour: ArrayLike, gap: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return parents, int64 [s, 2], and weights, float64 [s, 2], of rows with two parents.

    Raises:
        EvenvoiceError: Lengths differ, a row number is negative, a λ lies outside 0 to 1.
    """
    first, second = row_numbers("plan.base", base), row_numbers("plan.neighbour", neighbour)
    share = np.array(gap, dtype=np.float64)
    for name, values in (("neighbour", second), ("gap", share)):
        if values.shape != first.shape:
            raise EvenvoiceError(
                f"plan.{name}: shape {values.shape}, but plan.base has {first.shape}; give one entry a synthetic row"
            )
    if not np.all((share >= 0) & (share <= 1)):
        raise EvenvoiceError("plan.gap: a λ lies outside 0 to 1; give the fraction of the way to the neighbour")
    return np.stack([first, second], axis=1), np.stack([1 - share, share], axis=1)


def equal_weights(parents: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return weights that share 1 among the parents of each row; 0 for a parent that is none.

    Examples:
        >>> equal_weights(np.array([[4, 7], [3, -1], [-1, -1]]))
        array([[0.5, 0.5],
               [1. , 0. ],
               [0. , 0. ]])
    """
    has = parents >= 0
    shares: NDArray[np.float64] = np.where(has, 1 / np.maximum(1, has.sum(axis=1, keepdims=True)), 0.0)
    return shares
