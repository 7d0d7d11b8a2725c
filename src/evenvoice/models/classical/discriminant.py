"""Linear discriminant analysis with a ridge, alone and together with logistic regression."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve

from evenvoice.models.classical.linear import LinearClassifier
from evenvoice.models.classical.logistic import Logistic
from evenvoice.models.classical.row_blocks import are_many, row_blocks
from evenvoice.options import Positive, Share


class Discriminant(LinearClassifier):
    """Linear discriminant analysis whose covariance is made regular by a ridge: closed form, no chance in it.

    Each class is a normal distribution around its mean μ, all with one covariance S, that of the rows around the means
    of their classes: log p(y | x) = μᵀ A x − ½ μᵀ A μ + log π + constant, where A = (S + ridge · trace(S) · I)⁻¹. Class
    weights weigh the rows in S and in π, the shares of the classes: weights that balance the classes make π equal.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        ridge: What is added to each variance, as a share of the summed variance.

    Attributes:
        weights: float32 ``[k, d]``, after ``fit``.
        bias: float32 ``[k]``, after ``fit``.

    Source:
        Friedman 1989, "Regularized discriminant analysis".

    Examples:
        >>> model = Discriminant((1, 1, 1), n_classes=2)
        >>> model.fit(np.float32([-1, -0.9, 0.9, 1]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[-1]]], [[[1]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "discriminant"
    deterministic = True
    weighs_classes = True

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, *, ridge: Positive = 0.0008) -> None:
        super().__init__(input_shape, n_classes)
        self._ridge = ridge

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        rows = X.reshape(len(X), -1)
        shares = np.ones(len(X)) if class_weights is None else class_weights.astype(np.float64)[y]
        shares /= shares.sum()
        prior = np.bincount(y, shares, minlength=self.n_classes)
        root = np.sqrt(shares).astype(np.float32)[:, None]
        if are_many(rows) and len(rows) >= rows.shape[1]:
            means, directions = _solve_by_blocks(rows, y, root, self.n_classes, self._ridge)
        else:
            means = np.stack([rows[y == label].mean(axis=0, dtype=np.float64) for label in range(self.n_classes)])
            around = rows - means.astype(np.float32)[y]
            around *= root
            directions = _regular_solve(around, means.T, self._ridge)
        self.weights = directions.T.astype(np.float32)
        self.bias = (np.log(prior) - 0.5 * (means.T * directions).sum(axis=0)).astype(np.float32)


class LinearFusion(LinearClassifier):
    """Logistic regression and linear discriminant analysis, their log-probabilities added: still one linear layer.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        C: Of `Logistic`.
        ridge: Of `Discriminant`.
        share: How much the discriminant's log-probabilities count; those of the logistic regression count 1 − share.

    Attributes:
        weights: float32 ``[k, d]``, after ``fit``.
        bias: float32 ``[k]``, after ``fit``.

    Source:
        Kittler et al. 1998, "On combining classifiers": the product rule.

    Examples:
        >>> model = LinearFusion((1, 1, 1), n_classes=2)
        >>> model.fit(np.float32([-1, -0.9, 0.9, 1]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[-1]]], [[[1]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "linear-fusion"
    deterministic = True
    weighs_classes = True

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        C: Positive = 0.001,
        ridge: Positive = 0.0008,
        share: Share = 0.3,
    ) -> None:
        super().__init__(input_shape, n_classes)
        self._parts = (
            (1 - share, Logistic(input_shape, n_classes, C=C)),
            (share, Discriminant(input_shape, n_classes, ridge=ridge)),
        )

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        for _, part in self._parts:
            part.fit(X, y, class_weights=class_weights, seed=seed)
        self.weights = np.sum([np.float32(share) * part.weights for share, part in self._parts], axis=0)
        self.bias = np.sum([np.float32(share) * part.bias for share, part in self._parts], axis=0)


def _regular_solve(
    rows: npt.NDArray[np.float32], right: npt.NDArray[np.float64], ridge: float
) -> npt.NDArray[np.float64]:
    """Return (RᵀR + λI)⁻¹ B with λ = ridge · trace(RᵀR): through n × n or d × d, whichever is smaller.

    With G = R Rᵀ, (RᵀR + λI)⁻¹ B = (B − Rᵀ (G + λI)⁻¹ R B) / λ (Woodbury).
    """
    n, d = rows.shape
    weight = _weight(ridge, float(np.square(rows, dtype=np.float64).sum()))
    wide = rows.astype(np.float64) if min(n, d) < 500 else rows
    small = (wide @ wide.T if n < d else wide.T @ wide).astype(np.float64)
    small[np.diag_indices(len(small))] += weight
    if n >= d:
        return np.asarray(solve(small, right, assume_a="pos", overwrite_a=True))
    inner = solve(small, rows.astype(np.float64) @ right, assume_a="pos", overwrite_a=True)
    return np.asarray((right - rows.T.astype(np.float64) @ inner) / weight)


def _solve_by_blocks(
    rows: npt.NDArray[np.float32], y: npt.NDArray[np.int64], root: npt.NDArray[np.float32], n_classes: int, ridge: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the means ``[k, d]`` and what `_regular_solve` gives, of rows of which no second copy is to be made."""
    d = rows.shape[1]
    means = np.zeros((n_classes, d))
    for block in row_blocks(rows):
        for label in range(n_classes):
            means[label] += rows[block][y[block] == label].sum(axis=0, dtype=np.float64)
    means /= np.bincount(y, minlength=n_classes)[:, None]
    scatter = np.zeros((d, d))
    for block in row_blocks(rows):
        around = (rows[block] - means.astype(np.float32)[y[block]]) * root[block]
        scatter += around.T @ around
    scatter[np.diag_indices(d)] += _weight(ridge, float(np.trace(scatter)))
    return means, np.asarray(solve(scatter, means.T, assume_a="pos", overwrite_a=True))


def _weight(ridge: float, trace: float) -> float:
    """Return what is added to each variance; never 0, for identical rows have no variance."""
    return ridge * max(trace, 1e-6)
