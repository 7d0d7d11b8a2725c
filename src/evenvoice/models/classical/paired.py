"""Linear support vector machines for each pair of classes, of many rows."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
from sklearn.svm import LinearSVC

from evenvoice.models.classical.convergence import one_warning

# The intercept is the weight of an attribute of this value, and shrunk like every weight: by a hundredth of that.
_INTERCEPT = 10.0
_TOLERANCE = 1e-3  # LIBSVM's
_MOST_PASSES = 10_000


def fit_paired_machines(
    X: npt.NDArray[np.floating], y: npt.NDArray[np.int64], n_classes: int, C: float, weights: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Minimise ½‖w‖² + C Σ cᵢ max(0, 1 − yᵢ f(xᵢ)) for each pair of classes, in time that grows with the rows.

    Coordinate descent on the dual. LIBSVM solves the same for a pair of rows at a time, and its time grows with the
    square of the rows. They differ in the intercept b, which adds b² / 200 to what is minimised here.

    Args:
        X: ``[n, d]``.
        y: Classes ``[n]``.
        n_classes: k.
        C: Price of a row on the wrong side of its margin.
        weights: cᵢ of each class ``[k]``.

    Returns:
        Weights ``[k (k − 1) / 2, d]`` and intercepts, as `Votes` takes them.

    Source:
        Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM"; scikit-learn's ``LinearSVC``
        (LIBLINEAR).

    Examples:
        >>> X, y = np.float32([[0], [1], [8], [9]]), np.array([0, 0, 1, 1])
        >>> machines, intercepts = fit_paired_machines(X, y, n_classes=2, C=1.0, weights=np.ones(2))
        >>> np.sign(X @ machines.T + intercepts).ravel().tolist()
        [-1.0, -1.0, 1.0, 1.0]
    """
    machines, intercepts = [], []
    with one_warning("linear-svm", "set a lower model.options.C") as converged:
        for first, second in combinations(range(n_classes), 2):
            rows = np.flatnonzero((y == first) | (y == second))
            machine = LinearSVC(
                C=C, loss="hinge", dual=True, intercept_scaling=_INTERCEPT, tol=_TOLERANCE, max_iter=_MOST_PASSES,
                random_state=0,
            )  # fmt: skip
            # Of two classes the machine speaks for the second, of more for the first of the pair.
            positive = second if n_classes == 2 else first
            machine.fit(X[rows], y[rows] == positive, sample_weight=weights[y[rows]])
            converged.append(machine.n_iter_ < _MOST_PASSES)
            machines.append(machine.coef_[0])
            intercepts.append(machine.intercept_[0])
    return np.stack(machines), np.stack(intercepts)
