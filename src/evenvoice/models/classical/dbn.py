"""The deep belief network, as far as greedy pre-training."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical.convergence import one_warning
from evenvoice.models.classical.rbm import BoltzmannMachine
from evenvoice.models.classical.vectors import vectors
from evenvoice.models.estimator import Estimator
from evenvoice.options import Count, Counts, Positive

_MOST_ROUNDS = 1000


class DBN(Estimator):
    """Restricted Boltzmann machines, each learned on the hidden units of the one below, and a logistic regression.

    The first machine has Gaussian visible units, for normalised features (mean 0, variance 1), and learns at a tenth
    of the rate, as such machines must; the others have binary units. Only the logistic regression, on the uppermost
    hidden units, sees the labels and the class weights.

    What it lacks: Hinton's network fine-tunes all layers with the labels afterwards; here the machines stay as
    pre-trained. Expect less of it than of a published deep belief network.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        hidden_layer_sizes: Hidden units of each machine, from the features up.
        learning_rate: Of the machines with binary units.
        n_iter: Passes of each machine over the training part.
        C: Inverse weight of the logistic regression's L2 penalty.

    Raises:
        EvenvoiceError: A learning rate at which the weights grow without end.

    Source:
        Hinton, Osindero & Teh 2006, "A fast learning algorithm for deep belief nets", without its fine-tuning;
        Mohamed, Dahl & Hinton 2012, "Acoustic modeling using deep belief networks", for the Gaussian units.

    Examples:
        >>> model = DBN((1, 1, 2), n_classes=2, hidden_layer_sizes=[8], n_iter=200)
        >>> X = np.float32([[-1, -1], [-1, -0.9], [1, 0.9], [1, 1]]).reshape(4, 1, 1, 2)
        >>> model.fit(X, np.array([0, 0, 1, 1]))
        >>> model.probabilities(X).argmax(axis=1).tolist()
        [0, 0, 1, 1]
    """

    name = "dbn"
    weighs_classes = True

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        hidden_layer_sizes: Counts = (256, 256),
        learning_rate: Positive = 0.1,
        n_iter: Count = 100,
        C: Positive = 1.0,
    ) -> None:
        super().__init__(input_shape, n_classes)
        self._sizes = hidden_layer_sizes
        self._learning_rate = learning_rate
        self._n_iter = n_iter
        self._C = C

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        units = vectors(X)
        self._machines: list[BoltzmannMachine] = []
        for size in self._sizes:
            gaussian = not self._machines
            machine = BoltzmannMachine.fit(
                units, size, gaussian=gaussian, learning_rate=self._learning_rate / (10 if gaussian else 1),
                passes=self._n_iter, seed=seed,
            )  # fmt: skip
            if not np.isfinite(machine.weights).all():
                raise EvenvoiceError(
                    f"model {self.name!r}: with learning_rate {self._learning_rate:g} and {units.shape[1]} features "
                    "the weights grow without end; lower learning_rate"
                )
            units = machine.hidden(units)
            self._machines.append(machine)
        weights = None if class_weights is None else dict(enumerate(class_weights.tolist()))
        with one_warning(self.name, "lower C") as converged:
            self._top = LogisticRegression(C=self._C, class_weight=weights, max_iter=_MOST_ROUNDS).fit(units, y)
            converged.append(bool(self._top.n_iter_.max() < _MOST_ROUNDS))

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        units = vectors(X)
        for machine in self._machines:
            units = machine.hidden(units)
        probabilities: npt.NDArray[np.float64] = self._top.predict_proba(units)
        return probabilities

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the machines' weights and biases, and the logistic regression's."""
        parts = {}
        for number, machine in enumerate(self._machines):
            parts[f"machine {number} weights"] = machine.weights
            parts[f"machine {number} visible biases"] = machine.visible_biases
            parts[f"machine {number} hidden biases"] = machine.hidden_biases
        return {**parts, "weights": self._top.coef_, "biases": self._top.intercept_}
