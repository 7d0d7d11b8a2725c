"""CorrOV-CSEn: where rows are made, what a missed class costs, and that a rare class gains."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import AdaBoostClassifier
from sklearn.tree import DecisionTreeClassifier

from evenvoice.models.classical.correlation_boost import CorrelationBoost, evened


def test_rows_are_made_in_the_zone_and_even_the_classes() -> None:
    # Class 1 rises from the first attribute to the third, but for its last row, which falls as class 0 does.
    falls, rises = np.array([3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0])
    rows = np.stack([falls] * 8 + [rises, rises + 0.5, rises * 2, falls * 5])
    y = np.array([0] * 8 + [1] * 4)
    got, classes = evened(rows, y, np.random.RandomState(0))
    assert np.bincount(classes).tolist() == [8, 8]
    np.testing.assert_array_equal(got[:12], rows)
    assert (np.diff(got[12:], axis=1) > 0).all()  # all between rows that rise


class Watched(np.random.RandomState):
    """Keeps the probabilities of the last choice."""

    p: Any = None

    def choice(self, *given: Any, p: Any = None, **named: Any) -> Any:  # type: ignore[override]
        self.p = p
        return super().choice(*given, p=p, **named)


def test_rows_unlike_their_mean_are_made_more_of() -> None:
    mean = np.array([0.0, 1.0, 2.0, 3.0])
    rows = np.concatenate([np.tile(mean[::-1], (9, 1)), [mean, mean, [0.0, 0.0, 0.0, 9.0]]])
    random = Watched(0)
    evened(rows, np.array([0] * 9 + [1] * 3), random)
    like = [np.corrcoef(row, rows[9:].mean(axis=0))[0, 1] for row in rows[9:]]
    np.testing.assert_allclose(random.p, (2 - np.array(like)) / np.sum(2 - np.array(like)), rtol=1e-9)
    assert random.p[0] > random.p[2]


def test_a_rare_class_is_found_more_often_than_by_adaboost() -> None:
    def classes(seed: int, sizes: list[int]) -> tuple[np.ndarray, np.ndarray]:
        y = np.repeat([0, 1], sizes)
        shift = np.where(y[:, None] == 1, [0.5, -0.5, 1.0, 0.0], 0.0).reshape(-1, 1, 2, 2)
        return (np.random.default_rng(seed).normal(size=(len(y), 1, 2, 2)) + shift).astype(np.float32), y

    X, y = classes(0, [400, 20])
    test, truth = classes(1, [400, 400])
    model = CorrelationBoost((1, 2, 2), 2, n_estimators=20)
    model.fit(X, y)
    tree = DecisionTreeClassifier(max_depth=3)
    plain = AdaBoostClassifier(tree, n_estimators=20, random_state=0).fit(X.reshape(420, -1), y)
    found = model.probabilities(test).argmax(axis=1) == truth
    alone = plain.predict(test.reshape(800, -1)) == truth
    assert found[truth == 1].mean() > alone[truth == 1].mean() + 0.1


def test_one_row_of_a_class_is_copied_and_rows_without_variance_are_no_trouble() -> None:
    X = np.ones((9, 1, 1, 3), np.float32)
    X[-1] = 5
    model = CorrelationBoost((1, 1, 3), 2)
    model.fit(X, np.array([0] * 8 + [1]))
    assert model.probabilities(X).argmax(axis=1).tolist() == [0] * 8 + [1]
