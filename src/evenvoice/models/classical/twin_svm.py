"""A projection twin support vector machine, fitted by least squares, that weighs rows by how rare their class is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve
from torch import Tensor, nn

from evenvoice.models.classical.linear import LinearClassifier, linear
from evenvoice.models.classical.vectors import from_decisions, vectors
from evenvoice.options import Positive

# How far from its class's mean a row of weight 0 would lie, in units of the farthest row's distance.
_BEYOND = 1.1


class FuzzyTwinSVM(LinearClassifier):
    """One direction a class, along which its rows lie close together and those of other classes at a distance of 1.

    With μ the mean of a class, its direction w minimises Σ_own sᵢ (w·(xᵢ − μ))² + C Σ_others sᵢ (1 − w·(xᵢ − μ))² +
    ridge · ‖w‖²: one system of linear equations. The answer is the class with the least |w·(x − μ)|; probabilities are
    the softmax of −|w·(x − μ)|: scores.

    Known of the source: least squares in place of two dual problems, two directions, a regularisation that makes the
    systems definite, and fuzzy weights that keep the larger class from ruling. Assumed: sᵢ = (size of the smallest
    class / size of the row's class) · (1 − its distance from its class's mean / 1.1 times the greatest one), so that
    rare classes count more and outliers less; several classes by one direction each, against all others, which of two
    classes is the source's pair; no kernel. Class weights multiply sᵢ.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        C: Price of rows of other classes against the spread of a class's own.
        ridge: Of the regularisation, times the mean squared length of the rows.

    Source:
        Ganaie & Tanveer 2021, "Fuzzy least squares projection twin support vector machines for class imbalance
        learning" ([28] of the SMOTE-2DCNN paper), of which only the abstract was at hand; Shao, Deng & Yang 2012,
        "Least squares recursive projection twin support vector machine for classification".

    Examples:
        >>> model = FuzzyTwinSVM((1, 1, 1), n_classes=2)
        >>> model.fit(np.float32([-1, -0.9, 0.9, 1]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[-1]]], [[[1]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "fuzzy-twin-svm"
    weighs_classes = True

    def __init__(
        self, input_shape: tuple[int, int, int], n_classes: int, *, C: Positive = 1.0, ridge: Positive = 0.1
    ) -> None:
        super().__init__(input_shape, n_classes)
        self._C, self._ridge = C, ridge

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        rows = vectors(X)
        means = np.stack([rows[y == number].mean(axis=0) for number in range(self.n_classes)])
        shares = memberships(rows, y, means)
        if class_weights is not None:
            shares *= class_weights[y]
        price = self._ridge * max(float(np.square(rows - rows.mean(axis=0)).sum(axis=1).mean()), 1e-6)
        directions = []
        for number in range(self.n_classes):
            others = y != number
            root = np.sqrt(shares * np.where(others, self._C, 1.0))
            directions.append(_ridge_regression(root[:, None] * (rows - means[number]), root * others, price))
        self.weights = np.stack(directions).astype(np.float32)
        self.bias = -(np.stack(directions) * means).sum(axis=1).astype(np.float32)

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return from_decisions(-np.abs(vectors(X) @ self.weights.T + self.bias))

    def module(self) -> nn.Module:
        """Return what was fitted as a network: features ``[b, c, h, w]`` to logits ``[b, k]``."""
        return nn.Sequential(linear(self.weights, self.bias), _Nearness())


class _Nearness(nn.Module):
    """−|z|: how near a projected row lies to the projected mean of each class."""

    def forward(self, distances: Tensor) -> Tensor:
        return -distances.abs()


def memberships(
    rows: npt.NDArray[np.float64], y: npt.NDArray[np.int64], means: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the fuzzy weight of each row, above 0 and up to 1; see `FuzzyTwinSVM`.

    Examples:
        >>> rows, y = np.array([[0.0], [2.0], [5.0], [5.0], [5.0], [5.0]]), np.array([0, 0, 1, 1, 1, 1])
        >>> memberships(rows, y, np.array([[1.0], [5.0]])).round(3).tolist()
        [0.091, 0.091, 0.5, 0.5, 0.5, 0.5]
    """
    sizes = np.bincount(y)
    distance = np.linalg.norm(rows - means[y], axis=1)
    farthest = np.zeros(len(sizes))
    np.maximum.at(farthest, y, distance)
    near: npt.NDArray[np.float64] = 1 - distance / (_BEYOND * np.where(farthest > 0, farthest, 1.0)[y])
    near *= sizes.min() / sizes[y]
    return near


def _ridge_regression(
    rows: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64], price: float
) -> npt.NDArray[np.float64]:
    """Return w of the least ‖rows · w − wanted‖² + price ‖w‖²; through n × n or d × d, whichever is smaller."""
    n, d = rows.shape
    small = rows @ rows.T if n < d else rows.T @ rows
    small[np.diag_indices(len(small))] += price
    if n < d:
        return np.asarray(rows.T @ solve(small, wanted, assume_a="pos"))
    return np.asarray(solve(small, rows.T @ wanted, assume_a="pos"))
