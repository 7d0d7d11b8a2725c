"""What to compare other samplers with: nothing at all, and class weights in the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.imbalance.inputs import checked, class_counts
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler


@dataclass(repr=False)
class NoBalancing(BaseSampler):
    """Keep every row, make none.

    Examples:
        >>> len(NoBalancing().plan([[0.0], [1.0], [2.0]], ["sad", "sad", "happy"]))
        3
    """

    deterministic: ClassVar[bool] = True

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan the rows of X as they are.

        Args:
            X: Features; [n, …].
            y: Labels; [n].
            groups: Ignored.
            seed: Ignored.

        Raises:
            EvenvoiceError: The input is inconsistent: lengths, missing labels, no rows.
        """
        return _keep_all(X, y, groups, seed, weighted=False)


@dataclass(repr=False)
class ClassWeights(BaseSampler):
    """Keep every row, make none, and weigh each class in the loss by n / (C·n_c), as scikit-learn's ``"balanced"``.

    n is the number of rows, C the number of classes, n_c the rows of class c (King & Zeng 2001).

    Examples:
        >>> ClassWeights().plan([[0.0], [1.0], [2.0]], ["sad", "sad", "happy"]).class_weights
        {'happy': 1.5, 'sad': 0.75}
    """

    deterministic: ClassVar[bool] = True

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan the rows of X as they are, with class weights.

        Args:
            X: Features; [n, …].
            y: Labels; [n].
            groups: Ignored.
            seed: Ignored.

        Raises:
            EvenvoiceError: The input is inconsistent: lengths, missing labels, no rows.
        """
        return _keep_all(X, y, groups, seed, weighted=True)


def _keep_all(X: ArrayLike, y: ArrayLike, groups: ArrayLike | None, seed: int, *, weighted: bool) -> Plan:
    """Return a plan of the rows as they are."""
    _, labels, _ = checked(X, y, groups, seed)
    counts = class_counts(labels)
    weights = {label: len(labels) / (len(counts) * count) for label, count in counts.items()}
    return Plan.keep(np.arange(len(labels)), labels=labels[:0], class_weights=weights if weighted else None)
