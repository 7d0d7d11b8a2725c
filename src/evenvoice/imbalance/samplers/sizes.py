"""Bring each class to a size: random under-sampling where it is too large, SMOTE where it is too small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.within import Pairs, pairs_between


def to_sizes(
    X: NDArray[Any], targets: NDArray[Any], sizes: Sequence[int], k: int, random: np.random.RandomState
) -> tuple[NDArray[np.int64], list[Pairs]]:
    """Return the rows kept, and for each class the parents and λ of the rows made.

    Args:
        X: Features; [n, d].
        targets: Class numbers; [n].
        sizes: How many rows each class gets.
        k: Neighbours to draw the second parent from.
        random: Draws.

    Raises:
        EvenvoiceError: A class of one row is to grow.
    """
    kept, made = [], []
    for number, size in enumerate(sizes):
        rows = np.flatnonzero(targets == number)
        more = max(0, size - len(rows))
        made.append(pairs_between(X, rows, more, k, random) if more else nothing())
        kept.append(rows if size >= len(rows) else random.choice(rows, size=size, replace=False))
    return np.sort(np.concatenate(kept)), made


def plan_of(kept: NDArray[np.int64], made: list[Pairs], targets: NDArray[Any], y: NDArray[Any]) -> Plan:
    """Return the plan that keeps rows and makes, class by class, rows between pairs of parents."""
    first_of = [y[np.flatnonzero(targets == number)[:1]] for number in range(len(made))]
    labels = [np.repeat(label, len(gap)) for label, (_, gap) in zip(first_of, made, strict=True)]
    base, neighbour = np.concatenate([pairs for pairs, _ in made]).T
    return Plan.pairs(kept, base, neighbour, np.concatenate([gap for _, gap in made]), np.concatenate(labels))


def nothing() -> Pairs:
    """Return no pairs."""
    return np.empty((0, 2), dtype=np.int64), np.empty(0)
