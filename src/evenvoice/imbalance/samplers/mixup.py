"""Mixup of rare classes: rows mixed with a row of any class, labelled as the rare one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.options import check_numbers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add


@dataclass(repr=False)
class Mixup(Planned):
    """Raise small classes with convex mixtures of one of their rows and any other row.

    Source: Zhang et al. 2018, "mixup: beyond empirical risk minimization"; the label of the rarer of two rows as in
    Chou et al. 2020, "Remix: rebalanced mixup". Known: weights are drawn from a Beta distribution; where the other row
    is of a larger class the label is that of the rare one. Assumed: only rows of small classes are mixed, until the
    classes are even; the other row is any but the row itself, each as likely; its share is at most one half.

    Attributes:
        sampling_strategy: See `SMOTE`.
        alpha: Both parameters of the Beta distribution, above 0: small ones stay near the row itself, 1 is even.
    """

    sampling_strategy: OverStrategy = "not majority"
    alpha: float = 1.0

    mixes_classes: ClassVar[bool] = True
    copies: ClassVar[float] = 0.4

    def __post_init__(self) -> None:
        check_strategy("Mixup", self.sampling_strategy, "not majority")
        check_numbers("Mixup", 0, 1e6, alpha=self.alpha)
        if not self.alpha:
            raise EvenvoiceError("Mixup alpha: 0 makes copies; give a number above 0, or use random-over")

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        random, n = np.random.RandomState(seed), len(y)
        more = rows_to_add("Mixup", self.sampling_strategy, have)
        labels = list(have)
        rows_of = {label: np.flatnonzero(targets == labels.index(label)) for label in more}
        drawn = [rows_of[label][random.randint(len(rows_of[label]), size=count)] for label, count in more.items()]
        base = np.concatenate([np.empty(0, np.int64), *drawn])
        other = (base + random.randint(1, n, size=len(base))) % n
        share = random.beta(self.alpha, self.alpha, size=len(base))
        return Plan.pairs(np.arange(n), base, other, np.minimum(share, 1 - share), y[base])
