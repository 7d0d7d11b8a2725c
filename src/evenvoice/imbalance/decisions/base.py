"""What all decisions have in common: fitted on validation rows, they scale and shift the logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Shift:
    """A fitted decision: z ↦ scale · z + bias. The answer is the largest, the probabilities are its softmax.

    Attributes:
        scale: What every logit is multiplied by; above 0, so that it changes no answer by itself.
        bias: What is added to each class's logit; float64 [k].

    Examples:
        >>> Shift(0.5, np.array([0.0, 1.0]))(np.array([[2.0, 1.0]]))
        array([[1. , 1.5]])
    """

    scale: float
    bias: NDArray[np.float64]

    def __call__(self, logits: ArrayLike) -> NDArray[np.float64]:
        """Return the new logits, float64 [n, k]."""
        return self.scale * np.asarray(logits, dtype=np.float64) + self.bias

    def module(self) -> torch.nn.Module:
        """Return the same as a torch module, logits [b, k] → logits [b, k], to be exported with a network."""
        from evenvoice.imbalance.decisions.module import ShiftModule

        return ShiftModule(self.scale, self.bias)


class Decision(Protocol):
    """The contract of a decision; its fields are its options."""

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """Fit on validation rows: logits [n, k], class numbers [n]; and the training part's class counts [k]."""
        ...


def checked_validation(
    logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return logits, class numbers and class counts as arrays that fit together.

    Raises:
        EvenvoiceError: There are no rows, shapes differ, a logit is not finite, a class number or count is impossible.
    """
    z, numbers, counts = np.asarray(logits, dtype=np.float64), np.asarray(y), np.asarray(class_counts, dtype=np.float64)
    n, k = z.shape if z.ndim == 2 else (0, 0)
    if not n or k < 2 or not np.isfinite(z).all():
        raise EvenvoiceError(f"decision: logits of shape {z.shape}; give finite numbers [n, k], one row at least")
    if numbers.shape != (n,) or numbers.dtype.kind not in "iu" or not ((numbers >= 0) & (numbers < k)).all():
        raise EvenvoiceError(f"decision: y must be class numbers from 0 to {k - 1}, one for each of {n} rows")
    if counts.shape != (k,) or not (np.isfinite(counts) & (counts >= 1)).all():
        raise EvenvoiceError(f"decision: class_counts must be {k} counts of 1 or more, those of the training part")
    return z, numbers.astype(np.int64), counts


def mean_recall(logits: NDArray[Any], y: NDArray[np.int64]) -> float:
    """Return the UA of the answers: the mean over the classes in ``y`` of their recall."""
    hits = logits.argmax(axis=1) == y
    return float(np.mean([hits[y == number].mean() for number in np.unique(y)]))
