"""The exact nearest neighbours of the rows of one class, in bounded memory.

Distances by matrix product, |a|² + |b|² − 2ab, are fast but rounded: in float32 they can swap neighbours that lie far
from the origin. So the product only says which rows could be neighbours. Its rounding error has a bound; a row whose
lowest possible distance is above the k-th lowest of the highest possible distances cannot be among the nearest k. The
few that remain are ranked by their true distance in float64.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

# Rows compared at a time: a matrix product of fewer does not keep a core busy, and one of more gains nothing. Where a
# class is large, fewer: no more than so many entries, 8 MiB in float32.
_ROWS = 128
_PRODUCT_SIZE = 2**21

# Entries of any other temporary array: 1 MiB in float32. Larger ones take longer, as they outgrow the cache.
_BLOCK_SIZE = 2**18

# Entries of a temporary array in float64: half a MiB, a quarter of what a core's own cache holds.
_PAIRS_SIZE = 2**16

# The columns of a block are searched in groups: wide enough to save work, and enough of them that two of a row's
# neighbours seldom share one.
_GROUP_WIDTH = 32
_GROUPS_A_NEIGHBOUR = 16

# So many candidates a neighbour are worth a closer look before they are ranked.
_MANY = 4


def nearest_in_class(
    X: NDArray[Any],
    k: int,
    *,
    chunk: int | None = None,
    groups: NDArray[Any] | None = None,
    mode: Literal["same", "different"] | None = None,
) -> NDArray[np.int64]:
    """Return the k nearest other rows of each row, by Euclidean distance, nearest first.

    Of rows at exactly the same distance the one with the lower number comes first; a duplicate of a row is a neighbour
    like any other, the row itself never is.

    Args:
        X: Finite features of one class; float [n, d].
        k: Number of neighbours.
        chunk: Rows compared with all others at a time; ``None`` takes up to 128, and 2²¹ distances.
        groups: Group, such as the speaker, of each row; [n].
        mode: Neighbours must be of the ``same`` group as the row, or of a ``different`` one; ``None`` ignores groups.

    Returns:
        Row numbers; int64 [n, k]. Where a row has fewer than k possible neighbours, the rest is −1.

    Examples:
        >>> import numpy as np
        >>> nearest_in_class(np.array([[0.0], [1.0], [3.0], [3.0]]), k=2)
        array([[1, 2],
               [0, 2],
               [3, 1],
               [2, 1]])
        >>> nearest_in_class(np.array([[0.0], [1.0], [3.0]]), k=1, groups=np.array(["a", "b", "a"]), mode="same")
        array([[ 2],
               [-1],
               [ 0]])
    """
    nearest = np.full((len(X), k), -1, dtype=np.int64)
    barred_groups = groups if mode is not None else None
    centred = _centred(X)
    for i, j in _candidates(centred, k, chunk, barred_groups, mode):
        distance = _squared_distances(X, i, j)
        order = np.lexsort((j, distance, i))
        i, j = i[order], j[order]
        rank = np.arange(len(i)) - np.searchsorted(i, i)
        near = rank < k
        nearest[i[near], rank[near]] = j[near]
    return nearest


def _candidates(
    centred: NDArray[Any],
    k: int,
    chunk: int | None,
    groups: NDArray[Any] | None,
    mode: Literal["same", "different"] | None,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield, chunk by chunk, pairs (i, j) that hold every j that could be among the nearest k of i.

    |a − b|² = |a|² − 2n with the nearness n = ab − |b|²/2, all that is computed of most pairs. The k-th largest
    of the maxima of groups of columns is at most the k-th largest of all: what lies below it by more than the rounding
    error cannot be among the nearest k, and it costs a pass over the groups instead of a partition of all columns. Only
    the groups whose maximum reaches that limit are then searched.

    With u the unit roundoff and γ = du / (1 − du), a dot product of length d errs by at most γ|a||b| in whatever order
    it is summed (Higham 2002, section 3.1), so 2ab by γ(|a|² + |b|²). Centring, scaling and the sums add less than 32u
    of the same quantity, and 1.1·d·u ≥ γ for any d up to a million. ``tiny`` covers underflow.
    """
    n, d = centred.shape
    floats = np.finfo(centred.dtype)
    relative = centred.dtype.type((1.1 * d + 32) * floats.eps / 2)
    squared = np.einsum("nd,nd->n", centred, centred, dtype=np.float64).astype(centred.dtype)
    slack = relative * (squared + squared.max()) + d * floats.tiny
    step = min(n, chunk or min(_ROWS, max(1, _PRODUCT_SIZE // n)))
    width = min(_GROUP_WIDTH, max(1, n // (_GROUPS_A_NEIGHBOUR * k)))
    columns = -(-n // width) * width
    buffer = np.full((step, columns), -np.inf, dtype=centred.dtype)
    # NumPy computes a product of a matrix and its own transpose for each pair once: half the work, where it fits.
    products = centred @ centred.T if n * n <= _PRODUCT_SIZE else None
    halves = squared / 2
    for start in range(0, n, step):
        rows = min(step, n - start)
        nearness = buffer[:rows, :n]
        if products is None:
            np.matmul(centred[start : start + rows], centred.T, out=nearness)
            nearness -= halves
        else:
            np.subtract(products[start : start + rows], halves, out=nearness)
        if groups is not None:
            nearness[_barred(start, rows, groups, mode)] = -np.inf
        nearness[np.arange(rows), np.arange(start, start + rows)] = -np.inf
        grouped = buffer[:rows].reshape(rows, width, -1)
        best = grouped.max(axis=1)
        kth = best.shape[1] - min(k, best.shape[1])
        limit = np.partition(best, kth, axis=1)[:, kth] - slack[start : start + rows]
        # Where a row has fewer than k possible neighbours, all of them are; those that are barred never are.
        limit = np.maximum(limit, floats.min)
        i, j = _reaching(grouped, best, limit, most=_MANY * k * rows)
        if len(i) <= _MANY * k * rows:
            yield i + start, j
            continue
        for first in range(0, rows, max(1, _BLOCK_SIZE // n)):
            some = slice(first, first + max(1, _BLOCK_SIZE // n))
            near = nearness[some] >= limit[some, None]
            near &= _certified(nearness[some], squared, start + first, k, relative, d * floats.tiny)
            i, j = np.divmod(np.flatnonzero(near), n)
            yield i + start + first, j


def _reaching(
    grouped: NDArray[Any], best: NDArray[Any], limit: NDArray[Any], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows and columns whose nearness reaches the limit of the row; of its groups, if those are too many.

    Args:
        grouped: Nearness of each row's columns; column w · groups + g is the w-th of group g; [rows, width, groups].
        best: The maximum of each group; [rows, groups].
        limit: The least nearness wanted; [rows].
        most: As many pairs as are wanted: of more, some of them are returned, but still more than so many.
    """
    i, g = np.nonzero(best >= limit[:, None])
    if len(i) > most:
        return i, g
    of_pair, w = np.nonzero(grouped[i, :, g] >= limit[i, None])
    return i[of_pair], w * best.shape[1] + g[of_pair]


def _certified(
    nearness: NDArray[Any], squared: NDArray[Any], start: int, k: int, relative: np.floating[Any], tiny: float
) -> NDArray[np.bool_]:
    """Return which pairs could be near by the error bound of each pair: for rows of very different size."""
    own = squared[start : start + len(nearness), None]
    distance = own - 2 * nearness
    error = relative * (own + squared) + tiny
    kth = min(k, distance.shape[1]) - 1
    limit = np.partition(distance + error, kth, axis=1)[:, kth]
    return np.asarray(distance - error <= limit[:, None])


def _barred(
    start: int, rows: int, groups: NDArray[Any], mode: Literal["same", "different"] | None
) -> NDArray[np.bool_]:
    """Return which rows the groups bar from being neighbours of rows ``start`` … ; bool [rows, n]."""
    same: NDArray[np.bool_] = groups[start : start + rows, None] == groups
    return same if mode == "different" else ~same


def _centred(X: NDArray[Any]) -> NDArray[Any]:
    """Return X about its mean and within ±1, in float32 or float64: small numbers keep the error of a product small."""
    dtype = np.dtype(np.float32 if X.dtype.itemsize <= 4 else np.float64)
    centred = X.astype(dtype)
    centred -= X.mean(axis=0, dtype=np.float64).astype(dtype)
    scale = max(centred.max(), -centred.min())
    if scale > 0:
        centred /= scale
    return centred


def _squared_distances(X: NDArray[Any], i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return |X[i] − X[j]|² for each pair, from the differences, in float64."""
    squared = np.empty(len(i))
    step = max(1, _PAIRS_SIZE // X.shape[1])
    for start in range(0, len(i), step):
        pairs = slice(start, start + step)
        difference = X[j[pairs]].astype(np.float64)
        difference -= X[i[pairs]]
        squared[pairs] = np.einsum("pd,pd->p", difference, difference)
    return squared
