"""Discriminant analysis against its formula, and the fusion as a sum."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from evenvoice.models.classical import Discriminant, LinearFusion, Logistic
from tests.models.classical import fabricated

SHAPE = (1, 4, 2)


@pytest.mark.parametrize("n", [6, 90])
def test_the_formula_with_fewer_and_with_more_rows_than_features(n: int) -> None:
    X, y = fabricated.vectors(n, seed=1)
    weights = np.float32([1, 2, 4])
    model = Discriminant(SHAPE, 3, ridge=0.01)
    model.fit(X, y, class_weights=weights)
    rows = X.reshape(n, -1).astype(np.float64)
    means = np.stack([rows[y == label].mean(axis=0) for label in range(3)])
    around = rows - means[y]
    share = weights[y] / weights[y].sum()
    covariance = (around * share[:, None]).T @ around
    covariance += 0.01 * np.trace(covariance) * np.eye(8)
    expected = np.linalg.solve(covariance, means.T).T
    np.testing.assert_allclose(model.weights, expected, rtol=2e-3, atol=2e-3 * np.abs(expected).max())
    prior = np.log([share[y == label].sum() for label in range(3)])
    np.testing.assert_allclose(model.bias, prior - 0.5 * (expected * means).sum(axis=1), rtol=5e-3)


def test_two_means_a_variance_and_a_ridge_worked_by_hand() -> None:
    # Means 0 and 4, both with the deviations -1 and 1: variance 1, with the ridge 2.
    model = Discriminant((1, 1, 1), 2, ridge=1.0)
    model.fit(np.float32([-1, 1, 3, 5]).reshape(4, 1, 1, 1), np.array([0, 0, 1, 1]))
    assert model.weights.ravel() == pytest.approx([0, 2])
    assert model.bias == pytest.approx([np.log(0.5), np.log(0.5) - 4])


def test_identical_rows_of_a_class_are_no_obstacle() -> None:
    model = Discriminant((1, 1, 2), 2)
    model.fit(np.float32([[0, 1], [0, 1], [1, 0], [1, 0]]).reshape(4, 1, 1, 2), np.array([0, 0, 1, 1]))
    assert np.isfinite(model.weights).all()


def test_the_fusion_adds_log_probabilities() -> None:
    X, y = fabricated.vectors(91, seed=1)
    others, _ = fabricated.vectors(40, seed=2)
    fusion = LinearFusion(SHAPE, 3, C=0.1, ridge=0.01, share=0.3)
    parts = [(0.7, Logistic(SHAPE, 3, C=0.1)), (0.3, Discriminant(SHAPE, 3, ridge=0.01))]
    for model in (fusion, *(part for _, part in parts)):
        model.fit(X, y)
    with torch.inference_mode():
        logits = [share * part.module()(torch.from_numpy(others)).numpy() for share, part in parts]
    expected = np.exp(log_softmax(np.sum(logits, axis=0), axis=1))
    np.testing.assert_allclose(fusion.probabilities(others), expected, atol=1e-4)


@pytest.mark.parametrize("kind", [Discriminant, LinearFusion])
def test_the_module_gives_the_same_probabilities(kind: type[Discriminant] | type[LinearFusion]) -> None:
    X, y = fabricated.vectors(90, seed=1)
    model = kind(SHAPE, 3)
    model.fit(X, y)
    found = model.module()(torch.from_numpy(X)).softmax(dim=1).numpy()
    np.testing.assert_allclose(found, model.probabilities(X), atol=1e-5)
