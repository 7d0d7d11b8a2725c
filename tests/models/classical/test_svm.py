"""The linear support vector machine of many rows, beside LIBSVM's."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pytest
import torch
from sklearn.exceptions import ConvergenceWarning

from evenvoice.models.classical import LinearSVM, svm

D = 20


def rows(n: int, classes: int, apart: float = 0.5) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return classes that overlap, float32 ``[n, 1, 1, D]``."""
    random = np.random.default_rng(classes)
    y = np.arange(n) % classes
    X = random.standard_normal((n, D)) + apart * random.standard_normal((classes, D))[y] + 0.3
    return X.astype(np.float32).reshape(n, 1, 1, D), y


def fitted(classes: int, weights: npt.NDArray[np.float32] | None) -> LinearSVM:
    model = LinearSVM((1, 1, D), classes, C=0.1)
    model.fit(*rows(900, classes), class_weights=weights)
    return model


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_machines_of_many_rows_are_libsvms(monkeypatch: pytest.MonkeyPatch, classes: int, weighted: bool) -> None:
    weights = np.linspace(0.3, 2, classes, dtype=np.float32) if weighted else None
    few = fitted(classes, weights)
    monkeypatch.setattr(svm, "_MANY_ROWS", 899)
    many = fitted(classes, weights)
    assert set(few.learned()) != set(many.learned())
    X, _ = rows(1000, classes)
    for ours, libsvms in zip(many._machines, few._machines, strict=True):
        np.testing.assert_allclose(ours, libsvms, atol=0.02 * np.abs(few._machines[0]).max())
    same = few.probabilities(X).argmax(axis=1) == many.probabilities(X).argmax(axis=1)
    assert same.mean() > 0.99
    with torch.inference_mode():
        exported = many.module()(torch.from_numpy(X)).softmax(dim=1).numpy()
    np.testing.assert_allclose(exported, many.probabilities(X), atol=1e-6)


def test_a_fit_of_few_rows_after_one_of_many_is_that_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = fitted(3, None).learned()
    monkeypatch.setattr(svm, "_MANY_ROWS", 600)
    model = LinearSVM((1, 1, D), 3, C=0.1)
    model.fit(*rows(900, 3))
    monkeypatch.undo()
    model.fit(*rows(900, 3))
    assert all(np.array_equal(alone[name], values) for name, values in model.learned().items())


def test_a_fit_that_is_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "_MANY_ROWS", 10)
    monkeypatch.setattr("evenvoice.models.classical.paired._MOST_PASSES", 2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted(3, None)
    (one,) = caught
    assert one.category is ConvergenceWarning
    assert "linear-svm" in str(one.message)
    assert "model.options.C" in str(one.message)
