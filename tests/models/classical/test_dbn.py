"""The deep belief network and its machines."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical import DBN
from evenvoice.models.classical.rbm import BoltzmannMachine
from tests.models.classical.fabricated import vectors


def test_a_step_of_contrastive_divergence_by_hand() -> None:
    machine = BoltzmannMachine(np.array([[1.0]]), np.array([0.0]), np.array([0.0]))
    machine._learn(np.array([[2.0]]), True, 0.1, np.random.default_rng(0))
    # h = σ(2) = 0.8808, and 0.637 is drawn, so the unit is 1; it gives v = 1, and that h = σ(1) = 0.7311.
    np.testing.assert_allclose(machine.weights, [[1 + 0.1 * (2 * 0.8808 - 1 * 0.7311)]], rtol=1e-4)
    np.testing.assert_allclose(machine.visible_biases, [0.1 * (2 - 1)], rtol=1e-4)
    np.testing.assert_allclose(machine.hidden_biases, [0.1 * (0.8808 - 0.7311)], rtol=1e-2)


@pytest.mark.parametrize("gaussian", [True, False])
def test_a_machine_learns_to_reconstruct(gaussian: bool) -> None:
    random = np.random.default_rng(0)
    factors = random.normal(size=(200, 2)) @ random.normal(size=(2, 12))
    rows = factors / factors.std(axis=0) if gaussian else (factors > 0).astype(float)
    rate = 0.01 if gaussian else 0.1
    before, after = (
        BoltzmannMachine.fit(rows, 16, gaussian=gaussian, learning_rate=rate, passes=passes, seed=0)
        for passes in (0, 100)
    )
    errors = [
        np.square(rows - machine.reconstruct(machine.hidden(rows), gaussian=gaussian)).mean()
        for machine in (before, after)
    ]
    assert errors[1] < 0.4 * errors[0]
    assert after.hidden(rows).std(axis=0).mean() > 0.15  # and its units are not constant


def test_the_second_machine_learns_on_the_first_and_the_labels_come_last() -> None:
    X, y = vectors(60, seed=0)
    model = DBN((1, 4, 2), 3, hidden_layer_sizes=[16, 8], learning_rate=0.2, n_iter=20, C=2.0)
    model.fit(X, y, seed=5)
    rows = X.reshape(60, -1).astype(float)
    for gaussian, size in ((True, 16), (False, 8)):
        rate = 0.02 if gaussian else 0.2
        machine = BoltzmannMachine.fit(rows, size, gaussian=gaussian, learning_rate=rate, passes=20, seed=5)
        rows = machine.hidden(rows)
    reference = LogisticRegression(C=2.0, max_iter=1000).fit(rows, y)
    np.testing.assert_allclose(model.probabilities(X), reference.predict_proba(rows), rtol=1e-4)


def test_a_rate_that_is_too_high_is_refused() -> None:
    model = DBN((1, 4, 2), 3, learning_rate=1e8)
    with pytest.raises(EvenvoiceError, match=r"model 'dbn': with learning_rate 1e\+08 and 8 features .* lower"):
        model.fit(*vectors(60, seed=0))
