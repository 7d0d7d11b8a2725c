"""Products of the rows of one class, in bounded memory, with a bound of their rounding error.

|a − b|² = |a|² − 2n with the *nearness* n = ab − |b|²/2: which rows are nearest to a is said by their nearness alone,
so an error of |a|² does not matter.

Rows are taken about the mean of their class, which keeps the products small, and the products are summed in blocks of
attributes. With u the unit roundoff and γ_m = mu / (1 − mu), a sum of m products errs by at most γ_m Σ|a||b| in
whatever order it is summed (Higham 2002, section 3.1). In a sum of the sums of blocks each product meets no more
roundings than its block has attributes, and one for each block (section 4.2): of 11,280 attributes in blocks of 256 no
more than m = 256 + 45. So ab errs by γ_m(|a|² + |b|²)/2 and |b|² by γ_m|b|², and twice the nearness by
γ_m(|a|² + 2|b|²). Centring, scaling and the last sums add less than 32u(|a|² + |b|²), and 1.1mu ≥ γ_m for any m up to a
million.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import get_blas_funcs

# Attributes of a block. Fewer would bound the error more tightly, but a product of matrices takes longer.
BLOCK = 256

# So many rows, or up to twice as many, have a mean that is as good as that of all.
_SAMPLE = 64

# The products of all pairs are held where they are no more than so many: 32 MiB in float32.
ALL_PAIRS = 2**23

# Rows of the table that are turned into columns at a time.
_SQUARE = 128

# Squares of numbers within these keep clear of overflow and underflow, in float32 too.
_LEAST, _MOST = 2.0**-40, 2.0**80


class Products:
    """The nearness of all rows of a class, and how much it may err.

    Attributes:
        squared: |b|² of each row about the mean; of the dtype of the products, [n].
        smallest: What underflow may add to twice the nearness.
        comparable: Whether the float64 distances of the rows themselves are known to be free of overflow and underflow,
            and so in the order that the products say, where these are further apart than their errors.
    """

    def __init__(self, X: NDArray[Any], rows: NDArray[np.int64]) -> None:
        self._dtype: np.dtype[Any] = np.dtype(np.float32 if X.dtype.itemsize <= 4 else np.float64)
        self._syrk = get_blas_funcs("syrk", dtype=self._dtype)
        self._n, self._d = len(rows), X.shape[1]
        self._blocks: list[NDArray[Any]] = []
        self._lower: NDArray[Any] | None = None
        with np.errstate(all="ignore"):  # what overflows is seen by the squares, and computed again
            self._compute(X, rows, None)
        usual = bool(_LEAST <= self.squared.max() <= _MOST)
        if not usual:
            self._compute(X, rows, _about_mean(X, rows))
        self.comparable = X.dtype.itemsize <= 4 or (usual and X.dtype.itemsize == 8)
        floats = np.finfo(self._dtype)
        m = min(self._d, BLOCK) + -(-self._d // BLOCK)
        # The distances that decide are sums of d squares in float64, of at most 2(|a|² + |b|²) together.
        deciding = (2.2 * self._d + 8) * np.finfo(np.float64).eps / 2
        self._own, self._other = (float((1.1 * times * m + 32) * floats.eps / 2 + deciding) for times in (1, 2))
        self.smallest = float(self._d * floats.tiny)
        self._halves = self.squared / 2

    def error(self, own: Any, other: Any) -> Any:
        """Return by how much twice the nearness of two rows may err, of their |a|² and |b|²."""
        return self._own * own + self._other * other + self.smallest

    def nearness(self, start: int, out: NDArray[Any]) -> None:
        """Write the nearness of all rows to rows ``start`` … into ``out``, [rows, n]; a row's own is left undefined."""
        stop = start + len(out)
        if self._lower is None:
            first, *others = self._blocks
            np.matmul(first[start:stop], first.T, out=out)
            for block in others:
                out += np.matmul(block[start:stop], block.T)
        else:
            out[:, :start] = self._lower[start:stop, :start]
            square = self._lower[start:stop, start:stop]
            np.add(square, square.T, out=out[:, start:stop])
            # Squares of the table, as the columns of a larger part would push each other out of the cache.
            for left in range(stop, self._n, _SQUARE):
                right = left + _SQUARE
                out[:, left:right] = self._lower[left:right, start:stop].T
        out -= self._halves

    def _compute(
        self, X: NDArray[Any], rows: NDArray[np.int64], scaled: tuple[NDArray[np.float64], float] | None
    ) -> None:
        """Compute |b|² and, where they are few enough, the products of all pairs, each pair once."""
        blocks = _centred(X, rows, self._dtype, scaled)
        if self._n * self._n > ALL_PAIRS:
            self._blocks = list(blocks)
            self.squared = np.sum([np.einsum("nd,nd->n", block, block) for block in self._blocks], axis=0)
            return
        lower = np.zeros((self._n, self._n), dtype=self._dtype)
        for block in blocks:
            self._syrk(1.0, block.T, beta=1.0, c=lower.T, trans=1, overwrite_c=1)
        self._lower = lower
        self.squared = lower.diagonal().copy()


def _centred(
    X: NDArray[Any], rows: NDArray[np.int64], dtype: np.dtype[Any], scaled: tuple[NDArray[np.float64], float] | None
) -> Iterator[NDArray[Any]]:
    """Yield rows of X about their mean, or about the mean and by the scale given, block by block of attributes."""
    some = max(1, len(rows) // _SAMPLE)
    for start in range(0, X.shape[1], BLOCK):
        block = X[rows, start : start + BLOCK]
        if scaled is None:
            block = block.astype(dtype, copy=False)
            block -= block[::some].mean(axis=0, dtype=np.float64).astype(dtype)
        else:
            mean, scale = scaled
            block = ((block - mean[start : start + BLOCK]) / scale).astype(dtype)
        yield block


def _about_mean(X: NDArray[Any], rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], float]:
    """Return the mean of rows of X, float64 [d], and the largest difference from it, 1 where that is 0."""
    starts = range(0, X.shape[1], BLOCK)
    mean = np.concatenate([X[rows, start : start + BLOCK].mean(axis=0, dtype=np.float64) for start in starts])
    largest = max(float(np.abs(X[row] - mean).max()) for row in rows)
    return mean, largest or 1.0
