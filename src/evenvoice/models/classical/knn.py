"""k nearest neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import KNeighborsClassifier

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical.vectors import vectors
from evenvoice.models.estimator import Estimator
from evenvoice.options import Count


class KNN(Estimator):
    """The vote of the k training rows that are nearest by Euclidean distance.

    The probability of a class is its share of the k votes; of classes with equal votes the first is the answer. It
    assumes that all attributes are on one scale, as normalised features are.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        n_neighbors: k.

    Raises:
        EvenvoiceError: Fewer training rows than k.

    Source:
        Cover & Hart 1967, "Nearest neighbor pattern classification"; scikit-learn's ``KNeighborsClassifier``.

    Examples:
        >>> model = KNN((1, 1, 1), n_classes=2, n_neighbors=3)
        >>> model.fit(np.float32([0, 1, 2, 9]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[5]]]])).round(2)
        array([[0.33, 0.67]], dtype=float32)
    """

    name = "knn"
    deterministic = True

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, *, n_neighbors: Count = 5) -> None:
        super().__init__(input_shape, n_classes)
        self._n_neighbors = n_neighbors

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        if len(X) < self._n_neighbors:
            raise EvenvoiceError(
                f"model {self.name!r}: n_neighbors is {self._n_neighbors}, but the training part has {len(X)} rows; "
                "lower n_neighbors"
            )
        self._rows, self._classes = vectors(X), y.copy()
        self._model = KNeighborsClassifier(self._n_neighbors, algorithm="brute", n_jobs=1).fit(self._rows, y)

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        shares: npt.NDArray[np.float64] = self._model.predict_proba(vectors(X))
        return shares

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the training rows and their classes."""
        return {"rows": self._rows, "classes": self._classes}
