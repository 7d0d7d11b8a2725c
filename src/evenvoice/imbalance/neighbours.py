"""The exact nearest neighbours of the rows of one class, in bounded memory.

Distances by matrix product, |a|² + |b|² − 2ab, are fast but rounded: in float32 they can swap neighbours that lie far
from the origin. So the product only says which rows could be neighbours. Its rounding error has a bound; a row whose
lowest possible distance is above the k-th lowest of the highest possible distances cannot be among the nearest k. Of
the few that remain, those further apart than their errors are in order; the others are ranked by their true distance
in float64.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.products import Products

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

# So many pairs, or those of more rows, are ranked at once.
_RANKED = 2**13

# So many candidates a neighbour are worth a closer look before they are ranked.
_MANY = 4


def nearest_in_class(
    X: NDArray[Any],
    k: int,
    *,
    rows: NDArray[np.int64] | None = None,
    chunk: int | None = None,
    groups: NDArray[Any] | None = None,
    mode: Literal["same", "different"] | None = None,
) -> NDArray[np.int64]:
    """Return the k nearest other rows of each row, by Euclidean distance, nearest first.

    Of rows at exactly the same distance the one with the lower number comes first; a duplicate of a row is a neighbour
    like any other, the row itself never is.

    Args:
        X: Finite features of one class, or of more; float [n, d].
        k: Number of neighbours.
        rows: The rows of the class, in whose numbers neighbours are counted: 0 is the first of them; all if not given.
        chunk: Rows compared with all others at a time; ``None`` takes up to 128, and 2²¹ distances.
        groups: Group, such as the speaker, of each of the rows; [n].
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
    rows = np.arange(len(X)) if rows is None else rows
    nearest = np.full((len(rows), k), -1, dtype=np.int64)
    products = Products(X, rows)
    candidates = _candidates(products, len(rows), k, chunk, groups if mode is not None else None, mode)
    for i, j, nearness in _in_batches(candidates):
        i, j, rank = _ranked(X, rows, products, i, j, nearness, k)
        near = rank < k
        nearest[i[near], rank[near]] = j[near]
    return nearest


def _ranked(
    X: NDArray[Any],
    rows: NDArray[np.int64],
    products: Products,
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    nearness: NDArray[Any],
    k: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return candidates (i, j) in order of i and then of the distance, and the rank of each j; the first k are right.

    Where the nearness of a candidate and of the next differ by more than both errors, so do their distances. The true
    distance is computed only within a run of candidates without such a gap, one of which is among the first k.
    """
    order = np.lexsort((-nearness, i))
    i, j, nearness = i[order], j[order], nearness[order].astype(np.float64)
    # ``apart``: from the candidate before; first of a row, and then also first of a run.
    apart = np.ones(len(i), dtype=bool)
    np.not_equal(i[1:], i[:-1], out=apart[1:])
    first = np.flatnonzero(apart)
    count = np.diff(first, append=len(i))
    rank = np.arange(len(i)) - np.repeat(first, count)
    if products.comparable:
        # Of twice the nearness of a row's candidates: one of them errs by half of it at most, two by all of it.
        error = products.error(products.squared[i[first]], np.maximum.reduceat(products.squared[j], first))
        apart[1:] |= nearness[:-1] - nearness[1:] > np.repeat(error, count)[1:]
    begins = np.flatnonzero(apart)
    size = np.diff(begins, append=len(i))
    unsure = np.flatnonzero(np.repeat((size > 1) & (rank[begins] < k), size))
    if len(unsure):
        run = np.cumsum(apart)[unsure]
        some = j[unsure]
        distance = _squared_distances(X, rows[i[unsure]], rows[some])
        j[unsure] = some[np.lexsort((some, distance, run))]
    return i, j, rank


def _in_batches(
    candidates: Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]]:
    """Put small parts together: many at once are ranked faster than few."""
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]] = []

    def together() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
        i, j, nearness = zip(*parts, strict=True)
        return np.concatenate(i), np.concatenate(j), np.concatenate(nearness)

    for part in candidates:
        parts.append(part)
        if sum(len(i) for i, _, _ in parts) >= _RANKED:
            yield together()
            parts.clear()
    if parts:
        yield together()


def _candidates(
    products: Products,
    n: int,
    k: int,
    chunk: int | None,
    groups: NDArray[Any] | None,
    mode: Literal["same", "different"] | None,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]]:
    """Yield, chunk by chunk, pairs (i, j) that hold every j that could be among the nearest k of i; and their nearness.

    The k-th largest of the maxima of groups of columns is at most the k-th largest of all: what lies below it by more
    than the rounding error cannot be among the nearest k, and it costs a pass over the groups instead of a partition of
    all columns. Only the groups whose maximum reaches that limit are then searched.
    """
    squared = products.squared
    floats = np.finfo(squared.dtype)
    slack = products.error(squared, squared.max()).astype(squared.dtype)
    step = min(n, chunk or min(_ROWS, max(1, _PRODUCT_SIZE // n)))
    width = min(_GROUP_WIDTH, max(1, n // (_GROUPS_A_NEIGHBOUR * k)))
    columns = -(-n // width) * width
    buffer = np.full((step, columns), -np.inf, dtype=squared.dtype)
    for start in range(0, n, step):
        rows = min(step, n - start)
        nearness = buffer[:rows, :n]
        products.nearness(start, nearness)
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
            if len(i):
                yield i + start, j, nearness[i, j]
            continue
        for first in range(0, rows, max(1, _BLOCK_SIZE // n)):
            some = slice(first, first + max(1, _BLOCK_SIZE // n))
            near = nearness[some] >= limit[some, None]
            near &= _certified(nearness[some], products, start + first, k)
            i, j = np.divmod(np.flatnonzero(near), n)
            if len(i):
                yield i + start + first, j, nearness[some][i, j]


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


def _certified(nearness: NDArray[Any], products: Products, start: int, k: int) -> NDArray[np.bool_]:
    """Return which pairs could be near by the error bound of each pair: for rows of very different size."""
    error = products.error(products.squared[start : start + len(nearness), None], products.squared) / 2
    lowest = nearness - error
    kth = lowest.shape[1] - min(k, lowest.shape[1])
    limit = np.partition(lowest, kth, axis=1)[:, kth]
    return np.asarray(nearness + error >= limit[:, None])


def _barred(
    start: int, rows: int, groups: NDArray[Any], mode: Literal["same", "different"] | None
) -> NDArray[np.bool_]:
    """Return which rows the groups bar from being neighbours of rows ``start`` … ; bool [rows, n]."""
    same: NDArray[np.bool_] = groups[start : start + rows, None] == groups
    return same if mode == "different" else ~same


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
