"""A threshold for each class, searched on validation rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.decisions.base import Shift, checked_validation, mean_recall
from evenvoice.imbalance.strategy import is_integer


@dataclass(frozen=True)
class Thresholds:
    """A bias for each class that makes the UA on the validation rows highest, by coordinate ascent.

    The classes take turns, the rarest of the training part first; each is given the bias, of all that change an answer,
    with the highest UA, and of equal ones the smallest. It stops when a round changes nothing. The optimum is a local
    one, and with few validation rows it is mostly chance: compare with ``none``.

    Attributes:
        rounds: The most rounds over the classes.

    Raises:
        EvenvoiceError: ``rounds`` is not an integer of 1 or more.

    Examples:
        >>> fitted = Thresholds().fit([[2.0, 1.0], [2.0, 0.0], [2.0, 1.5]], [1, 0, 1], (30, 10))
        >>> fitted([[2.0, 1.0], [2.0, 0.0], [2.0, 1.5]]).argmax(axis=1)
        array([1, 0, 1])
    """

    needs_validation: ClassVar[bool] = True
    rounds: int = 10

    def __post_init__(self) -> None:
        if not is_integer(self.rounds) or self.rounds < 1:
            raise EvenvoiceError(f"decision thresholds: rounds {self.rounds!r}; give an integer of 1 or more")

    def fit(self, logits: ArrayLike, y: ArrayLike, class_counts: Sequence[float]) -> Shift:
        """See `Decision.fit`."""
        z, numbers, counts = checked_validation(logits, y, class_counts)
        bias = np.zeros(len(counts))
        highest = mean_recall(z, numbers)
        for _ in range(self.rounds):
            before = highest
            for number in np.argsort(counts, kind="stable").tolist():
                best = bias
                for change in _changes(z + bias, number):
                    moved = bias.copy()
                    moved[number] += change
                    found = mean_recall(z + moved, numbers)
                    if found > highest + 1e-12:
                        highest, best = found, moved
                bias = best
            if highest == before:
                break
        return Shift(1.0, bias)


def _changes(logits: NDArray[np.float64], number: int) -> list[float]:
    """Return the biases of one class between those at which an answer changes, the smallest first."""
    others = np.delete(logits, number, axis=1).max(axis=1)
    turns = np.unique(others - logits[:, number])
    between = np.concatenate([[turns[0] - 1], (turns[:-1] + turns[1:]) / 2, [turns[-1] + 1]])
    return sorted(between.tolist(), key=lambda change: (abs(change), change))
