"""What several methods do within one class: density, rows between neighbours; and how they judge a resampled set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestNeighbors

from evenvoice.errors import EvenvoiceError

Pairs = tuple[NDArray[np.int64], NDArray[np.float64]]


def local_density(X: NDArray[Any], k: int) -> NDArray[np.float64]:
    """Return 1 / (mean distance to the k nearest other rows) of each row; [n]. Of a single row it is 1.

    Examples:
        >>> local_density(np.array([[0.0], [1.0], [3.0]]), 1)
        array([1. , 1. , 0.5])
    """
    return density_of(nearest_distances(X, k))


def nearest_distances(X: NDArray[Any], k: int) -> NDArray[np.float64]:
    """Return the distances of each row to its k nearest other rows, or to as many as there are; [n, k]."""
    if len(X) == 1:
        return np.empty((1, 0))
    distance, _ = NearestNeighbors(n_neighbors=min(k, len(X) - 1)).fit(X).kneighbors()
    return np.asarray(distance)


def density_of(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (mean distance) of each row; 1 where there are none. Distances are [n, k]."""
    if not distance.shape[1]:
        return np.ones(len(distance))
    return np.asarray(1 / np.maximum(distance.mean(axis=1), np.finfo(float).tiny ** 0.5))


def nearest_others(X: NDArray[Any], rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the k nearest other rows of some rows, nearest first, or as many as there are; row numbers [r, k].

    They are those of scikit-learn's ``NearestNeighbors(k).fit(X).kneighbors()``, and no others are searched for.

    Examples:
        >>> nearest_others(np.array([[0.0], [1.0], [3.0]]), np.array([2, 0]), 1)
        array([[1],
               [1]])
    """
    k = min(k, len(X) - 1)
    near = NearestNeighbors(n_neighbors=k + 1).fit(X).kneighbors(X[rows], return_distance=False)
    others = near != rows[:, None]
    # Among enough duplicates a row is not one of its own nearest: then the farthest goes.
    others[others.all(axis=1), -1] = False
    return np.asarray(near[others].reshape(len(rows), k))


def pairs_between(
    X: NDArray[Any],
    rows: NDArray[np.int64],
    count: int,
    k: int,
    random: np.random.RandomState,
    label: Any = None,
) -> Pairs:
    """Draw parents and λ of ``count`` rows on lines between rows of one class and their neighbours, as SMOTE.

    Args:
        X: Features; [n, d].
        rows: The class's rows that may be parents; int [r].
        count: How many rows to make.
        k: Neighbours of each row to draw the second parent from, or as many as there are.
        random: Draws.
        label: The class, for the message.

    Returns:
        Row numbers of both parents, int64 [count, 2], and λ, float64 [count].

    Raises:
        EvenvoiceError: There is one row only.
    """
    if len(rows) < 2:
        raise EvenvoiceError(
            f"class {label!r}: 1 row, and a synthetic row needs two parents; add rows, leave the class out, or use "
            "random-over"
        )
    k = min(k, len(rows) - 1)
    near = NearestNeighbors(n_neighbors=k).fit(X[rows]).kneighbors(return_distance=False)
    base = random.choice(len(rows), size=count)
    neighbour = near[base, random.randint(k, size=count)]
    return rows[np.stack([base, neighbour], axis=1)], random.uniform(size=count)


def recall_of(
    X: NDArray[Any], targets: NDArray[Any], kept: NDArray[np.int64], folds: list[tuple[NDArray[Any], NDArray[Any]]]
) -> float:
    """Return the UA of Gaussian naive Bayes in cross-validation, when only ``kept`` rows are learnt from.

    The rows held out are all rows of their fold, so that every choice of rows is judged on the same ones.
    """
    found = []
    for train, held_out in folds:
        learnt = kept[np.isin(kept, train)]
        if len(np.unique(targets[learnt])) < len(np.unique(targets)):
            return 0.0
        answers = GaussianNB().fit(X[learnt], targets[learnt]).predict(X[held_out])
        found.append(balanced_accuracy_score(targets[held_out], answers))
    return float(np.mean(found))


def judging_folds(
    targets: NDArray[Any], have: Mapping[Any, int], seed: int, n: int = 3
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return the folds on which choices are judged: pairs of rows to learn from and rows held out.

    Args:
        targets: Class numbers; [n].
        have: Rows of each class, by label.
        seed: Of the folds.
        n: How many folds.

    Raises:
        EvenvoiceError: A class has fewer rows than folds.
    """
    rarest = min(have, key=lambda label: have[label])
    if have[rarest] < n:
        rows = "1 row" if have[rarest] == 1 else f"{have[rarest]} rows"
        raise EvenvoiceError(
            f"class {rarest!r}: {rows}, and judging a choice of rows takes {n} of each class; add rows, leave the "
            "class out, or use random-under"
        )
    return list(StratifiedKFold(n, shuffle=True, random_state=seed).split(targets, targets))
