"""Linear support vector machines for each pair of classes, of many rows."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from evenvoice.models.classical.convergence import one_warning
from evenvoice.models.classical.interior_point import fit_machine


def fit_paired_machines(
    X: npt.NDArray[np.floating], y: npt.NDArray[np.int64], n_classes: int, C: float, weights: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Minimise ½‖w‖² + C Σ cᵢ max(0, 1 − yᵢ f(xᵢ)) for each pair of classes, in time that grows with the rows.

    Args:
        X: ``[n, d]``.
        y: Classes ``[n]``.
        n_classes: k.
        C: Price of a row on the wrong side of its margin.
        weights: cᵢ of each class, above 0 ``[k]``.

    Returns:
        Weights ``[k (k − 1) / 2, d]`` and intercepts, as `Votes` takes them.

    Examples:
        >>> X, y = np.float32([[0], [1], [8], [9]]), np.array([0, 0, 1, 1])
        >>> machines, intercepts = fit_paired_machines(X, y, n_classes=2, C=1.0, weights=np.ones(2))
        >>> np.sign(X @ machines.T + intercepts).ravel().tolist()
        [-1.0, -1.0, 1.0, 1.0]
    """
    machines, intercepts = [], []
    with one_warning("linear-svm", "set a lower model.options.C") as converged:
        for first, second in combinations(range(n_classes), 2):
            chosen = np.flatnonzero((y == first) | (y == second))
            # Of two classes the machine speaks for the second, of more for the first of the pair.
            positive = second if n_classes == 2 else first
            signs = np.where(y[chosen] == positive, 1.0, -1.0)
            w, b, done = fit_machine(X, chosen, signs, C * weights[y[chosen]].astype(np.float64))
            machines.append(w)
            intercepts.append(b)
            converged.append(done)
    return np.stack(machines), np.array(intercepts)
