"""CDSMOTE: large classes as many small ones, small classes over-sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.sizes import nothing, plan_of
from evenvoice.imbalance.samplers.within import pairs_between


@dataclass(repr=False)
class CDSMOTE(Planned):
    """Raise small classes to the mean size of all classes, once large ones count as the clusters they consist of.

    Source: Elyan, Moreno-García & Jayne 2021 ([39] of the SMOTE-2DCNN paper). Known: the majority is decomposed by
    k-means, no row of it is removed, and minority classes below the mean size are over-sampled by SMOTE. Assumed: a
    class above the mean size is cut into ``n_clusters`` clusters, which count as classes when the mean size is taken
    again; the labels themselves stay, for a plan has the labels of its source: their classifier is trained on the
    clusters and its answers are merged.

    Attributes:
        n_clusters: Clusters of each class above the mean size.
        k_neighbors: Neighbours to draw the second parent from, or as many as there are.
    """

    n_clusters: int = 2
    k_neighbors: int = 5

    copies: ClassVar[float] = 1.9

    def __post_init__(self) -> None:
        check_integers("CDSMOTE", n_clusters=self.n_clusters, k_neighbors=self.k_neighbors)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        from sklearn.cluster import KMeans

        sizes = list(have.values())
        parts: list[int] = []
        for number, size in enumerate(sizes):
            if size > np.mean(sizes):
                clusters = KMeans(min(self.n_clusters, size), n_init=10, random_state=seed).fit(X[targets == number])
                parts += [int(count) for count in np.bincount(clusters.labels_)]
            else:
                parts.append(size)
        wanted, random, made = round(float(np.mean(parts))), np.random.RandomState(seed), []
        for number, (label, size) in enumerate(have.items()):
            rows = np.flatnonzero(targets == number)
            more = wanted - size
            made.append(pairs_between(X, rows, more, self.k_neighbors, random, label) if more > 0 else nothing())
        return plan_of(np.arange(len(y)), made, targets, y)
