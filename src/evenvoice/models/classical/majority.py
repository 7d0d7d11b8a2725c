"""The constant answer that every classifier has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.models.estimator import Estimator


class Majority(Estimator):
    """Answers with the largest class of the training part, always.

    The probabilities are the classes' shares of the training part, n_c / n: of all constant answers, the one with the
    least log loss there. Its UA is 1 / n_classes; its WA is the share of that class in the test part.

    Args:
        input_shape: Channels, height and width of a row; not looked at.
        n_classes: Number of emotions.

    Source:
        scikit-learn's ``DummyClassifier(strategy="prior")``.

    Examples:
        >>> model = Majority((1, 16, 8), n_classes=2)
        >>> model.fit(np.zeros((4, 1, 16, 8), np.float32), np.array([0, 1, 1, 1]))
        >>> model.probabilities(np.ones((1, 1, 16, 8), np.float32)).tolist()
        [[0.25, 0.75]]
    """

    name = "majority"
    deterministic = True

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        self._shares = np.bincount(y, minlength=self.n_classes) / len(y)

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return np.tile(self._shares, (len(X), 1))

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the classes' shares."""
        return {"shares": self._shares}
