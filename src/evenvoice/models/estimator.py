"""What a classifier promises that is not fitted by gradient descent on batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from torch import nn

from evenvoice.cores import one_blas_thread
from evenvoice.errors import EvenvoiceError
from evenvoice.outside import calling, is_outside, refused


class Estimator(ABC):
    """A classifier that is fitted in one call: built as ``Model(input_shape=(c, h, w), n_classes=k, **options)``.

    A subclass checks its options in ``__init__`` and writes ``_fit``, ``_probabilities`` and ``learned``. It draws at
    random from the seed alone, and computes each test row's answer from that row and what was learned.

    Args:
        input_shape: Channels, height and width of a row of features.
        n_classes: Number of emotions.

    Attributes:
        name: What recipes call it.
        weighs_classes: Whether ``fit`` can use class weights.
        needs_shape: The shape that it needs; ``None`` where any will do.
        exportable: Whether `module` gives a network, so that it can be a model file.
        restorable: Whether `restore` gives back a fit, so that ``--keep-models`` keeps it.
        deterministic: Whether ``fit`` draws nothing at random, so that every seed learns the same.
    """

    name: ClassVar[str]
    weighs_classes: ClassVar[bool] = False
    needs_shape: ClassVar[str | None] = None
    exportable: ClassVar[bool] = False
    restorable: ClassVar[bool] = False
    deterministic: ClassVar[bool] = False

    def __init__(self, input_shape: tuple[int, ...], n_classes: int) -> None:
        self.input_shape = tuple(input_shape)
        self.n_classes = n_classes

    def fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        *,
        class_weights: npt.NDArray[np.float32] | None = None,
        seed: int = 0,
    ) -> None:
        """Learn from normalised features and their classes, on one thread.

        Args:
            X: float32 ``[n, c, h, w]``.
            y: int64 ``[n]``; holds every class from 0 to ``n_classes`` − 1.
            class_weights: float32 ``[n_classes]``, above 0; only where ``weighs_classes``.
            seed: Of whatever is drawn at random: the same seed learns the same.

        Raises:
            EvenvoiceError: Features of another shape, class weights that cannot be used, or too little data.
        """
        self._check(X)
        if class_weights is not None and not self.weighs_classes:
            raise EvenvoiceError(
                f"model {self.name!r} cannot weigh classes; use the sampler smote or none instead of class-weights"
            )
        # More threads would add the same numbers in another order: other results on another number of cores.
        with one_blas_thread(), calling("model", self):
            self._fit(X, y, class_weights, seed)

    def probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return float32 ``[m, n_classes]`` for features ``[m, c, h, w]``; rows sum to 1, column j is class j.

        Raises:
            EvenvoiceError: Features of another shape.
        """
        self._check(X)
        if len(X) == 0:
            return np.empty((0, self.n_classes), np.float32)
        with one_blas_thread(), calling("model", self):
            found = np.asarray(self._probabilities(X))
        if is_outside(self):
            self._check_found(found, len(X))
        return found.astype(np.float32)

    @abstractmethod
    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything that ``fit`` learned, by name: two fits are the same where these are."""

    def restore(self, learned: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over what `learned` gave of another fit, in place of ``fit``; a classifier that can says ``restorable``.

        Raises:
            EvenvoiceError: This classifier cannot, or the arrays are not those of such a fit.
        """
        raise EvenvoiceError(f"model {self.name!r} keeps no weights")

    def module(self) -> nn.Module | None:
        """Return what was fitted as a network, features ``[b, c, h, w]`` to logits ``[b, k]``, or ``None``.

        The softmax of its logits is what `probabilities` returns. A classifier that has one says ``exportable = True``,
        and can be a model file.
        """
        return None

    @abstractmethod
    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        """Learn; ``class_weights`` is ``None`` unless the model weighs classes."""

    @abstractmethod
    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.floating[Any]]:
        """Return ``[m, n_classes]`` for one row at least."""

    def _check_found(self, found: npt.NDArray[Any], rows: int) -> None:
        """Raise unless these are probabilities of so many rows."""
        size = (rows, self.n_classes)
        if found.shape != size or found.dtype.kind != "f":
            given = f"{found.dtype} {list(found.shape)}"
            raise refused("model", self, f"gives probabilities {given}; expected float32 {list(size)}")
        if not bool((found >= 0).all() and np.allclose(found.sum(axis=1), 1, atol=1e-3)):  # NaN is neither
            raise refused("model", self, "gives probabilities that are negative or NaN, or do not sum to 1")

    def _check(self, X: npt.NDArray[np.float32]) -> None:
        """Raise unless the rows have the shape that the model was built for."""
        if X.shape[1:] != self.input_shape:
            raise EvenvoiceError(
                f"model {self.name!r}: features of shape {X.shape}, but it was built for (n, "
                f"{', '.join(map(str, self.input_shape))}); give it features of the same extractor and shape"
            )
