"""Support vector machines, with a radial and with a linear kernel."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from sklearn.svm import SVC
from torch import nn

from evenvoice.models.classical.paired import fit_paired_machines
from evenvoice.models.classical.products import inner_products
from evenvoice.models.classical.vectors import from_decisions, vectors
from evenvoice.models.classical.votes import Votes
from evenvoice.models.estimator import Estimator
from evenvoice.options import Positive

# LIBSVM's time grows with the square of the rows, an interior-point method's with that of the attributes. They take as
# long where rows are 5 to 8 times the attributes (4 to 7 classes).
_MANY_ROWS = 4_096
_MANY_FOR_AN_ATTRIBUTE = 8
# The kernel of more rows, in float64, is left to LIBSVM, which keeps a part of it: 32 MB.
_MOST_IN_KERNEL = 2_048

Gamma = Annotated[Positive | Literal["scale"], Field(description="a number above 0, or 'scale'")]


class _SupportVectorMachine(Estimator):
    """scikit-learn's ``SVC``, whichever its kernel.

    Each pair of classes has a machine, f(x) = Σᵢ αᵢ yᵢ K(xᵢ, x) + b, that minimises ½‖w‖² + C Σ max(0, 1 − y f(x)). A
    class's decision value is the number of pairs that it wins, and, to tell equal numbers apart, its summed margins
    squeezed to less than a half. The probabilities are the softmax of these values: the answer is that of the votes.
    (Platt's method would fit logistic curves on a cross-validation within the training part that splits speakers, and
    its most probable class may differ from the answer; `SVC(probability=True)` is deprecated for it.)
    """

    weighs_classes = True
    deterministic = True

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, **settings: Any) -> None:
        super().__init__(input_shape, n_classes)
        self._settings = settings

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        weights = None if class_weights is None else dict(enumerate(class_weights.tolist()))
        # A seed that it does not use: without one it draws from NumPy's global generator.
        self._model = SVC(**self._settings, class_weight=weights, decision_function_shape="ovr", random_state=0)
        self._model.fit(vectors(X), y)

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return from_decisions(self._model.decision_function(vectors(X)))

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the support vectors, their weights and the machines' intercepts."""
        model = self._model
        return {
            "support": model.support_,
            "support_vectors": model.support_vectors_,
            "dual_coef": model.dual_coef_,
            "intercept": model.intercept_,
            "gamma": np.float64(model._gamma).reshape(1),
        }


class SVM(_SupportVectorMachine):
    """A support vector machine with the radial kernel exp(−γ‖x − x′‖²).

    Class weights multiply C. The probabilities are scores: the softmax of one-against-one votes.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        C: Price of a training row on the wrong side of its margin.
        gamma: γ of the kernel; ``"scale"`` is 1 / (attributes · variance of X), that is 1 / the summed variance:
            attributes that are always 0 do not count.

    Source:
        Cortes & Vapnik 1995, "Support-vector networks"; scikit-learn's ``SVC`` (LIBSVM).

    Examples:
        >>> model = SVM((1, 1, 1), n_classes=2)
        >>> model.fit(np.float32([0, 1, 8, 9]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[0]]], [[[9]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "svm"

    def __init__(
        self, input_shape: tuple[int, int, int], n_classes: int, *, C: Positive = 1.0, gamma: Gamma = "scale"
    ) -> None:
        super().__init__(input_shape, n_classes, kernel="rbf", C=C, gamma=gamma)


class LinearSVM(_SupportVectorMachine):
    """A support vector machine with the linear kernel x · x′.

    With many attributes and few rows, as functionals have, a straight border separates the training part already, and
    a small C keeps its margin wide. Class weights multiply C. The probabilities are scores: the softmax of
    one-against-one votes.

    Of more than 4,096 rows, and 8 an attribute, the same machines are fitted by an interior-point method, see
    `fit_machine`: LIBSVM's time grows with the square of the rows. Values differ by what LIBSVM leaves open, about a
    hundredth of a margin.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        C: Price of a training row on the wrong side of its margin.

    Source:
        Schuller, Steidl & Batliner 2009, "The Interspeech 2009 emotion challenge": functionals and a linear machine,
        the field's usual baseline; scikit-learn's ``SVC`` (LIBSVM).

    Examples:
        >>> model = LinearSVM((1, 1, 1), n_classes=2)
        >>> model.fit(np.float32([0, 1, 8, 9]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[0]]], [[[9]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "linear-svm"
    exportable = True

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, *, C: Positive = 0.01) -> None:
        super().__init__(input_shape, n_classes, kernel="linear", C=C)
        self._C = C

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        rows = X.reshape(len(X), -1)
        if len(rows) > max(_MANY_ROWS, _MANY_FOR_AN_ATTRIBUTE * rows.shape[1]):
            weights = np.ones(self.n_classes) if class_weights is None else class_weights
            self._model = None
            self._paired = fit_paired_machines(rows, y, self.n_classes, self._C, weights)
            return
        self._settings["kernel"] = inner_products if len(X) <= _MOST_IN_KERNEL else "linear"
        super()._fit(X, y, class_weights, seed)
        self._support = X[self._model.support_]

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        if self._model is not None:
            return super()._probabilities(X)
        with torch.inference_mode():
            # A copy: what cannot be written to, torch takes with a warning.
            return from_decisions(self.module()(torch.tensor(X)).numpy().astype(np.float64))

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the support vectors, their weights and the intercepts; of many rows the machines' own weights."""
        if self._model is not None:
            model = self._model
            return {
                "support": model.support_,
                "support_vectors": vectors(self._support),
                "dual_coef": model.dual_coef_,
                "intercept": model.intercept_,
            }
        weights, intercepts = self._paired
        return {"weights": weights, "intercept": intercepts}

    @property
    def _machines(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Weights ``[k (k − 1) / 2, d]`` and intercepts, as `Votes` takes them.

        A machine's weights are Σ αᵢ yᵢ xᵢ over the support vectors of its two classes. Row c of ``dual_coef`` is what
        a support vector counts against the c-th of the other classes.
        """
        if self._model is None:
            return self._paired
        alphas, rows = self._model.dual_coef_, vectors(self._support)
        if self.n_classes == 2:
            return alphas @ rows, self._model.intercept_
        ends = np.cumsum(self._model.n_support_)
        own = [slice(end - size, end) for size, end in zip(self._model.n_support_, ends, strict=True)]
        weights = [
            alphas[second - 1, own[first]] @ rows[own[first]] + alphas[first, own[second]] @ rows[own[second]]
            for first, second in combinations(range(self.n_classes), 2)
        ]
        return np.stack(weights), self._model.intercept_

    def module(self) -> nn.Module:
        """Return what was fitted as a network: features ``[b, c, h, w]`` to logits ``[b, k]``, the decision values."""
        return Votes(*self._machines, self.n_classes)
