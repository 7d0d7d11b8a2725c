"""Balanced ensembles against imbalanced-learn, and what they are for: the recall of a rare class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from imblearn.ensemble import BalancedBaggingClassifier, EasyEnsembleClassifier, RUSBoostClassifier
from sklearn.ensemble import AdaBoostClassifier
from sklearn.tree import DecisionTreeClassifier

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical import BalancedBagging, EasyEnsemble, RUSBoost
from evenvoice.models.estimator import Estimator

SHAPE = (1, 2, 2)
BOTH: list[tuple[Estimator, Any]] = [
    (BalancedBagging(SHAPE, 3, n_estimators=6), BalancedBaggingClassifier(n_estimators=6, random_state=4)),
    (
        EasyEnsemble(SHAPE, 3, n_estimators=3, n_boosted=5),
        EasyEnsembleClassifier(3, estimator=AdaBoostClassifier(n_estimators=5), random_state=4),
    ),
    (
        RUSBoost(SHAPE, 3, n_estimators=6, max_depth=2, learning_rate=0.5),
        RUSBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=6, learning_rate=0.5, random_state=4),
    ),
]


def overlapping(seed: int, sizes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Classes around 0, 1, 2, … in every attribute."""
    y = np.repeat(np.arange(len(sizes)), sizes)
    X = np.random.default_rng(seed).normal(size=(len(y), *SHAPE)) + y[:, None, None, None]
    return X.astype(np.float32), y


@pytest.mark.parametrize(("model", "reference"), BOTH)
def test_it_is_imbalanced_learns(model: Estimator, reference: Any) -> None:
    X, y = overlapping(0, (60, 25, 10))
    model.fit(X, y, seed=4)
    flat = X.reshape(len(X), -1).astype(float)
    np.testing.assert_allclose(model.probabilities(X), reference.fit(flat, y).predict_proba(flat), rtol=1e-5)


@pytest.mark.parametrize("kind", [BalancedBagging, EasyEnsemble, RUSBoost])
def test_the_rare_class_is_found_as_often_as_the_large_one(kind: Any) -> None:
    X, y = overlapping(0, (400, 20))
    test, truth = overlapping(1, (400, 400))
    model = kind(SHAPE, 2, n_estimators=10)
    model.fit(X, y)
    right = model.probabilities(test).argmax(axis=1) == truth
    plain = DecisionTreeClassifier(random_state=0).fit(X.reshape(len(X), -1), y)
    alone = plain.predict(test.reshape(len(test), -1)) == truth
    assert right[truth == 1].mean() > alone[truth == 1].mean() + 0.2
    assert abs(right[truth == 1].mean() - right[truth == 0].mean()) < 0.2


def test_a_class_that_a_bootstrap_misses_is_an_error_with_the_sizes() -> None:
    X, y = overlapping(0, (12, 1))
    with pytest.raises(EvenvoiceError, match=r"^model 'balanced-bagging': .*rows of each class: 12, 1\); add rows"):
        BalancedBagging(SHAPE, 2).fit(X, y)


def test_classes_that_only_some_bootstraps_hold_are_answered() -> None:
    X, y = overlapping(0, (30, 30, 1))
    model = BalancedBagging(SHAPE, 3)
    model.fit(X, y)
    probabilities = model.probabilities(X)
    assert probabilities.shape == (61, 3)
    assert 0 < probabilities[-1, 2] < 1
