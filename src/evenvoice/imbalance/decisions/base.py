"""What all decisions have in common: fitted on validation rows, they divide and shift the logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError, shown

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Shift:
    """A fitted decision: z ↦ z / temperature + bias. The answer is the largest, the probabilities are its softmax.

    Attributes:
        temperature: What every logit is divided by; above 0, so that it changes no answer by itself.
        bias: What is added to each class's logit; float64 [k], or [] for nothing.

    Examples:
        >>> Shift(2.0, np.array([0.0, 1.0]))(np.array([[2.0, 1.0]]))
        array([[1. , 1.5]])
    """

    temperature: float = 1.0
    bias: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def moves(self) -> bool:
        """Whether it adds anything, so that answers may change."""
        return bool(np.any(self.bias))

    def __call__(self, logits: ArrayLike) -> NDArray[np.float64]:
        """Return the new logits, float64 [n, k]."""
        divided: NDArray[np.float64] = np.asarray(logits, dtype=np.float64) / self.temperature
        return divided + self.bias if self.moves else divided

    def module(self) -> torch.nn.Module:
        """Return the same as a torch module, logits [b, k] → logits [b, k], to be exported with a network."""
        from evenvoice.imbalance.decisions.module import ShiftModule

        return ShiftModule(self.temperature, self.bias)


class Decision(Protocol):
    """The contract of a decision; its fields are its options.

    Attributes:
        needs_validation: Whether it is fitted on validation rows; one that is not may be given none.
    """

    needs_validation: ClassVar[bool] = True

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """Fit on validation rows: logits [n, k], class numbers [n]; and the training part's class counts [k]."""
        ...


def checked_validation(
    logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float], *, least: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return logits, class numbers and class counts as arrays that fit together.

    Args:
        logits: [n, k].
        y: Class numbers [n].
        class_counts: Of the training part [k].
        least: The fewest rows.

    Raises:
        EvenvoiceError: There are no rows, shapes differ, a logit is not finite, a class number or count is impossible.
    """
    z, numbers, counts = np.asarray(logits, dtype=np.float64), np.asarray(y), np.asarray(class_counts, dtype=np.float64)
    n, k = z.shape if z.ndim == 2 else (0, 0)
    if n < least or k < 2:
        rows = "1 validation row" if least == 1 else f"{least} rows"
        raise EvenvoiceError(f"decision: logits of shape {z.shape}; give [n, k], {rows} and 2 classes at least")
    if strange := int((~np.isfinite(z)).any(axis=1).sum()):
        raise EvenvoiceError(
            f"decision: logits of {strange} of {n} rows are NaN or infinite; lower training.learning_rate"
        )
    if numbers.shape != (n,):
        raise EvenvoiceError(f"decision: y of shape {numbers.shape}; give one class number for each of {n} rows")
    if n and (numbers.dtype.kind not in "iu" or not ((numbers >= 0) & (numbers < k)).all()):
        raise EvenvoiceError(
            f"decision: y holds {shown(_impossible(numbers, k))}; give class numbers from 0 to {k - 1}"
        )
    if counts.shape != (k,) or not (np.isfinite(counts) & (counts >= 1)).all():
        raise EvenvoiceError(
            f"decision: class_counts {shown(counts.tolist())}; give {k} counts of 1 or more, those of the training part"
        )
    return z, numbers.astype(np.int64), counts


def _impossible(numbers: NDArray[Any], k: int) -> Any:
    """Return the first value that is no class number."""
    values = numbers.tolist()
    return next((value for value in values if not isinstance(value, int) or not 0 <= value < k), values[0])


def mean_recall(logits: NDArray[Any], y: NDArray[np.int64]) -> float:
    """Return the UA of the answers: the mean over the classes in ``y`` of their recall."""
    hits = logits.argmax(axis=1) == y
    return float(np.mean([hits[y == number].mean() for number in np.unique(y)]))
