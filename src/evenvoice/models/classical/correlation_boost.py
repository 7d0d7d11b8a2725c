"""Boosted trees over rows made where a small class is like itself, with a cost for classes that are missed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import NearestNeighbors
from sklearn.tree import DecisionTreeClassifier

from evenvoice.models.classical.vectors import vectors
from evenvoice.models.estimator import Estimator
from evenvoice.options import Count

# An error of 0 would have an infinite weight.
_LEAST_ERROR = 1e-10


class CorrelationBoost(Estimator):
    """AdaBoost whose rows of missed classes gain more weight, on classes evened by correlation-based over-sampling.

    Known of the source: the over-sampling has a rate of its own for each row and a zone, both from correlations; a
    cost from the ratio of misclassified rows goes into AdaBoost. Assumed: the correlation of a row is Pearson's between
    its attributes and its class's mean; its zone are the rows of a small class that correlate more with their own
    class's mean than with any other's, or all of its rows where fewer than two do; a row is the base of made rows in
    proportion to 2 − its correlation, so that those unlike their mean are made more of; made rows lie on lines to one
    of the 5 nearest rows of the zone, and even the classes once, before the first tree. Boosting is SAMME; a missed row
    of class c gains the factor exp(α (1 + m_c)), m_c the share of c's weight that the tree missed.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        n_estimators: Trees at most; it ends where a tree is no better than chance.
        max_depth: Of a tree.

    Source:
        Devi, Biswas & Purkayastha 2022, "Correlation-based oversampling aided cost sensitive ensemble learning
        technique for treatment of class imbalance" (CorrOV-CSEn, [27] of the SMOTE-2DCNN paper), of which only the
        abstract was at hand; Hastie et al. 2009, "Multi-class AdaBoost" (SAMME).

    Examples:
        >>> model = CorrelationBoost((1, 1, 2), n_classes=2, n_estimators=3)
        >>> X = np.float32([[0, 3], [0, 4], [1, 3], [3, 0], [4, 1]]).reshape(5, 1, 1, 2)
        >>> model.fit(X, np.array([0, 0, 0, 1, 1]))
        >>> model.probabilities(X[[0, 4]]).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "correlation-boost"

    def __init__(
        self, input_shape: tuple[int, int, int], n_classes: int, *, n_estimators: Count = 50, max_depth: Count = 3
    ) -> None:
        super().__init__(input_shape, n_classes)
        self._n_estimators, self._max_depth = n_estimators, max_depth

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        random = np.random.RandomState(seed)
        rows, y = evened(vectors(X), y, random)
        weight = np.full(len(y), 1 / len(y))
        self._trees: list[Any] = []
        self._says: list[float] = []
        for _ in range(self._n_estimators):
            tree = DecisionTreeClassifier(max_depth=self._max_depth, random_state=random.randint(2**31))
            tree.fit(rows, y, sample_weight=weight)
            missed = tree.predict(rows) != y
            error = max(float(weight[missed].sum()), _LEAST_ERROR)
            says = float(np.log((1 - error) / error) + np.log(self.n_classes - 1))
            if says <= 0 and self._trees:
                break
            self._trees.append(tree)
            self._says.append(max(says, _LEAST_ERROR))
            if says <= 0 or not missed.any():
                break
            weight *= np.exp(says * missed * (1 + missed_shares(y, weight, missed))[y])
            weight /= weight.sum()

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        rows = vectors(X)
        votes = np.zeros((len(rows), self.n_classes))
        for tree, says in zip(self._trees, self._says, strict=True):
            votes[np.arange(len(rows)), tree.predict(rows)] += says
        shares: npt.NDArray[np.float64] = votes / votes.sum(axis=1, keepdims=True)
        return shares

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the nodes of all trees, one after another, the nodes of each tree, and what each tree says."""
        nodes = [tree.tree_ for tree in self._trees]
        parts = ("feature", "threshold", "children_left", "children_right")
        return {
            **{part: np.concatenate([getattr(tree, part) for tree in nodes]) for part in parts},
            "value": np.concatenate([tree.value.ravel() for tree in nodes]),
            "nodes": np.array([tree.node_count for tree in nodes]),
            "says": np.array(self._says),
        }


def missed_shares(
    y: npt.NDArray[np.int64], weight: npt.NDArray[np.float64], missed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the share of each class's weight that was missed; [k].

    Examples:
        >>> missed_shares(np.array([0, 0, 1]), np.array([0.25, 0.25, 0.5]), np.array([True, False, False]))
        array([0.5, 0. ])
    """
    return np.asarray(np.bincount(y, weight * missed) / np.bincount(y, weight))


def correlations(rows: npt.NDArray[np.float64], means: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return Pearson's correlation of the attributes of each row with each mean; 0 where one does not vary; [n, k].

    Examples:
        >>> correlations(np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 5.0, 10.0], [3.0, 2.0, 1.0], [1.0, 1.0, 1.0]]))
        array([[ 1., -1.,  0.]])
    """
    unit = []
    for values in (rows, means):
        around = values - values.mean(axis=1, keepdims=True)
        length = np.linalg.norm(around, axis=1, keepdims=True)
        unit.append(around / np.where(length > 0, length, 1.0))
    return np.asarray((unit[0] @ unit[1].T).round(12))


def evened(
    rows: npt.NDArray[np.float64], y: npt.NDArray[np.int64], random: np.random.RandomState
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return rows and classes with rows made until the classes are even; see `CorrelationBoost`."""
    sizes = np.bincount(y)
    like = correlations(rows, np.stack([rows[y == number].mean(axis=0) for number in range(len(sizes))]))
    all_rows, all_classes = [rows], [y]
    for number, size in enumerate(sizes):
        count = int(sizes.max() - size)
        if not count:
            continue
        own = np.flatnonzero(y == number)
        in_zone = own[like[own].argmax(axis=1) == number]
        zone = in_zone if len(in_zone) > 1 else own
        rate = 2 - like[zone, number]
        base = random.choice(len(zone), size=count, p=rate / rate.sum())
        made = rows[zone[base]]
        if len(zone) > 1:
            k = min(5, len(zone) - 1)
            near = NearestNeighbors(n_neighbors=k).fit(rows[zone]).kneighbors(return_distance=False)
            neighbour = zone[near[base, random.randint(k, size=count)]]
            made = made + random.uniform(size=(count, 1)) * (rows[neighbour] - made)
        all_rows.append(made)
        all_classes.append(np.full(count, number))
    return np.concatenate(all_rows), np.concatenate(all_classes)
