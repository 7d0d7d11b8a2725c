"""Logistic regression against scikit-learn's, and as a network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from evenvoice.models.classical import LinearSVM, Logistic
from tests.models.classical import fabricated

SHAPE = (1, 4, 2)


@pytest.mark.parametrize("C", [0.01, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_optimum_is_scikit_learns(C: float, weighted: bool) -> None:
    X, y = fabricated.vectors(90, seed=1)
    X, y = X[:70], y[:70]
    weights = np.float32([0.5, 1.0, 3.0]) if weighted else None
    model = Logistic(SHAPE, 3, C=C)
    model.fit(X, y, class_weights=weights)
    expected = LogisticRegression(
        C=C, tol=1e-8, max_iter=10_000, class_weight=None if weights is None else dict(enumerate(weights.tolist()))
    ).fit(X.reshape(70, -1), y)
    others, _ = fabricated.vectors(40, seed=2)
    np.testing.assert_allclose(model.probabilities(others), expected.predict_proba(others.reshape(40, -1)), atol=2e-3)


def test_more_features_than_rows() -> None:
    generator = np.random.default_rng(0)
    X = generator.standard_normal((30, 1, 1, 400)).astype(np.float32)
    y = np.arange(30) % 3
    model = Logistic((1, 1, 400), 3, C=0.01)
    model.fit(X, y)
    assert (model.probabilities(X).argmax(axis=1) == y).all()
    assert model.weights.shape == (3, 400)
    assert model.bias.shape == (3,)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", [Logistic, LinearSVM])
def test_the_module_gives_the_same_probabilities(kind: type[Logistic] | type[LinearSVM], n_classes: int) -> None:
    X, y = fabricated.vectors(90, seed=1)
    X, y = X[y < n_classes], y[y < n_classes]
    model = kind(SHAPE, n_classes)
    model.fit(X, y)
    others, _ = fabricated.vectors(40, seed=2)
    module = model.module()
    assert not any(parameter.requires_grad for parameter in module.parameters())
    found = module(torch.from_numpy(others)).softmax(dim=1).numpy()
    np.testing.assert_allclose(found, model.probabilities(others), atol=1e-5)
