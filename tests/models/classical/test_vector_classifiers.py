"""Majority, k nearest neighbours, support vector machines and the perceptron, by hand or against scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.special import expit
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical import KNN, MLP, SVM, LinearSVM, Majority
from tests.models.classical.fabricated import vectors


def noise(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows that no class can be told from: many votes are close."""
    random = np.random.default_rng(seed)
    return random.normal(size=(n, 1, 4, 2)).astype(np.float32), np.arange(n) % 4


def test_majority_counts() -> None:
    model = Majority((1, 4, 2), 3)
    model.fit(np.zeros((8, 1, 4, 2), np.float32), np.array([0, 2, 2, 1, 2, 1, 2, 2]))
    probabilities = model.probabilities(np.random.default_rng(0).normal(size=(5, 1, 4, 2)).astype(np.float32))
    np.testing.assert_array_equal(probabilities, np.tile(np.float32([1 / 8, 2 / 8, 5 / 8]), (5, 1)))


def test_knn_votes_as_by_hand() -> None:
    X, y = noise(60)
    test, _ = noise(25, seed=1)
    model = KNN((1, 4, 2), 4, n_neighbors=7)
    model.fit(X, y)
    for row, got in zip(test, model.probabilities(test), strict=True):
        nearest = np.argsort(np.square(X - row).sum(axis=(1, 2, 3)))[:7]
        np.testing.assert_allclose(got, np.bincount(y[nearest], minlength=4) / 7, rtol=1e-6)


def test_knn_needs_as_many_rows_as_neighbours() -> None:
    model = KNN((1, 4, 2), 3)
    with pytest.raises(EvenvoiceError, match="model 'knn': n_neighbors is 5, but the training part has 4 rows; lower"):
        model.fit(*vectors(4, seed=0))


@pytest.mark.parametrize(
    ("model", "reference"),
    [
        (SVM((1, 4, 2), 4, C=3.0), SVC(C=3.0, break_ties=True)),
        (SVM((1, 4, 2), 4, gamma=0.7), SVC(gamma=0.7, break_ties=True)),
        (LinearSVM((1, 4, 2), 4, C=0.3), SVC(kernel="linear", C=0.3, break_ties=True)),
    ],
)
def test_the_svms_most_probable_class_is_its_answer(model: SVM | LinearSVM, reference: SVC) -> None:
    X, y = noise(80)
    test, _ = noise(200, seed=1)
    model.fit(X, y)
    reference.fit(X.reshape(80, -1).astype(float), y)
    predicted = reference.predict(test.reshape(200, -1).astype(float))
    np.testing.assert_array_equal(model.probabilities(test).argmax(axis=1), predicted)
    assert len(set(predicted)) == 4


def test_of_two_classes_the_svms_score_is_that_of_its_distance() -> None:
    X, y = vectors(60, seed=0)
    X, y = X[y < 2], y[y < 2]
    model, reference = SVM((1, 4, 2), 2), SVC().fit(X.reshape(len(X), -1).astype(float), y)
    model.fit(X, y)
    expected = expit(reference.decision_function(X.reshape(len(X), -1)))
    np.testing.assert_allclose(model.probabilities(X)[:, 1], expected, rtol=1e-5)


def test_attributes_that_are_always_0_do_not_count() -> None:
    """The layout ``pad`` has eight of them."""
    X, y = noise(60)
    X -= X.mean()
    wider = np.concatenate([X, np.zeros_like(X)], axis=2)
    for kind in (KNN, SVM, LinearSVM):
        plain, padded = kind((1, 4, 2), 4), kind((1, 8, 2), 4)
        plain.fit(X, y)
        padded.fit(wider, y)
        np.testing.assert_allclose(plain.probabilities(X), padded.probabilities(wider), rtol=1e-5)


def test_the_perceptron_is_scikit_learns() -> None:
    X, y = vectors(60, seed=0)
    flat = X.reshape(60, -1).astype(float)
    model = MLP((1, 4, 2), 3, hidden_layer_sizes=[9, 5], alpha=0.1, learning_rate_init=0.02)
    model.fit(X, y, seed=7)
    reference = MLPClassifier((9, 5), alpha=0.1, learning_rate_init=0.02, max_iter=1000, random_state=7).fit(flat, y)
    np.testing.assert_allclose(model.probabilities(X), reference.predict_proba(flat), rtol=1e-5)


def test_a_perceptron_that_was_stopped_says_so() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        MLP((1, 4, 2), 3, max_iter=2).fit(*vectors(60, seed=0))
    assert [str(one.message) for one in caught] == [
        "model 'mlp': the fit had not converged when it was stopped; raise max_iter"
    ]
