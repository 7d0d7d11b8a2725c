"""RB-CCR: clean a sphere around each row of a small class, and fill it with rows chosen by a radial-basis potential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers, check_numbers, check_one_of
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add

_ROWS = 32

Region = Literal["low", "equal", "high", "any"]


@dataclass(repr=False)
class RBCCR(Planned):
    """Radial-based combined cleaning and resampling: **it moves rows of larger classes** out of the spheres.

    Source: Koziarski, Bellinger & Woźniak 2021 ([29] of the SMOTE-2DCNN paper). Known: a sphere around each row of the
    minority grows until its energy is spent, faster the more majority rows are inside; these are pushed to its surface;
    rows are made inside in numbers that fall with the radius; of candidates, the region of low, equal or high
    potential Σ exp(−(d/γ)²) over the minority less the same over the majority gives the row. Assumed: classes in turn
    from the smallest, the majority being all larger classes; the unit of energy and γ is the median distance of the
    class's rows to their nearest majority row; regions are thirds of ``candidates`` drawn evenly in the sphere. Made
    and moved rows are stored; a moved row's parent is itself.

    Attributes:
        sampling_strategy: See `SMOTE`.
        energy: Of each sphere, in the unit above.
        gamma: γ, in the unit above.
        region: Third of the candidates: ``"low"``, ``"equal"``, ``"high"`` potential, or ``"any"``.
        candidates: Candidates for each row that is made.
    """

    sampling_strategy: OverStrategy = "not majority"
    energy: float = 1.0
    gamma: float = 1.0
    region: Region = "equal"
    candidates: int = 9

    copies: ClassVar[float] = 8.1

    def __post_init__(self) -> None:
        check_strategy("RBCCR", self.sampling_strategy, "not majority")
        check_numbers("RBCCR", 1e-6, 1e6, energy=self.energy, gamma=self.gamma)
        check_one_of("RBCCR", get_args(Region), region=self.region)
        check_integers("RBCCR", least=3, candidates=self.candidates)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        from sklearn.metrics import pairwise_distances

        random, sizes, labels = np.random.RandomState(seed), np.bincount(targets), list(have)
        now, moved = X.astype(np.float64), np.zeros(len(X), dtype=bool)
        more = rows_to_add("RBCCR", self.sampling_strategy, have)
        made: list[NDArray[Any]] = []
        parents: list[int] = []
        for number in sorted((labels.index(label) for label in more), key=lambda number: (sizes[number], number)):
            small = np.flatnonzero(targets == number)
            large = np.flatnonzero(sizes[targets] > sizes[number])
            distance = pairwise_distances(now[small], now[large])
            unit = float(np.median(distance.min(axis=1))) or 1.0
            radii = np.array([sphere(row, self.energy * unit) for row in distance])
            rows, bases = self._filled(now, small, large, radii, more[labels[number]], unit, random)
            push = np.zeros((len(large), X.shape[1]))
            for place, radius in enumerate(radii):
                inside = np.flatnonzero(distance[place] < radius)
                away = now[large[inside]] - now[small[place]]
                # A row at the very centre has no direction to go.
                push[inside] += away * (radius / np.maximum(distance[place, inside], 1e-12) - 1)[:, None]
            gone = np.abs(push).max(axis=1) > 0
            now[large] += push
            moved[large[gone]] = True
            made.append(rows)
            parents += bases.tolist()
        stored = np.concatenate([now[moved], *made]).astype(X.dtype)
        column = np.concatenate([np.flatnonzero(moved), np.array(parents, dtype=np.int64)])[:, None]
        return Plan.stored(np.flatnonzero(~moved), stored, y[column[:, 0]], made_from=column)

    def _filled(
        self,
        X: NDArray[np.float64],
        small: NDArray[np.int64],
        large: NDArray[np.int64],
        radii: NDArray[np.float64],
        count: int,
        unit: float,
        random: np.random.RandomState,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Make rows in the spheres; return them, [count, d], and the row at the centre of each."""
        share = 1 / np.maximum(radii, 1e-12)
        bases = random.choice(len(small), size=count, p=share / share.sum())
        rows = np.empty((count, X.shape[1]))
        near, far = X[small], X[large]
        choices = np.array_split(np.arange(self.candidates), 3)
        choice = {"low": choices[0], "equal": choices[1], "high": choices[2]}.get(
            self.region, np.arange(self.candidates)
        )
        # As many candidates at a time as make the products of matrices worth while.
        for start in range(0, count, _ROWS):
            of = bases[start : start + _ROWS]
            points, drawn = np.empty((len(of), self.candidates, X.shape[1])), np.empty(len(of), dtype=np.int64)
            for place, base in enumerate(of.tolist()):
                towards = random.normal(size=(self.candidates, X.shape[1]))
                towards /= np.linalg.norm(towards, axis=1, keepdims=True)
                length = radii[base] * random.uniform(size=self.candidates) ** (1 / X.shape[1])
                points[place] = near[base] + towards * length[:, None]
                drawn[place] = random.choice(choice)
            potential = self._potential(points.reshape(-1, X.shape[1]), near, far, unit)
            order = np.argsort(potential.reshape(len(of), self.candidates), axis=1, kind="stable")
            rows[start : start + len(of)] = points[np.arange(len(of)), order[np.arange(len(of)), drawn]]
        return rows, small[bases]

    def _potential(
        self, points: NDArray[Any], small: NDArray[Any], large: NDArray[Any], unit: float
    ) -> NDArray[np.float64]:
        """Return the class potential of points; [points]."""
        from sklearn.metrics import pairwise_distances

        near, far = (
            np.exp(-((pairwise_distances(points, rows) / (self.gamma * unit)) ** 2)).sum(axis=1)
            for rows in (small, large)
        )
        return np.asarray(near - far)


def sphere(distance: NDArray[np.float64], energy: float) -> float:
    """Return the radius that a sphere reaches: growing by r costs r times (1 + rows inside).

    Args:
        distance: To each majority row; [n].
        energy: What may be spent.

    Examples:
        >>> sphere(np.array([1.0, 3.0]), 2.0)  # 1 to the first row; then half as far for what is left
        1.5
    """
    radius = 0.0
    for inside, reach in enumerate(np.sort(distance).tolist(), start=1):
        cost = (reach - radius) * inside
        if cost >= energy:
            return float(radius + energy / inside)
        energy, radius = energy - cost, reach
    return float(radius + energy / (len(distance) + 1))
