"""A sampler: the rarest class twice."""

from dataclasses import dataclass

import numpy as np

from evenvoice.imbalance import BaseSampler, Plan, checked, class_counts


@dataclass(repr=False)
class RepeatRarest(BaseSampler):
    """Keep every row, and the rows of the rarest class once more.

    Attributes:
        times: How often the rarest class is there in all.
    """

    times: int = 2

    def plan(self, X, y, groups=None, seed=0) -> Plan:
        """Plan the repeats."""
        _, y, _ = checked(X, y, groups, seed)
        counts = class_counts(y)
        rarest = np.flatnonzero(y == min(counts, key=counts.get))
        return Plan.keep(np.concatenate([np.arange(len(y)), np.tile(rarest, self.times - 1)]), labels=y[:0])
