"""Kalman-SMOTE: made rows that a Kalman filter finds unlikely are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_numbers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.smote import SMOTE
from evenvoice.imbalance.strategy import OverStrategy

_PROCESS, _MEASUREMENT = 1e-4, 1.0


@dataclass(repr=False)
class KalmanSMOTE(Planned):
    """SMOTE, then leave out the made rows that surprise a Kalman filter of their class most.

    Source: Thejas et al. 2022 ([40] of the SMOTE-2DCNN paper). Known: a Kalman filter filters noisy rows out of the
    data set of recorded and made rows. Assumed: for each class and attribute a constant state is filtered over the
    recorded rows of the class, then over the made ones, with a measurement noise of 1 and a process noise of 0.0001
    in units of the class's variance; a made row's surprise is its mean squared innovation over the innovation's
    variance; the ``drop`` of the made rows of a class with the greatest surprise is left out, and no recorded row.
    So classes end slightly smaller than SMOTE makes them.

    Attributes:
        k_neighbors: See `SMOTE`.
        sampling_strategy: See `SMOTE`.
        drop: Fraction of the made rows of each class, from 0 to 1.
    """

    k_neighbors: int | Literal["shrink"] = 5
    sampling_strategy: OverStrategy = "not majority"
    drop: float = 0.1

    copies: ClassVar[float] = 1.6

    def __post_init__(self) -> None:
        self._smote()
        check_numbers("KalmanSMOTE", 0, 1, drop=self.drop)

    def _smote(self) -> SMOTE:
        return SMOTE(self.k_neighbors, self.sampling_strategy)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        plan = self._smote().plan(X, y, seed=seed)
        made = np.flatnonzero(plan.synthetic)
        stays = np.ones(len(plan), dtype=bool)
        for number, label in enumerate(have):
            rows = made[plan.labels == label]
            dropped = int(self.drop * len(rows))
            if dropped:
                surprise = surprises(X[targets == number], plan.take(X, rows))
                stays[rows[np.argsort(-surprise, kind="stable")[:dropped]]] = False
        return plan.then(Plan.keep(np.flatnonzero(stays), labels=y[:0]))


def surprises(recorded: NDArray[Any], made: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean over the attributes of innovation² / its variance for each made row; [made rows].

    Args:
        recorded: Rows that the filter sees first; [n, d].
        made: Rows that it sees then, in their order; [s, d].
    """
    variance = np.maximum(recorded.var(axis=0, dtype=np.float64), np.finfo(float).tiny ** 0.5)
    state, uncertainty = recorded[0].astype(np.float64), 1.0  # in units of the variance, like the noises
    found = np.empty(len(made))
    for place, row in enumerate([*recorded[1:], *made], start=1 - len(recorded)):
        uncertainty += _PROCESS
        innovation = row - state
        if place >= 0:
            found[place] = np.mean(innovation**2 / (variance * (uncertainty + _MEASUREMENT)))
        gain = uncertainty / (uncertainty + _MEASUREMENT)
        state, uncertainty = state + gain * innovation, (1 - gain) * uncertainty
    return found
