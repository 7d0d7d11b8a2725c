"""DBIG-US: leave out noise found by DBSCAN, then thin what is crowded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.strategy import UnderStrategy, check_strategy, rows_to_keep


@dataclass(repr=False)
class DBIGUnderSampler(Planned):
    """Leave out rows of large classes in two stages: noise by DBSCAN, then the nearer of the closest rows.

    Source: Guzmán-Ponce et al. 2021 (DBIG-US, [26] of the SMOTE-2DCNN paper). Known: DBSCAN removes noise of the
    majority, then a graph over its rows picks those that stay. Assumed: ε is the median distance to the
    ``min_samples``-th nearest row of the class; no more noise is removed than the target allows, the loneliest first;
    the graph joins each row to its nearest, the shortest edge is taken, and of its two rows the one whose second
    nearest row is nearer goes, until the target is reached.

    Attributes:
        sampling_strategy: See `RandomUnderSampler`.
        min_samples: Rows within ε, itself counted, that make a row a core row of DBSCAN.
    """

    sampling_strategy: UnderStrategy = "not minority"
    min_samples: int = 5

    copies: ClassVar[float] = 2.3

    def __post_init__(self) -> None:
        check_strategy(type(self).__name__, self.sampling_strategy, "not minority")
        check_integers(type(self).__name__, least=2, min_samples=self.min_samples)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        labels, stays = list(have), np.ones(len(y), dtype=bool)
        for label, count in rows_to_keep(type(self).__name__, self.sampling_strategy, have).items():
            rows = np.flatnonzero(targets == labels.index(label))
            stays[rows] = False
            stays[rows[self._kept(X[rows], count)]] = True
        return Plan.keep(np.flatnonzero(stays), labels=y[:0])

    def _kept(self, X: NDArray[Any], count: int) -> NDArray[np.int64]:
        """Return which rows of a class stay; int [count]."""
        from sklearn.cluster import DBSCAN
        from sklearn.metrics import pairwise_distances

        distance = pairwise_distances(X.astype(np.float64))
        reach = np.sort(distance, axis=1)[:, min(self.min_samples, len(X)) - 1]
        eps = max(float(np.median(reach)), np.finfo(float).tiny)
        noise = DBSCAN(eps=eps, min_samples=self.min_samples, metric="precomputed").fit(distance).labels_ == -1
        lonely = np.flatnonzero(noise)[np.argsort(-reach[noise], kind="stable")]
        left = np.setdiff1d(np.arange(len(X)), lonely[: len(X) - count])
        among = distance[np.ix_(left, left)]
        np.fill_diagonal(among, np.inf)
        alive = np.ones(len(left), dtype=bool)
        while alive.sum() > count:
            first, second = np.unravel_index(among.argmin(), among.shape)
            reached = [np.partition(among[row], 1)[1] for row in (first, second)]
            gone = second if reached[1] <= reached[0] else first
            alive[gone] = False
            among[gone], among[:, gone] = np.inf, np.inf
        return np.asarray(left[alive])
