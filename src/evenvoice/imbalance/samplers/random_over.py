"""Random over-sampling: keep rows of small classes more than once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.imbalance.inputs import checked, class_counts
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add


@dataclass(repr=False)
class RandomOverSampler(BaseSampler):
    """Keep rows drawn with replacement once more, until the classes are even (no row is made).

    The rows are those of imbalanced-learn's ``RandomOverSampler(random_state=seed)``, in the same order.

    Attributes:
        sampling_strategy: See `SMOTE`.

    Raises:
        EvenvoiceError: ``sampling_strategy`` has an impossible value.

    Examples:
        >>> X, y = [[0.0], [1.0], [2.0], [9.0]], ["neutral", "neutral", "neutral", "sad"]
        >>> RandomOverSampler().plan(X, y).kept
        array([0, 1, 2, 3, 3, 3])
    """

    sampling_strategy: OverStrategy = "not majority"

    def __post_init__(self) -> None:
        check_strategy("RandomOverSampler", self.sampling_strategy, "not majority")

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan the rows of X as they are, then the repeats, class by class.

        Args:
            X: Features; [n, …].
            y: Labels; [n].
            groups: Ignored.
            seed: Chooses the rows.

        Raises:
            EvenvoiceError: The input is inconsistent, or ``sampling_strategy`` does not fit the classes.
        """
        _, labels, _ = checked(X, y, groups, seed)
        random = np.random.RandomState(seed)
        kept = [np.arange(len(labels))]
        for label, count in rows_to_add("RandomOverSampler", self.sampling_strategy, class_counts(labels)).items():
            kept.append(random.choice(np.flatnonzero(labels == label), size=count, replace=True))
        return Plan.keep(np.concatenate(kept), labels=labels[:0])
