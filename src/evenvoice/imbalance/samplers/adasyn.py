"""ADASYN: SMOTE with more rows where other classes are near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add


@dataclass(repr=False)
class ADASYN(Planned):
    """Adaptive synthetic sampling (He, Bai, Garcia & Li 2008).

    Each row of a small class is the base of a number of rows in proportion to the share of other classes among its
    neighbours; rounding may give a row or two more or fewer than asked. The rows are those of imbalanced-learn's
    ``ADASYN(random_state=seed)``.

    Attributes:
        sampling_strategy: See `SMOTE`.
        n_neighbors: Neighbours that are counted, and neighbours of its class to draw the second parent from.
    """

    sampling_strategy: OverStrategy = "not majority"
    n_neighbors: int = 5

    copies: ClassVar[float] = 1.8

    def __post_init__(self) -> None:
        check_strategy("ADASYN", self.sampling_strategy, "not majority")
        check_integers("ADASYN", n_neighbors=self.n_neighbors)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        from sklearn.neighbors import NearestNeighbors

        random, k = np.random.RandomState(seed), self.n_neighbors
        among_all = NearestNeighbors(n_neighbors=k + 1).fit(X)
        labels = list(have)
        pairs, gaps, classes = [np.empty((0, 2), dtype=np.int64)], [np.empty(0)], [y[:0]]
        for label, count in rows_to_add("ADASYN", self.sampling_strategy, have).items():
            rows = np.flatnonzero(targets == labels.index(label))
            near = among_all.kneighbors(X[rows], return_distance=False)[:, 1:]
            share = (y[near] != label).mean(axis=1)
            if not share.any():
                raise EvenvoiceError(
                    f"sampler ADASYN: no row of class {label!r} has another class among its {k} neighbours, so none is "
                    "hard to learn; use smote"
                )
            each = np.rint(share / share.sum() * count).astype(int)
            total = int(each.sum())
            if not total:
                raise EvenvoiceError(f"sampler ADASYN: no row to make for class {label!r} after rounding; use smote")
            own = NearestNeighbors(n_neighbors=k + 1).fit(X[rows]).kneighbors(X[rows], return_distance=False)[:, 1:]
            base = np.repeat(np.arange(len(rows)), each)
            neighbour = own[base, random.choice(k, size=total)]
            gaps.append(random.uniform(size=(total, 1))[:, 0])
            pairs.append(rows[np.stack([base, neighbour], axis=1)])
            classes.append(np.full(total, y[rows[0]], dtype=y.dtype))
        base, neighbour = np.concatenate(pairs).T
        return Plan.pairs(np.arange(len(y)), base, neighbour, np.concatenate(gaps), np.concatenate(classes))
