"""Features as one vector a row, and decision values as probabilities: what scikit-learn takes and gives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import softmax


def vectors(X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return rows of features ``[n, c, h, w]`` as float64 ``[n, c·h·w]``.

    Examples:
        >>> vectors(np.zeros((3, 1, 16, 8), np.float32)).shape
        (3, 128)
    """
    return X.reshape(len(X), -1).astype(np.float64)


def from_decisions(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the softmax of decision values as ``[m, k]``; the largest value stays the largest.

    These are scores that add up to 1: they rank the classes, and say nothing of how often the answer is right.

    Args:
        values: ``[m, k]``, or ``[m]`` for two classes, positive for the second.

    Examples:
        >>> from_decisions(np.array([0.0, 1.0])).round(3).tolist()
        [[0.5, 0.5], [0.269, 0.731]]
    """
    if values.ndim == 1:
        values = np.stack([-values / 2, values / 2], axis=1)
    scores: npt.NDArray[np.float64] = softmax(values, axis=1)
    return scores
