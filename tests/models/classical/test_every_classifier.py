"""What every classical classifier promises, whichever it is."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical import (
    DBN,
    DTW,
    GMM,
    HMM,
    KNN,
    MLP,
    SVM,
    BalancedBagging,
    CorrelationBoost,
    Discriminant,
    EasyEnsemble,
    FuzzyTwinSVM,
    LinearFusion,
    LinearSVM,
    Logistic,
    Majority,
    RUSBoost,
)
from evenvoice.models.estimator import Estimator
from tests.models.classical import fabricated

# Small, so that the whole file takes a few seconds.
CLASSIFIERS: list[tuple[type[Estimator], dict[str, Any]]] = [
    (Majority, {}),
    (KNN, {}),
    (SVM, {}),
    (LinearSVM, {}),
    (Logistic, {"C": 1.0}),
    (Discriminant, {}),
    (LinearFusion, {"C": 1.0}),
    (MLP, {"hidden_layer_sizes": [8], "learning_rate_init": 0.01}),
    (DBN, {"hidden_layer_sizes": [16, 8]}),
    (BalancedBagging, {"n_estimators": 25}),
    (EasyEnsemble, {"n_estimators": 3, "n_boosted": 10}),
    (RUSBoost, {"n_estimators": 8}),
    (CorrelationBoost, {"n_estimators": 8}),
    (FuzzyTwinSVM, {}),
    (GMM, {"n_components": 2}),
    (HMM, {"n_states": 2}),
    (DTW, {}),
    (DTW, {"band": 0.3}),
]
SEQUENCES = [(kind, options) for kind, options in CLASSIFIERS if kind.needs_shape == "sequence"]
# What the seed does not touch.
WITHOUT_CHANCE = (Majority, KNN, SVM, LinearSVM, Logistic, Discriminant, LinearFusion, FuzzyTwinSVM, DTW)

every_classifier = pytest.mark.parametrize(("kind", "options"), CLASSIFIERS)
every_sequence_classifier = pytest.mark.parametrize(("kind", "options"), SEQUENCES)


def data(kind: type[Estimator], n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    if kind.needs_shape != "sequence":
        return fabricated.vectors(n, seed)
    utterances, y = fabricated.utterances(n, seed)
    return fabricated.padded(utterances), y


def fitted(kind: type[Estimator], options: dict[str, Any], seed: int = 0, **how: Any) -> Estimator:
    X, y = data(kind, 60, seed=1)
    model = kind(X.shape[1:], fabricated.N_CLASSES, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(X, y, seed=seed, **how)
    return model


def as_bytes(model: Estimator) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in model.learned().items()}


@every_classifier
def test_probabilities_are_those_of_each_class(kind: type[Estimator], options: dict[str, Any]) -> None:
    X, y = data(kind, 31, seed=2)
    probabilities = fitted(kind, options).probabilities(X)
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (31, 3)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    if kind is not Majority:
        assert np.mean(probabilities.argmax(axis=1) == y) > 0.95


@every_classifier
def test_the_seed_and_the_training_part_decide(kind: type[Estimator], options: dict[str, Any]) -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[index, union-attr]
    first, again, other = (fitted(kind, options, seed) for seed in (3, 3, 4))
    assert as_bytes(first) == as_bytes(again)
    if kind in WITHOUT_CHANCE:
        assert as_bytes(first) == as_bytes(other)
    elif kind is not HMM:  # k-means finds the same two states, whatever the seed
        assert as_bytes(first) != as_bytes(other)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # type: ignore[index]


@every_classifier
def test_what_was_learned_is_of_the_last_fit_alone(kind: type[Estimator], options: dict[str, Any]) -> None:
    X, y = data(kind, 60, seed=1)
    once, twice = fitted(kind, options), kind(X.shape[1:], 3, **options)
    twice.fit(X[::-1], y)
    assert as_bytes(twice) != as_bytes(once) or kind is Majority
    twice.fit(X, y)
    assert as_bytes(twice) == as_bytes(once)
    before = as_bytes(once)
    once.probabilities(data(kind, 31, seed=2)[0])
    assert as_bytes(once) == before


@every_classifier
def test_it_keeps_nothing_of_the_callers_arrays(kind: type[Estimator], options: dict[str, Any]) -> None:
    X, y = data(kind, 60, seed=1)
    model = kind(X.shape[1:], 3, **options)
    model.fit(X, y)
    before = as_bytes(model)
    X[:], y[:] = 0, 0
    assert as_bytes(model) == before


@every_classifier
def test_a_row_is_answered_for_itself(kind: type[Estimator], options: dict[str, Any]) -> None:
    X, _ = data(kind, 31, seed=2)
    model = fitted(kind, options)
    together = model.probabilities(X)
    order = np.random.default_rng(0).permutation(31)
    np.testing.assert_allclose(model.probabilities(X[order]), together[order], rtol=1e-6, atol=1e-7)
    alone = np.concatenate([model.probabilities(X[row : row + 1]) for row in range(31)])
    np.testing.assert_allclose(alone, together, rtol=1e-6, atol=1e-7)
    assert model.probabilities(X[:0]).shape == (0, 3)


@every_classifier
def test_class_weights_change_the_answer_or_are_refused(kind: type[Estimator], options: dict[str, Any]) -> None:
    weights = np.array([1.0, 1.0, 8.0], np.float32)
    if not kind.weighs_classes:
        with pytest.raises(EvenvoiceError, match=f"model '{kind.name}' cannot weigh classes; use the sampler smote"):
            fitted(kind, options, class_weights=weights)
        return
    X, y = data(kind, 60, seed=1)
    if kind.needs_shape is None:  # where classes are far apart, a support vector machine has nothing to weigh
        X = np.random.default_rng(0).normal(size=X.shape).astype(np.float32)
    plain, weighted = kind(X.shape[1:], 3, **options), kind(X.shape[1:], 3, **options)
    plain.fit(X, y)
    weighted.fit(X, y, class_weights=weights)
    assert np.log(weighted.probabilities(X)[:, 2]).mean() > np.log(plain.probabilities(X)[:, 2]).mean()


@every_classifier
def test_features_of_another_shape_are_refused(kind: type[Estimator], options: dict[str, Any]) -> None:
    model = fitted(kind, options)
    X, y = data(kind, 6, seed=2)
    for wrong in (X[:, :, 1:], X[0]):
        message = rf"model '{kind.name}': features of shape .* built for \(n, 1, "
        with pytest.raises(EvenvoiceError, match=message):
            model.probabilities(wrong)
        with pytest.raises(EvenvoiceError, match=message):
            model.fit(wrong, y)


@every_sequence_classifier
def test_padding_changes_nothing(kind: type[Estimator], options: dict[str, Any]) -> None:
    train, y = fabricated.utterances(60, seed=1)
    test, _ = fabricated.utterances(31, seed=2)
    plain, odd = (
        (fabricated.padded(train, frames, filling), fabricated.padded(test, frames, filling))
        for frames, filling in ((24, 0.0), (40, 77.0))
    )
    models = []
    for X, _ in (plain, odd):
        models.append(kind(X.shape[1:], 3, **options))
        models[-1].fit(X, y)
    assert as_bytes(models[0]) == as_bytes(models[1])
    np.testing.assert_array_equal(models[0].probabilities(plain[1]), models[1].probabilities(odd[1]))


@every_sequence_classifier
def test_other_shapes_are_refused_with_the_remedy(kind: type[Estimator], options: dict[str, Any]) -> None:
    with pytest.raises(EvenvoiceError, match=rf"model '{kind.name}' takes sequences.*\(3, 40, 94\); set shape"):
        kind((3, 40, 94), 3, **options)
    array = np.random.default_rng(0).normal(size=(60, 1, 5, 24)).astype(np.float32)
    model = kind((1, 5, 24), 3, **options)
    with pytest.raises(EvenvoiceError, match="does not mark an utterance's own frames"):
        model.fit(array, np.arange(60) % 3)


@every_sequence_classifier
def test_a_class_of_one_short_utterance_breaks_nothing(kind: type[Estimator], options: dict[str, Any]) -> None:
    """Nor does one with the same frame again and again (no variance is seen), or of single frames (no transition)."""
    train, y = fabricated.utterances(60, seed=1)
    train += [train[0][:3] + 5, np.repeat(train[1][:1] - 5, 12, axis=0), train[2][:1] + 9, train[2][1:2] + 9]
    X = fabricated.padded(train)
    model = kind(X.shape[1:], 6, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(X, np.concatenate([y, [3, 4, 5, 5]]))
        probabilities = model.probabilities(X)
    assert np.isfinite(probabilities).all()
    assert (probabilities.argmax(axis=1)[:60] == y).mean() > 0.95
    assert probabilities.argmax(axis=1)[-4:].tolist() == [3, 4, 5, 5]
