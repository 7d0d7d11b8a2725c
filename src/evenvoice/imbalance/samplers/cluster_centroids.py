"""Cluster centroids: replace the rows of large classes by the centres of their clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.strategy import UnderStrategy, check_strategy, rows_to_keep


@dataclass(repr=False)
class ClusterCentroids(Planned):
    """Replace each class that is too large by k-means centres of its rows (Yen & Lee 2009).

    The centres are those of imbalanced-learn's ``ClusterCentroids(random_state=seed)``. They are stored rows, and the
    rows of their cluster are their parents.

    Attributes:
        sampling_strategy: See `RandomUnderSampler`.

    Examples:
        >>> X, y = [[0.0], [1.0], [8.0], [9.0], [5.0], [6.0]], ["neutral"] * 4 + ["sad"] * 2
        >>> plan = ClusterCentroids().plan(X, y)
        >>> sorted(plan.take(X, [2, 3]).ravel().tolist()), sorted(plan.parents([2, 3]).tolist())
        ([0.5, 8.5], [[0, 1], [2, 3]])
    """

    sampling_strategy: UnderStrategy = "not minority"

    copies: ClassVar[float] = 2.5

    def __post_init__(self) -> None:
        check_strategy(type(self).__name__, self.sampling_strategy, "not minority")

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        from sklearn.cluster import KMeans

        wanted = rows_to_keep(type(self).__name__, self.sampling_strategy, have)
        kept, centres, members, labels = [], [X[:0]], [], [y[:0]]
        for number, label in enumerate(have):
            rows = np.flatnonzero(targets == number)
            if label not in wanted:
                kept.append(rows)
                continue
            clusters = KMeans(n_clusters=wanted[label], random_state=seed).fit(X[rows])
            centres.append(clusters.cluster_centers_.astype(X.dtype))
            members += [rows[clusters.labels_ == cluster] for cluster in range(wanted[label])]
            labels.append(np.full(wanted[label], y[rows[0]], dtype=y.dtype))
        parents = np.full((len(members), max((len(rows) for rows in members), default=1)), -1)
        for row, of in enumerate(members):
            parents[row, : len(of)] = of
        stays = np.sort(np.concatenate(kept))
        return Plan.stored(stays, np.concatenate(centres), np.concatenate(labels), made_from=parents)
