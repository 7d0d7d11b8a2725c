"""IR-SMOTE: over-sample clusters of a small class that are not noise, the sparse ones more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.sizes import nothing, plan_of
from evenvoice.imbalance.samplers.within import Pairs, local_density, nearest_others, pairs_between
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add


@dataclass(repr=False)
class IRSMOTE(Planned):
    """SMOTE within k-means clusters of each small class, without its noise, in numbers that follow the density.

    Source: the SMOTE-2DCNN paper's account of IR-SMOTE. Known from it: k-means removes noise of the minority, rows of
    the majority being sorted; kernel density estimation sets the number of rows for each cluster; new rows are of
    Random-SMOTE. Assumed: a row all of whose k nearest rows are of other classes is noise, and no parent; clusters get
    rows in proportion to size over mean density, the density being 1 / (mean distance to the k nearest rows of the
    cluster); rows are made on lines between two neighbours in the cluster. A cluster of one row gets none; where no
    cluster has two, the class is one cluster.

    Attributes:
        sampling_strategy: See `SMOTE`.
        n_clusters: Clusters of each class, or as many as it has rows for.
        k_neighbors: k.
    """

    sampling_strategy: OverStrategy = "not majority"
    n_clusters: int = 3
    k_neighbors: int = 5

    copies: ClassVar[float] = 1.7

    def __post_init__(self) -> None:
        check_strategy("IRSMOTE", self.sampling_strategy, "not majority")
        check_integers("IRSMOTE", n_clusters=self.n_clusters, k_neighbors=self.k_neighbors)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        more = rows_to_add("IRSMOTE", self.sampling_strategy, have)
        random, made = np.random.RandomState(seed), []
        for number, label in enumerate(have):
            if label not in more:
                made.append(nothing())
                continue
            rows = np.flatnonzero(targets == number)
            sound = rows[(targets[nearest_others(X, rows, self.k_neighbors)] == number).any(axis=1)]
            made.append(self._of_class(X, sound if len(sound) > 1 else rows, label, more[label], random, seed))
        return plan_of(np.arange(len(y)), made, targets, y)

    def _of_class(
        self,
        X: NDArray[Any],
        rows: NDArray[np.int64],
        label: Any,
        count: int,
        random: np.random.RandomState,
        seed: int,
    ) -> Pairs:
        """Parents and λ of the rows of one class."""
        from sklearn.cluster import KMeans

        found = KMeans(min(self.n_clusters, len(rows)), n_init=10, random_state=seed).fit(X[rows]).labels_
        clusters = [rows[found == cluster] for cluster in np.unique(found) if np.sum(found == cluster) > 1] or [rows]
        share = np.array([len(of) / local_density(X[of], self.k_neighbors).mean() for of in clusters])
        even = np.full(len(share), 1 / len(share))
        each = random.multinomial(count, share / share.sum() if share.sum() > 0 else even)
        parts = [
            pairs_between(X, of, int(n), self.k_neighbors, random, label)
            for of, n in zip(clusters, each, strict=True)
            if n
        ]
        return np.concatenate([pairs for pairs, _ in parts]), np.concatenate([gap for _, gap in parts])
