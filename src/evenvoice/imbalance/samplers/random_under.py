"""Random under-sampling: leave rows of large classes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.imbalance.inputs import checked, class_counts
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler
from evenvoice.imbalance.strategy import UnderStrategy, check_strategy, rows_to_keep


@dataclass(repr=False)
class RandomUnderSampler(BaseSampler):
    """Keep as many rows of each class as the smallest has, drawn without replacement.

    The rows are those of imbalanced-learn's ``RandomUnderSampler(random_state=seed)``, in the order of the source.

    Attributes:
        sampling_strategy: ``"not minority"`` lowers every class to the size of the smallest; a ratio r lowers every
            class to 1 / r of it; a dict of label → count lowers those classes to those counts.

    Raises:
        EvenvoiceError: ``sampling_strategy`` has an impossible value.

    Examples:
        >>> X, y = [[0.0], [1.0], [2.0], [9.0]], ["neutral", "neutral", "neutral", "sad"]
        >>> RandomUnderSampler().plan(X, y).y(y).tolist()
        ['neutral', 'sad']
    """

    sampling_strategy: UnderStrategy = "not minority"

    def __post_init__(self) -> None:
        check_strategy("RandomUnderSampler", self.sampling_strategy, "not minority")

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan some of the rows of X.

        Args:
            X: Features; [n, …].
            y: Labels; [n].
            groups: Ignored.
            seed: Chooses the rows.

        Raises:
            EvenvoiceError: The input is inconsistent, or ``sampling_strategy`` does not fit the classes.
        """
        _, labels, _ = checked(X, y, groups, seed)
        have = class_counts(labels)
        wanted = rows_to_keep("RandomUnderSampler", self.sampling_strategy, have)
        random = np.random.RandomState(seed)
        kept = []
        for label, count in have.items():
            rows = np.flatnonzero(labels == label)
            if label in wanted:
                rows = rows[random.choice(range(count), size=wanted[label], replace=False)]
            kept.append(rows)
        return Plan.keep(np.sort(np.concatenate(kept)), labels=labels[:0])
