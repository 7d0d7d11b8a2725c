"""Progressive under-sampling along the sequence of density peaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.within import judging_folds, local_density, recall_of


@dataclass(repr=False)
class DensityPeakUnderSampler(Planned):
    """Leave out rows of large classes in the order of their density peaks, as long as that helps.

    Source: Xie et al. 2021 ([34] of the SMOTE-2DCNN paper). Known: ρ (local density), δ (distance to the nearest denser
    row) and γ = ρ·δ of density-peak clustering (Rodriguez & Laio 2014) order the majority, and rows are removed along
    that sequence. Assumed: ρ as in `DensityUnderSampler`; rows of the smallest γ go first; the classes shrink together
    in ``steps`` steps to the size of the smallest, and the step with the highest UA of Gaussian naive Bayes in 3-fold
    cross-validation over the rows given is kept (of equal ones the one that removes least).

    Attributes:
        n_neighbors: Neighbours that the density is measured by.
        steps: Steps from all rows to even classes.
    """

    n_neighbors: int = 5
    steps: int = 5

    copies: ClassVar[float] = 3.5

    def __post_init__(self) -> None:
        check_integers(type(self).__name__, n_neighbors=self.n_neighbors, steps=self.steps)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        smallest, sizes = min(have.values()), list(have.values())
        folds = judging_folds(targets, have, seed)
        ordered = []
        for number in range(len(sizes)):
            rows = np.flatnonzero(targets == number)
            ordered.append(rows[np.argsort(-peaks(X[rows], self.n_neighbors), kind="stable")])
        best, kept = -1.0, np.arange(len(y))
        for step in range(self.steps + 1):
            left = [size - round((size - smallest) * step / self.steps) for size in sizes]
            candidate = np.sort(np.concatenate([rows[:n] for rows, n in zip(ordered, left, strict=True)]))
            found = recall_of(X, targets, candidate, folds)
            if found > best:
                best, kept = found, candidate
        return Plan.keep(kept, labels=y[:0])


def peaks(X: NDArray[Any], k: int) -> NDArray[np.float64]:
    """Return γ = ρ·δ of each row of a class; [n]. The densest row has the largest distance of any row for δ.

    Examples:
        >>> peaks(np.array([[0.0], [1.0], [2.0], [10.0]]), 2).round(2)
        array([0.67, 9.  , 0.67, 0.94])
    """
    if len(X) == 1:
        return np.ones(1)
    density = local_density(X, k)
    order = np.argsort(-density, kind="stable")
    delta = np.empty(len(X))
    for place, row in enumerate(order.tolist()):
        among = X[order[:place]] if place else X
        distance = np.linalg.norm(among.astype(np.float64) - X[row], axis=1)
        delta[row] = distance.min() if place else distance.max()
    return density * delta
