"""Relatives of SMOTE that choose where to interpolate: borderline, support vectors, clusters. By imbalanced-learn.

imbalanced-learn draws pairs of parents and λ, makes rows of them and keeps neither. `_recorder` makes of its class one
that writes them down as they are drawn, and makes no rows: the plan does when they are asked for. Parents are named by
their bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers, check_numbers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.reference import Reference
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add

_Drawn = tuple[list[int], list[int], NDArray[np.float64], int]


@dataclass(repr=False)
class Interpolating(Reference):
    """A sampler of imbalanced-learn that makes rows between, or beyond, two rows.

    Attributes:
        sampling_strategy: See `SMOTE`.
        k_neighbors: Neighbours of each row to draw the second parent from.
    """

    sampling_strategy: OverStrategy = "not majority"
    k_neighbors: int = 5

    def __post_init__(self) -> None:
        check_strategy(type(self).__name__, self.sampling_strategy, "not majority")
        check_integers(type(self).__name__, k_neighbors=self.k_neighbors)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        labels = list(have)
        more = rows_to_add(type(self).__name__, self.sampling_strategy, have)
        wanted = {labels.index(label): have[label] + count for label, count in more.items()}
        drawn: list[_Drawn] = []
        made = self._make(_recorder(self.reference, drawn), wanted, seed)
        made.fit_resample(X, targets)
        first_of = np.array([np.flatnonzero(targets == number)[0] for number in range(len(have))])
        numbers = np.repeat([number for *_, number in drawn], [len(gap) for _, _, gap, _ in drawn]).astype(np.int64)
        parents, gap = _named(X, targets, drawn)
        makers = np.where((gap >= 0) & (gap <= 1), "line", "affine").astype(object)
        weights = np.stack([1 - gap, gap], axis=1)
        return Plan(np.arange(len(X)), parents, weights, y[first_of[numbers]], makers)


@dataclass(repr=False)
class BorderlineSMOTE1(Interpolating):
    """SMOTE from rows in danger: more than half, not all, of their neighbours are of other classes (Han et al. 2005).

    A class none of whose rows is in danger stays as it is.

    Attributes:
        m_neighbors: Neighbours, of any class, that say whether a row is in danger.
    """

    m_neighbors: int = 10

    reference: ClassVar[str] = "BorderlineSMOTE"
    kind: ClassVar[str] = "borderline-1"
    copies: ClassVar[float] = 3.3

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integers(type(self).__name__, m_neighbors=self.m_neighbors)

    def _make(self, cls: Any, strategy: Any, seed: int) -> Any:
        return super()._make(cls, strategy, seed).set_params(kind=self.kind)


@dataclass(repr=False)
class BorderlineSMOTE2(BorderlineSMOTE1):
    """Borderline-SMOTE 1 whose second parent may be of another class: λ is then at most ½ (Han et al. 2005)."""

    kind: ClassVar[str] = "borderline-2"
    mixes_classes: ClassVar[bool] = True


@dataclass(repr=False)
class SVMSMOTE(Interpolating):
    """SMOTE from support vectors: between rows where other classes are near, beyond the row elsewhere.

    Source: Nguyen, Cooper & Kamei 2011.

    Attributes:
        m_neighbors: Neighbours, of any class, that say whether other classes are near.
        out_step: How far beyond a row, as a fraction of the distance to its neighbour.
    """

    m_neighbors: int = 10
    out_step: float = 0.5

    reference: ClassVar[str] = "SVMSMOTE"
    copies: ClassVar[float] = 12.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integers(type(self).__name__, m_neighbors=self.m_neighbors)
        check_numbers(type(self).__name__, 0, 1, out_step=self.out_step)


@dataclass(repr=False)
class KMeansSMOTE(Interpolating):
    """SMOTE within k-means clusters that hold enough of the class, more where its rows lie apart.

    Source: Douzas, Bacao & Last 2018. Rounding may make a row or two more than asked.

    Attributes:
        kmeans_estimator: Number of clusters.
        cluster_balance_threshold: A cluster is used if the class has at least this fraction of its rows; ``"auto"``
            means half of the class's share of all rows to be made.
    """

    k_neighbors: int = 2
    kmeans_estimator: int = 8
    cluster_balance_threshold: str | float = "auto"

    reference: ClassVar[str] = "KMeansSMOTE"
    copies: ClassVar[float] = 5.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integers(type(self).__name__, kmeans_estimator=self.kmeans_estimator)
        if self.cluster_balance_threshold != "auto":
            check_numbers(type(self).__name__, 0, 1, cluster_balance_threshold=self.cluster_balance_threshold)


def _recorder(name: str, drawn: list[_Drawn]) -> Any:
    """Return an imbalanced-learn class that appends bases, neighbours, λ and class number to ``drawn``; no rows."""
    import imblearn.over_sampling
    from sklearn.utils import check_random_state

    parent: Any = getattr(imblearn.over_sampling, name)

    class Recorder(parent):  # type: ignore[misc]
        def _generate_samples(
            self, X: Any, nn_data: Any, nn_num: Any, rows: Any, cols: Any, steps: Any, y_type: Any = None, y: Any = None
        ) -> Any:
            neighbours, gap = nn_num[rows, cols], steps[:, 0].astype(np.float64)
            if y is not None:  # Borderline-SMOTE 2 shortens the way to another class; the seed gives the same draw
                other = y[neighbours] != y_type
                gap[other] *= check_random_state(self.random_state).uniform(0.0, 0.5, size=(int(other.sum()), 1))[:, 0]
            drawn.append((_digests(X, rows), _digests(nn_data, neighbours), gap, int(y_type)))
            return X[:0]

    # Its parameters are its parent's: scikit-learn reads them from the signature.
    Recorder.__init__ = parent.__init__  # type: ignore[method-assign]
    return Recorder


def _named(
    X: NDArray[Any], targets: NDArray[Any], drawn: list[_Drawn]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the row numbers of bases and neighbours, int64 [s, 2], and λ [s].

    A row is found by its bytes; of identical rows, the first of the class, else the first of all.
    """
    place: dict[tuple[int, int | None], int] = {}
    for row in range(len(X)):
        digest = _digest(X[row])
        place.setdefault((digest, int(targets[row])), row)
        place.setdefault((digest, None), row)
    pairs, gaps = [np.empty((0, 2), dtype=np.int64)], [np.empty(0)]
    for bases, neighbours, gap, number in drawn:
        ways = (bases, neighbours)
        found = [[place.get((digest, number), place[digest, None]) for digest in way] for way in ways]
        pairs.append(np.array(found, dtype=np.int64).T.reshape(-1, 2))
        gaps.append(gap)
    return np.concatenate(pairs), np.concatenate(gaps)


def _digests(X: NDArray[Any], rows: NDArray[np.int64]) -> list[int]:
    """Return what names each of some rows of X; a row that is there several times is read once."""
    numbers, places = np.unique(rows, return_inverse=True)
    names = [_digest(X[number]) for number in numbers]
    return [names[place] for place in places]


def _digest(row: NDArray[Any]) -> int:
    """Return 64 bits of a row's bytes, the same in this process alone: Python's, a quarter of the time of a digest."""
    return hash(row.tobytes())
