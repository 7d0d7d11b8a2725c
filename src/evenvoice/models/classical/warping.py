"""Dynamic time warping of one sequence to many: matrix products, and a loop that numba compiles."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt

_Table = Callable[
    [
        npt.NDArray[np.float64],
        npt.NDArray[np.float64],
        npt.NDArray[np.float64],
        npt.NDArray[np.int64],
        float,
        npt.NDArray[np.float64],
    ],
    None,
]

# Sequences whose products are held at once: with 7 s each, some 8 MB.
_AT_ONCE = 32


def warped_distances(
    frames: npt.NDArray[np.floating],
    others: npt.NDArray[np.float64],
    starts: npt.NDArray[np.int64],
    band: float | None = None,
) -> npt.NDArray[np.float64]:
    """Return the time-normalised distance of a sequence to each of many others.

    With the Euclidean distance d(i, j) of frame i of one and frame j of the other, the cheapest path has the cost

        g(i, j) = min(g(i − 1, j) + d(i, j), g(i − 1, j − 1) + 2 d(i, j), g(i, j − 1) + d(i, j)),   g(0, 0) = 2 d(0, 0)

    The weights along any path add up to t + t′, so g / (t + t′) is a mean distance, and sequences of different length
    compare.

    Args:
        frames: ``[t, r]``.
        others: The other sequences one after the other, float64 ``[Σ t′, r]``.
        starts: Where each begins, and the end of the last: int64 ``[n + 1]``.
        band: Sakoe and Chiba's window: how far a path may be from the diagonals through both corners, as a fraction of
            the shorter sequence; ``None`` is anywhere. It is the window of ``librosa.sequence.dtw``.

    Returns:
        float64 ``[n]``.

    Source:
        Sakoe & Chiba 1978, "Dynamic programming algorithm optimization for spoken word recognition": symmetric form,
        without slope constraint.

    Examples:
        >>> others = np.array([[0.0], [1.0], [1.0], [2.0], [5.0]])
        >>> warped_distances(np.array([[0.0], [1.0], [2.0]]), others, np.array([0, 4, 5])).tolist()
        [0.0, 4.25]
    """
    frames = frames.astype(np.float64)
    squares = np.square(frames).sum(axis=1)
    distances = np.empty(len(starts) - 1)
    for first in range(0, len(distances), _AT_ONCE):
        bounds = starts[first : first + _AT_ONCE + 1]
        some = others[bounds[0] : bounds[-1]]
        # |x − y|² = |x|² + |y|² − 2 x · y: the products are most of the work, and the matrix library does them best.
        _compiled()(
            frames @ some.T,
            squares,
            np.square(some).sum(axis=1),
            bounds - bounds[0],
            np.inf if band is None else band,
            distances[first : first + _AT_ONCE],
        )
    return distances


@cache
def _compiled() -> _Table:
    import numba

    return cast(_Table, numba.njit(_fill))


def _fill(
    products: npt.NDArray[np.float64],
    squares: npt.NDArray[np.float64],
    squares_of_others: npt.NDArray[np.float64],
    starts: npt.NDArray[np.int64],
    band: float,
    distances: npt.NDArray[np.float64],
) -> None:
    """Write each pair's distance. The table g is filled row by row, and only its last row is kept."""
    n_rows = len(squares)
    costs = np.empty(len(squares_of_others) + 1)
    for pair in range(len(distances)):
        start, n_columns = starts[pair], starts[pair + 1] - starts[pair]
        # Allowed are the columns j with -below < j - i < above.
        above, below = n_columns, n_rows
        if band < np.inf:
            radius = max(1, round(band * min(n_rows, n_columns)))
            above, below = radius + max(n_columns - n_rows, 0), radius + max(n_rows - n_columns, 0)
        # costs[j + 1] is g(i - 1, j) until it becomes g(i, j); costs[0] lies outside the table.
        costs[: n_columns + 1] = np.inf
        for i in range(n_rows):
            first, last = max(0, i - below + 1), min(n_columns, i + above)
            # The path enters the table at (0, 0) from outside, where it has cost nothing.
            diagonal = costs[first] if i > 0 else 0.0
            costs[first] = np.inf
            left = np.inf
            for j in range(first, last):
                square = squares[i] + squares_of_others[start + j] - 2 * products[i, start + j]
                distance = np.sqrt(max(square, 0.0))  # rounding may leave it just below 0
                up = costs[j + 1]
                left = min(min(up, left) + distance, diagonal + 2 * distance)
                diagonal = up
                costs[j + 1] = left
        distances[pair] = costs[n_columns] / (n_rows + n_columns)
