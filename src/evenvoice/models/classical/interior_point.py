"""A linear support vector machine by an interior-point method: LIBSVM's problem, in time that grows with the rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

Vector = npt.NDArray[np.float64]

_BLOCK = 1_024  # rows that are weighted at a time
_GAP = 1e-6  # between what is minimised and its lower bound, relative; LIBSVM stops at about 1e-5
_MOST_STEPS = 100  # 10 to 20 are usual
_TO_BORDER = 0.995  # of the way to where a variable would be 0
_NEGLIGIBLE = 1e-4  # of the matrix: what rows that are left out would add


class _Rows:
    """Rows of a matrix, their columns centred, and a last column of ones.

    Args:
        X: ``[all, d]``, float32 or float64.
        chosen: Which rows ``[n]``.
    """

    def __init__(self, X: npt.NDArray[np.floating], chosen: npt.NDArray[np.int64]) -> None:
        self._X = X[chosen].astype(np.float64)
        self.mean = self._X.mean(axis=0)
        self._X -= self.mean
        self._squares = np.einsum("nd,nd->n", self._X, self._X) + 1

    def values(self, v: Vector) -> Vector:
        """Return the product with a vector ``[d + 1]``: ``[n]``."""
        return np.asarray(self._X @ v[:-1] + v[-1])

    def transposed(self, v: Vector) -> Vector:
        """Return the product of the transpose with a vector ``[n]``: ``[d + 1]``."""
        return np.append(v @ self._X, v.sum())

    def weighted_products(self, weights: Vector) -> npt.NDArray[np.float64]:
        """Return about Σᵢ wᵢ xᵢ xᵢᵀ ``[d + 1, d + 1]``, in blocks, without rows that add next to nothing.

        What it is added to is I, and for b the sum of the weights; a row adds at most its weight times its squared
        length.
        """
        sizes = weights * self._squares
        order = np.argsort(sizes)
        kept = np.sort(order[np.cumsum(sizes[order]) > _NEGLIGIBLE * min(1.0, weights.sum())])
        found = np.zeros((len(self.mean) + 1, len(self.mean) + 1))
        buffer = np.empty((_BLOCK, len(self.mean) + 1))
        for start in range(0, len(kept), _BLOCK):
            own = kept[start : start + _BLOCK]
            rows, roots = buffer[: len(own)], np.sqrt(weights[own])
            np.multiply(self._X[own], roots[:, None], out=rows[:, :-1])
            rows[:, -1] = roots
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
    number of steps hardly does. Memory beside X: the chosen rows as float64, and some 15 numbers a row.

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
    rows, y, n = _Rows(X, chosen), signs, len(signs)
    v, α, z, s = np.zeros(X.shape[1] + 1), prices / 2, np.ones(n), np.ones(n)
    converged = False
    for _ in range(_MOST_STEPS):
        u, margins, gradient = prices - α, y * rows.values(v), rows.transposed(α * y)
        lost = 0.5 * v[:-1] @ v[:-1] + prices @ np.maximum(0, 1 - margins)
        bound = α.sum() - 0.5 * gradient[:-1] @ gradient[:-1]
        if lost - bound <= _GAP * lost and abs(gradient[-1]) <= _GAP * prices.sum():
            converged = True
            break
        try:
            newton = _Newton(rows, y, (v, α, u, z, s), margins, gradient)
        except ValueError:  # LinAlgError, or no finite numbers: as near to the minimum as float64 allows
            break
        μ = (α @ z + u @ s) / (2 * n)
        _, dα, dz, ds = newton.step(-α * z, -u * s)
        t = _longest((α, dα), (u, -dα), (z, dz), (s, ds))
        # Mehrotra: the further the step to μ = 0 would reach, the smaller the next μ; dα dz is what it leaves out.
        reached = ((α + t * dα) @ (z + t * dz) + (u - t * dα) @ (s + t * ds)) / (2 * n)
        aim = μ * (reached / μ) ** 3
        dv, dα, dz, ds = newton.step(aim - α * z - dα * dz, aim - u * s + dα * ds)
        t = min(1.0, _TO_BORDER * _longest((α, dα), (u, -dα), (z, dz), (s, ds)))
        v, α, z, s = v + t * dv, α + t * dα, z + t * dz, s + t * ds
    return v[:-1], float(v[-1] - v[:-1] @ rows.mean), converged


class _Newton:
    """The system of one step, factored once and solved for two right sides."""

    def __init__(
        self,
        rows: _Rows,
        y: Vector,
        now: tuple[Vector, Vector, Vector, Vector, Vector],
        margins: Vector,
        gradient: Vector,
    ) -> None:
        v, self._α, self._u, self._z, self._s = now
        self._rows, self._y = rows, y
        self._left = gradient - np.append(v[:-1], 0)
        self._missing = 1 + self._z - self._s - margins
        self._d = 1 / (self._z / self._α + self._s / self._u)
        matrix = rows.weighted_products(self._d)
        matrix[np.arange(len(v) - 1), np.arange(len(v) - 1)] += 1
        self._factor = cho_factor(matrix, lower=True, overwrite_a=True)

    def step(self, lower: Vector, upper: Vector) -> tuple[Vector, Vector, Vector, Vector]:
        """Return the changes of v, α, z and s that add ``lower`` to α z and ``upper`` to u s, to first order."""
        q = self._missing + lower / self._α - upper / self._u
        right = self._rows.transposed(self._y * self._d * q) + self._left
        dv = cho_solve(self._factor, right)
        dα = self._d * (q - self._y * self._rows.values(dv))
        return dv, dα, (lower - self._z * dα) / self._α, (upper + self._s * dα) / self._u


def _longest(*pairs: tuple[Vector, Vector]) -> float:
    """Return the longest step of at most 1 after which no variable is below 0, for variables and their changes."""
    return min(1.0, *(float(np.min(-x[dx < 0] / dx[dx < 0], initial=np.inf)) for x, dx in pairs))
