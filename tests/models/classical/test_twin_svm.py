"""The fuzzy twin machine by hand, and what its weights are for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evenvoice.models.classical.twin_svm import FuzzyTwinSVM, memberships
from tests.models.classical import fabricated


def test_two_classes_of_one_attribute_by_hand() -> None:
    # Means 0 and 4. Every row lies as far from its mean as the farthest: 1 − 1/1.1 = 1/11, and the larger class half.
    rows = np.array([-1.0, 1.0, 3.0, 5.0, 3.0, 5.0])
    y = np.array([0, 0, 1, 1, 1, 1])
    model = FuzzyTwinSVM((1, 1, 1), 2, C=3.0, ridge=0.5)
    model.fit(rows.astype(np.float32).reshape(6, 1, 1, 1), y)
    price = 0.5 * np.square(rows - rows.mean()).mean()
    own, other = 2 * 1 / 11, 1 / 22  # Σ s (x − μ)² of each class around its mean; s of a row of the larger class
    first = 3 * other * (3 + 5 + 3 + 5) / (own + 3 * other * (9 + 25 + 9 + 25) + price)
    second = 3 / 11 * (-5 - 3) / (4 * other + 3 / 11 * (25 + 9) + price)
    np.testing.assert_allclose(model.weights.ravel(), [first, second], rtol=1e-6)
    np.testing.assert_allclose(model.bias, [0, -4 * second], rtol=1e-6)


@pytest.mark.parametrize("n", [6, 90])
def test_fewer_and_more_rows_than_features_solve_the_same_problem(n: int) -> None:
    X, y = fabricated.vectors(n, seed=1)
    model = FuzzyTwinSVM((1, 4, 2), 3, C=2.0)
    model.fit(X, y)
    rows = X.reshape(n, -1).astype(np.float64)
    means = np.stack([rows[y == number].mean(axis=0) for number in range(3)])
    weight = memberships(rows, y, means) * np.where(y != 1, 2.0, 1.0)
    around = rows - means[1]
    price = 0.1 * np.square(rows - rows.mean(axis=0)).sum(axis=1).mean()
    left = (around * weight[:, None]).T @ around + price * np.eye(8)
    expected = np.linalg.solve(left, around.T @ (weight * (y != 1)))
    np.testing.assert_allclose(model.weights[1], expected, rtol=1e-4, atol=1e-6)


def test_an_outlier_counts_little_and_a_rare_class_much() -> None:
    rows = np.array([[0.0], [0.0], [0.0], [10.0], [5.0], [5.0]])
    weight = memberships(rows, np.array([0, 0, 0, 0, 1, 1]), np.array([[2.5], [5.0]]))
    assert weight[3] == weight.min()
    assert weight[4] == 1
    assert weight[0] < 0.5


def test_a_rare_class_is_found_more_often_than_by_plain_least_squares() -> None:
    random = np.random.default_rng(0)
    y = np.repeat([0, 1], [400, 20])
    X = (random.normal(size=(420, 1, 2, 2)) + 0.8 * y[:, None, None, None]).astype(np.float32)
    test = (random.normal(size=(400, 1, 2, 2)) + 0.8).astype(np.float32)
    model = FuzzyTwinSVM((1, 2, 2), 2)
    model.fit(X, y)
    flat = np.c_[X.reshape(420, -1), np.ones(420)]
    plain = np.linalg.lstsq(flat, 2.0 * y - 1, rcond=None)[0]
    found = (model.probabilities(test).argmax(axis=1) == 1).mean()
    assert found > (np.c_[test.reshape(400, -1), np.ones(400)] @ plain > 0).mean() + 0.3


def test_its_module_answers_the_same() -> None:
    X, y = fabricated.vectors(60, seed=1)
    model = FuzzyTwinSVM((1, 4, 2), 3)
    model.fit(X, y)
    answers = model.module()(torch.from_numpy(X)).softmax(dim=1).numpy()
    np.testing.assert_allclose(answers, model.probabilities(X), rtol=1e-4)
