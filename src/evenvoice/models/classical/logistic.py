"""Multinomial logistic regression."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_softmax

from evenvoice.models.classical.convergence import one_warning
from evenvoice.models.classical.linear import LinearClassifier
from evenvoice.models.classical.row_blocks import row_blocks
from evenvoice.options import Positive

_MOST_ROUNDS = 500
# Of the largest component of the gradient.
_TOLERANCE = 1e-3


class Logistic(LinearClassifier):
    """Multinomial logistic regression with an L2 penalty, found by L-BFGS from zero: no chance in it.

    It minimises ½ Σ w² + C Σᵢ cᵢ (−ln p(yᵢ | xᵢ)) with p(y | x) = softmax(W x + b), where cᵢ is row i's class weight.
    The biases carry no penalty.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        C: Price of a training row's log loss against the penalty; small where features are many.

    Attributes:
        weights: float32 ``[k, d]``, after ``fit``.
        bias: float32 ``[k]``, after ``fit``.

    Source:
        Hastie, Tibshirani & Friedman 2009, "The elements of statistical learning", section 4.4; Liu & Nocedal 1989,
        "On the limited memory BFGS method for large scale optimization", as SciPy's L-BFGS-B has it.

    Examples:
        >>> model = Logistic((1, 1, 1), n_classes=2, C=1.0)
        >>> model.fit(np.float32([-1, -0.9, 0.9, 1]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[-1]]], [[[1]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "logistic"
    deterministic = True
    weighs_classes = True

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, *, C: Positive = 0.001) -> None:
        super().__init__(input_shape, n_classes)
        self._C = C

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        rows = np.ascontiguousarray(X.reshape(len(X), -1))
        n, d = rows.shape
        k = self.n_classes
        prices = self._C * (np.ones(n) if class_weights is None else class_weights.astype(np.float64)[y])
        target = np.eye(k)[y]

        def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
            weights, bias = parameters[: k * d].reshape(k, d), parameters[k * d :]
            value, of_weights, of_bias = 0.5 * np.square(weights).sum(), weights.copy(), np.zeros(k)
            for block in row_blocks(rows):
                # The products in float32, which halves what is read from memory; the sums in float64.
                logits = (rows[block] @ weights.T.astype(np.float32)).astype(np.float64) + bias
                logarithms = log_softmax(logits, axis=1)
                value -= (prices[block] * (target[block] * logarithms).sum(axis=1)).sum()
                pull = prices[block, None] * (np.exp(logarithms) - target[block])
                of_weights += pull.T.astype(np.float32) @ rows[block]
                of_bias += pull.sum(axis=0)
            return float(value), np.concatenate((of_weights.ravel(), of_bias))

        options = {"maxiter": _MOST_ROUNDS, "gtol": _TOLERANCE, "ftol": 1e-9}
        with one_warning(self.name, "lower C") as converged:
            found = minimize(loss, np.zeros(k * d + k), jac=True, method="L-BFGS-B", options=options)
            converged.append(found.nit < _MOST_ROUNDS)
        self.weights = found.x[: k * d].reshape(k, d).astype(np.float32)
        self.bias = found.x[k * d :].astype(np.float32)
