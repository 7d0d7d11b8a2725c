"""A linear support vector machine by an interior-point method: LIBSVM's problem, in time that grows with the rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_factor, cho_solve

Vector = npt.NDArray[np.float64]

_BLOCK = 4_096  # rows that are float64 at a time
_GAP = 1e-6  # between what is minimised and its lower bound, relative; LIBSVM stops at about 1e-5
_MOST_STEPS = 100  # 10 to 20 are usual
_TO_BORDER = 0.995  # of the way to where a variable would be 0
_NEGLIGIBLE = 1e-4  # of the matrix: what rows that are left out would add


class Rows:
    """Some rows of a matrix ``[n, d]``, their columns centred, and a last column of ones: what it takes, in blocks.

    Args:
        X: ``[all, d]``, float32 or float64.
        chosen: Which rows ``[n]``.
    """

    def __init__(self, X: npt.NDArray[np.floating], chosen: npt.NDArray[np.int64]) -> None:
        self._X, self._chosen = X, chosen
        self.mean = sum((X[part].sum(axis=0, dtype=np.float64) for _, part in self._parts()), np.zeros(X.shape[1]))
        self.mean /= len(chosen)

    def __len__(self) -> int:
        """Return n."""
        return len(self._chosen)

    def _parts(self) -> Iterator[tuple[slice, npt.NDArray[np.int64]]]:
        for start in range(0, len(self._chosen), _BLOCK):
            block = slice(start, start + _BLOCK)
            yield block, self._chosen[block]

    def values(self, v: Vector) -> Vector:
        """Return the product with a vector ``[d + 1]``: ``[n]``."""
        found = np.full(len(self), v[-1])
        for block, part in self._parts():
            found[block] += (self._X[part] - self.mean) @ v[:-1]
        return found

    def transposed(self, v: Vector) -> Vector:
        """Return the product of the transpose with a vector ``[n]``: ``[d + 1]``."""
        products = (v[block] @ (self._X[part] - self.mean) for block, part in self._parts())
        return np.append(sum(products, np.zeros(len(self.mean))), v.sum())

    def squares(self) -> Vector:
        """Return the squared length of each row, its 1 as well: ``[n]``."""
        found = np.ones(len(self))
        for block, part in self._parts():
            found[block] += ((self._X[part] - self.mean) ** 2).sum(axis=1)
        return found

    def weighted_products(self, weights: Vector, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Return Σᵢ wᵢ xᵢ xᵢᵀ over the rows that are kept: ``[d + 1, d + 1]``."""
        found = np.zeros((len(self.mean) + 1, len(self.mean) + 1))
        for block, part in self._parts():
            own, roots = kept[block], np.sqrt(weights[block][kept[block], None])
            rows = np.hstack([(self._X[part[own]] - self.mean) * roots, roots])
            found += rows.T @ rows
        return found


def fit_machine(
    X: npt.NDArray[np.floating], chosen: npt.NDArray[np.int64], signs: Vector, prices: Vector
) -> tuple[Vector, float, bool]:
    """Minimise ½‖w‖² + Σᵢ Cᵢ max(0, 1 − yᵢ (w·xᵢ + b)).

    The dual's αᵢ lie between 0 and Cᵢ. With multipliers zᵢ of the one limit and sᵢ of the other, the minimum is where

        w = Σᵢ αᵢ yᵢ xᵢ,   Σᵢ αᵢ yᵢ = 0,   yᵢ (w·xᵢ + b) = 1 + zᵢ − sᵢ,   αᵢ zᵢ = μ,   (Cᵢ − αᵢ) sᵢ = μ

    with μ = 0. Newton's steps solve these for ever smaller μ. A step is a system of d + 1 equations in w and b, with
    the matrix I + Σᵢ dᵢ xᵢ xᵢᵀ (no I for b), dᵢ = 1 / (zᵢ/αᵢ + sᵢ/(Cᵢ − αᵢ)): its cost grows with the rows, and the
    number of steps hardly does. Rows are float64 in blocks: memory beside X is some 15 numbers a row.

    Args:
        X: ``[all, d]``, float32 or float64.
        chosen: Which rows to fit ``[n]``.
        signs: yᵢ, 1 or −1 ``[n]``; both occur.
        prices: Cᵢ, above 0 ``[n]``.

    Returns:
        w ``[d]``, b, and whether the gap to the lower bound is below a millionth of what is minimised.

    Source:
        Ferris & Munson 2002, "Interior-point methods for massive support vector machines"; Mehrotra 1992, "On the
        implementation of a primal-dual interior point method", for the choice of μ.

    Examples:
        >>> X, signs = np.float32([[0], [1], [8], [9]]), np.array([-1.0, -1, 1, 1])
        >>> w, b, _ = fit_machine(X, np.arange(4), signs, np.ones(4))
        >>> (X @ w + b).round(2).tolist()  # the borders of the margin are at 1 and 8
        [-1.29, -1.0, 1.0, 1.29]
    """
    rows, y = Rows(X, chosen), signs
    squares = rows.squares()
    v, α, z, s = np.zeros(X.shape[1] + 1), prices / 2, np.ones(len(rows)), np.ones(len(rows))
    converged = False
    for _ in range(_MOST_STEPS):
        u, margins, gradient = prices - α, y * rows.values(v), rows.transposed(α * y)
        lost = 0.5 * v[:-1] @ v[:-1] + prices @ np.maximum(0, 1 - margins)
        bound = α.sum() - 0.5 * gradient[:-1] @ gradient[:-1]
        if lost - bound <= _GAP * lost and abs(gradient[-1]) <= _GAP * prices.sum():
            converged = True
            break
        try:
            newton = _Newton(rows, y, squares, (v, α, u, z, s), margins, gradient)
        except LinAlgError:  # nearer to the minimum than float64 tells apart
            break
        μ = (α @ z + u @ s) / (2 * len(rows))
        _, dα, dz, ds = newton.step(-α * z, -u * s)
        t = _longest((α, dα), (u, -dα), (z, dz), (s, ds))
        # Mehrotra: the further the step to μ = 0 would reach, the smaller the next μ; dα dz is what it leaves out.
        reached = ((α + t * dα) @ (z + t * dz) + (u - t * dα) @ (s + t * ds)) / (2 * len(rows))
        aim = μ * (reached / μ) ** 3
        dv, dα, dz, ds = newton.step(aim - α * z - dα * dz, aim - u * s + dα * ds)
        t = min(1.0, _TO_BORDER * _longest((α, dα), (u, -dα), (z, dz), (s, ds)))
        v, α, z, s = v + t * dv, α + t * dα, z + t * dz, s + t * ds
    return v[:-1], float(v[-1] - v[:-1] @ rows.mean), converged


class _Newton:
    """The system of one step, factored once and solved for two right sides."""

    def __init__(
        self,
        rows: Rows,
        y: Vector,
        squares: Vector,
        now: tuple[Vector, Vector, Vector, Vector, Vector],
        margins: Vector,
        gradient: Vector,
    ) -> None:
        v, self._α, self._u, self._z, self._s = now
        self._rows, self._y = rows, y
        self._left = gradient - np.append(v[:-1], 0)
        self._missing = 1 + self._z - self._s - margins
        self._d = 1 / (self._z / self._α + self._s / self._u)
        matrix = rows.weighted_products(self._d, _that_count(self._d, squares))
        matrix[np.arange(len(v) - 1), np.arange(len(v) - 1)] += 1
        self._factor = cho_factor(matrix, lower=True, overwrite_a=True)

    def step(self, lower: Vector, upper: Vector) -> tuple[Vector, Vector, Vector, Vector]:
        """Return the changes of v, α, z and s that add ``lower`` to α z and ``upper`` to u s, to first order."""
        q = self._missing + lower / self._α - upper / self._u
        right = self._rows.transposed(self._y * self._d * q) + self._left
        dv = cho_solve(self._factor, right)
        dα = self._d * (q - self._y * self._rows.values(dv))
        return dv, dα, (lower - self._z * dα) / self._α, (upper + self._s * dα) / self._u


def _that_count(weights: Vector, squares: Vector) -> npt.NDArray[np.bool_]:
    """Return which rows to add to the matrix: all but the smallest, which together add next to nothing.

    The matrix is I and more, and for b the sum of the weights; a row adds at most its weight times its squared length.
    """
    sizes = weights * squares
    order = np.argsort(sizes)
    kept = np.empty(len(sizes), bool)
    kept[order] = np.cumsum(sizes[order]) > _NEGLIGIBLE * min(1.0, weights.sum())
    return kept


def _longest(*pairs: tuple[Vector, Vector]) -> float:
    """Return the longest step of at most 1 after which no variable is below 0, for variables and their changes."""
    return min(1.0, *(float(np.min(-x[dx < 0] / dx[dx < 0], initial=np.inf)) for x, dx in pairs))
