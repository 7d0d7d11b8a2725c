"""Under-sampling by simulated annealing over which rows stay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers, check_numbers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.within import judging_folds, recall_of
from evenvoice.imbalance.strategy import UnderStrategy, check_strategy, rows_to_keep


@dataclass(repr=False)
class AnnealingUnderSampler(Planned):
    """Search the rows of large classes that a classifier learns best from.

    Source: Chennuru & Timmappareddy 2022 (SAUS, [30] of the SMOTE-2DCNN paper). Known: simulated annealing over subsets
    of the majority. Assumed: one objective, the UA of Gaussian naive Bayes in 3-fold cross-validation over the rows
    given; a move swaps a tenth of a class's rows for rows that were left out; geometric cooling; the best set seen is
    kept. With small corpora it fits the noise of its own folds.

    Attributes:
        sampling_strategy: See `RandomUnderSampler`.
        iterations: Moves.
        temperature: At the start, in UA (0.05 is five points); it falls to a hundredth of that.
    """

    sampling_strategy: UnderStrategy = "not minority"
    iterations: int = 100
    temperature: float = 0.05

    copies: ClassVar[float] = 1.4

    def __post_init__(self) -> None:
        check_strategy(type(self).__name__, self.sampling_strategy, "not minority")
        check_integers(type(self).__name__, iterations=self.iterations)
        check_numbers(type(self).__name__, 1e-6, 1, temperature=self.temperature)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        labels = list(have)
        wanted = rows_to_keep(type(self).__name__, self.sampling_strategy, have)
        if not wanted:
            return Plan.keep(np.arange(len(y)), labels=y[:0])
        random, folds = np.random.RandomState(seed), judging_folds(targets, have, seed)
        stays = np.ones(len(y), dtype=bool)
        for label, count in wanted.items():
            rows = np.flatnonzero(targets == labels.index(label))
            stays[random.choice(rows, size=len(rows) - count, replace=False)] = False
        now = best = recall_of(X, targets, np.flatnonzero(stays), folds)
        best_set = stays
        for step in range(self.iterations):
            moved = stays.copy()
            rows = np.flatnonzero(targets == labels.index(list(wanted)[random.randint(len(wanted))]))
            inside, outside = rows[moved[rows]], rows[~moved[rows]]
            n = max(1, min(len(inside), len(outside)) // 10)
            moved[random.choice(inside, n, replace=False)] = False
            moved[random.choice(outside, n, replace=False)] = True
            found = recall_of(X, targets, np.flatnonzero(moved), folds)
            heat = self.temperature * 0.01 ** (step / self.iterations)
            if found >= now or random.uniform() < math.exp((found - now) / heat):
                stays, now = moved, found
            if found > best:
                best, best_set = found, moved
        return Plan.keep(np.flatnonzero(best_set), labels=y[:0])
