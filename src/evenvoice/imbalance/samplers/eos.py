"""EOS: rows of small classes on the way to their nearest enemies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.options import check_integers, check_numbers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.within import nearest_others
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add


@dataclass(repr=False)
class EOS(Planned):
    """Expansive over-sampling: new rows between rows at the border and their nearest rows of other classes.

    Source: Dablain, Bellinger, Krawczyk & Chawla 2023, "Efficient augmentation for imbalanced deep learning", made for
    a network's embeddings (``training.retrain``). Known: among the k nearest rows of each row of the small class, those
    of other classes are its nearest enemies; a row that has some is a base; new rows lie on the line from a base to one
    of its enemies and have the label of the base. Assumed: bases and enemies are drawn evenly, and λ from 0 to
    ``reach``. Where no row of a class has an enemy among its neighbours, each row's nearest enemy takes part.

    Attributes:
        sampling_strategy: See `SMOTE`.
        k_neighbors: k.
        reach: How far towards the enemy a row may lie, above 0 and up to 1.
    """

    sampling_strategy: OverStrategy = "not majority"
    k_neighbors: int = 10
    reach: float = 1.0

    mixes_classes: ClassVar[bool] = True
    copies: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        check_strategy("EOS", self.sampling_strategy, "not majority")
        check_integers("EOS", k_neighbors=self.k_neighbors)
        check_numbers("EOS", 0, 1, reach=self.reach)
        if not self.reach:
            raise EvenvoiceError("EOS reach: 0 makes copies; give a number above 0 and up to 1, or use random-over")

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        from sklearn.neighbors import NearestNeighbors

        random, labels = np.random.RandomState(seed), list(have)
        base, enemy, classes = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [y[:0]]
        for label, count in rows_to_add("EOS", self.sampling_strategy, have).items():
            number = labels.index(label)
            rows, others = np.flatnonzero(targets == number), np.flatnonzero(targets != number)
            around = nearest_others(X, rows, self.k_neighbors)
            possible = targets[around] != number
            if not possible.any():
                nearest = NearestNeighbors(n_neighbors=1).fit(X[others]).kneighbors(X[rows], return_distance=False)
                around, possible = others[nearest], np.ones((len(rows), 1), dtype=bool)
            at_border = np.flatnonzero(possible.any(axis=1))
            drawn = at_border[random.randint(len(at_border), size=count)]
            which = random.randint(possible[drawn].sum(axis=1))
            # The enemies first, nearest first: the one drawn is found by its place among them.
            order = np.argsort(~possible[drawn], axis=1, kind="stable")
            base.append(rows[drawn])
            enemy.append(around[drawn, order[np.arange(count), which]])
            classes.append(np.full(count, y[rows[0]], dtype=y.dtype))
        first, second = np.concatenate(base), np.concatenate(enemy)
        gap = random.uniform(0, self.reach, size=len(first))
        return Plan.pairs(np.arange(len(y)), first, second, gap, np.concatenate(classes))
