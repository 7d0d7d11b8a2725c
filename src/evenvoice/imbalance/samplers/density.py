"""Density-based under-sampling and hybrid sampling: DB_US and DB_HS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.within import density_of, local_density, nearest_distances, pairs_between


@dataclass(repr=False)
class DensityUnderSampler(Planned):
    """Leave out rows of large classes: those that overlap with smaller classes first, then those in thin places.

    Source: Mayabadi & Saadatfar 2022 (DB_US, [36] of the SMOTE-2DCNN paper). Known: rows of the majority in the
    overlap and noise are removed by density until the classes are even. Assumed: a row overlaps if one of its k nearest
    rows is of a smaller class; the density is 1 / (mean distance to the k nearest rows of its class); of the rows that
    overlap, and then of the others, the least dense go first.

    Attributes:
        n_neighbors: k.
    """

    n_neighbors: int = 5

    copies: ClassVar[float] = 1.6

    def __post_init__(self) -> None:
        check_integers(type(self).__name__, n_neighbors=self.n_neighbors)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        stays = self._thinned(X, targets, min(have.values()))
        return Plan.keep(np.flatnonzero(stays), labels=y[:0])

    def _thinned(self, X: NDArray[Any], targets: NDArray[Any], size: int) -> NDArray[np.bool_]:
        """Return which rows stay when no class keeps more than ``size``."""
        sizes = np.bincount(targets)
        stays = np.ones(len(X), dtype=bool)
        for number in np.flatnonzero(sizes > size):
            rows = np.flatnonzero(targets == number)
            density, among_smaller = self._surroundings(X, rows, targets, sizes)
            order = np.lexsort((density, ~among_smaller))
            stays[rows[order[: sizes[number] - size]]] = False
        return stays

    def _surroundings(
        self, X: NDArray[Any], rows: NDArray[np.int64], targets: NDArray[Any], sizes: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the density of each row of a class in it, and whether a smaller class is among the nearest rows.

        Rows of the class and other rows are searched apart, so that no distance is computed twice.
        """
        others = np.setdiff1d(np.arange(len(X)), rows)
        own = nearest_distances(X[rows], self.n_neighbors)
        k = min(self.n_neighbors, len(others))
        distance, near = NearestNeighbors(n_neighbors=k).fit(X[others]).kneighbors(X[rows])
        smaller = np.zeros((len(rows), own.shape[1] + k), dtype=bool)
        smaller[:, own.shape[1] :] = sizes[targets[others[near]]] < len(rows)
        order = np.argsort(np.concatenate([own, distance], axis=1), axis=1, kind="stable")
        nearest = order[:, : self.n_neighbors]
        return density_of(own), np.asarray(np.take_along_axis(smaller, nearest, axis=1).any(axis=1))


@dataclass(repr=False)
class DensityHybridSampler(DensityUnderSampler):
    """Bring all classes to their mean size: large ones as `DensityUnderSampler`, small ones by SMOTE in dense places.

    Source: Mayabadi & Saadatfar 2022 (DB_HS). Known: fewer rows are removed, and the minority is over-sampled. Assumed:
    the mean size as target; parents are the denser half of a class's rows (two at least).
    """

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        size = len(y) // len(have)
        stays = self._thinned(X, targets, size)
        random = np.random.RandomState(seed)
        pairs, gaps, labels = [np.empty((0, 2), dtype=np.int64)], [np.empty(0)], [y[:0]]
        for number, (label, count) in enumerate(have.items()):
            if count >= size:
                continue
            rows = np.flatnonzero(targets == number)
            dense = rows[np.argsort(-local_density(X[rows], self.n_neighbors), kind="stable")[: max(2, -(-count // 2))]]
            drawn, gap = pairs_between(X, np.sort(dense), size - count, self.n_neighbors, random, label)
            pairs.append(drawn)
            gaps.append(gap)
            labels.append(np.full(size - count, y[rows[0]], dtype=y.dtype))
        base, neighbour = np.concatenate(pairs).T
        return Plan.pairs(np.flatnonzero(stays), base, neighbour, np.concatenate(gaps), np.concatenate(labels))
