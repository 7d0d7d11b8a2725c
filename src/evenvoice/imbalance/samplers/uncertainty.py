"""Under-sampling that keeps the rows a naive Bayes classifier is least sure of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.strategy import UnderStrategy, check_strategy, rows_to_keep


@dataclass(repr=False)
class UncertaintyUnderSampler(Planned):
    """Keep the rows of each large class with the smallest margin between their two most probable classes.

    Source: Aridas et al. 2019 (UBUS, [32] of the SMOTE-2DCNN paper). Known: naive Bayes, uncertainty of the class
    probabilities, rows of which it is sure are left out. Assumed: Gaussian naive Bayes fitted once on all rows given;
    uncertainty by the margin; of equal margins the earlier row stays.

    Attributes:
        sampling_strategy: See `RandomUnderSampler`.
    """

    sampling_strategy: UnderStrategy = "not minority"

    copies: ClassVar[float] = 4.1  # with scikit-learn 1.6; 2.3 with 1.9

    def __post_init__(self) -> None:
        check_strategy(type(self).__name__, self.sampling_strategy, "not minority")

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        from sklearn.naive_bayes import GaussianNB

        margin = np.diff(np.sort(GaussianNB().fit(X, targets).predict_proba(X), axis=1)[:, -2:], axis=1)[:, 0]
        stays = np.ones(len(y), dtype=bool)
        labels = list(have)
        for label, count in rows_to_keep(type(self).__name__, self.sampling_strategy, have).items():
            rows = np.flatnonzero(targets == labels.index(label))
            stays[rows[np.argsort(margin[rows], kind="stable")[count:]]] = False
        return Plan.keep(np.flatnonzero(stays), labels=y[:0])
