"""The multilayer perceptron: the paper's "ANN"."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neural_network import MLPClassifier

from evenvoice.models.classical.convergence import one_warning
from evenvoice.models.classical.vectors import vectors
from evenvoice.models.estimator import Estimator
from evenvoice.options import Count, Counts, Positive


class MLP(Estimator):
    """A fully connected network: hidden layers with ReLU, a softmax, cross-entropy, Adam.

    It trains until the loss on its own training part has fallen by less than 1e-4 for ten passes, and warns if that
    does not come to pass. No part is cut off for early stopping: scikit-learn would cut it at random, through speakers.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        hidden_layer_sizes: Width of each hidden layer.
        alpha: Weight of the L2 penalty.
        learning_rate_init: Of Adam.
        max_iter: Most passes over the training part.

    Source:
        Rumelhart, Hinton & Williams 1986, "Learning representations by back-propagating errors"; scikit-learn's
        ``MLPClassifier``, and its defaults, but for more passes.

    Examples:
        >>> model = MLP((1, 1, 1), n_classes=2, hidden_layer_sizes=[8], learning_rate_init=0.1)
        >>> model.fit(np.float32([-2, -1, 1, 2]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[-2]]], [[[2]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "mlp"

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        hidden_layer_sizes: Counts = (100,),
        alpha: Positive = 1e-4,
        learning_rate_init: Positive = 1e-3,
        max_iter: Count = 1000,
    ) -> None:
        super().__init__(input_shape, n_classes)
        self._settings = {
            "hidden_layer_sizes": tuple(hidden_layer_sizes),
            "alpha": alpha,
            "learning_rate_init": learning_rate_init,
            "max_iter": max_iter,
        }

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        with one_warning(self.name, "raise max_iter") as converged:
            self._model = MLPClassifier(**self._settings, random_state=seed).fit(vectors(X), y)
            converged.append(self._model.n_iter_ < self._settings["max_iter"])

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        probabilities: npt.NDArray[np.float64] = self._model.predict_proba(vectors(X))
        return probabilities

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the weights and biases of each layer."""
        layers = zip(self._model.coefs_, self._model.intercepts_, strict=True)
        return {
            f"layer {number} {what}": values
            for number, layer in enumerate(layers)
            for what, values in zip(("weights", "biases"), layer, strict=True)
        }
