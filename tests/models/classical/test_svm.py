"""The linear support vector machine of many rows, beside LIBSVM's."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pytest
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC

from evenvoice.models.classical import LinearSVM, svm
from evenvoice.models.classical.products import inner_products
from evenvoice.models.classical.vectors import from_decisions

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
        np.testing.assert_allclose(ours, libsvms, atol=0.01 * np.abs(few._machines[0]).max())
    same = few.probabilities(X).argmax(axis=1) == many.probabilities(X).argmax(axis=1)
    assert same.mean() > 0.99
    with torch.inference_mode():
        exported = many.module()(torch.from_numpy(X)).softmax(dim=1).numpy()
    np.testing.assert_allclose(exported, many.probabilities(X), atol=1e-6)


def test_many_rows_of_as_many_attributes_are_left_to_libsvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "_MANY_ROWS", 10)
    assert "weights" in fitted(3, None).learned()  # 900 rows of 20
    monkeypatch.setattr(svm, "_MANY_FOR_AN_ATTRIBUTE", 45)
    assert "support_vectors" in fitted(3, None).learned()


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_fit_of_few_rows_is_libsvms_to_the_last_bit(classes: int, weighted: bool) -> None:
    weights = np.linspace(0.3, 2, classes, dtype=np.float32) if weighted else None
    model = fitted(classes, weights)
    X, y = rows(900, classes)
    flat = X.reshape(900, D).astype(np.float64)
    of = None if weights is None else dict(enumerate(weights.tolist()))
    reference = SVC(kernel="linear", C=0.1, class_weight=of, decision_function_shape="ovr").fit(flat, y)
    learned = model.learned()
    for name in ("support", "support_vectors", "dual_coef", "intercept"):
        np.testing.assert_array_equal(learned[name], getattr(reference, f"{name}_"), err_msg=name)
    for ours, theirs in zip(model._machines, (reference.coef_, reference.intercept_), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    expected = from_decisions(reference.decision_function(flat[::3])).astype(np.float32)
    np.testing.assert_array_equal(model.probabilities(X[::3]), expected)


@pytest.mark.parametrize("n", [7, 8, 9, 30])
def test_products_are_the_same_whichever_half_is_computed(n: int) -> None:
    A = np.random.default_rng(n).standard_normal((n, 37))
    once, twice = inner_products(A, A), inner_products(A, A.copy())
    np.testing.assert_array_equal(once, twice)
    np.testing.assert_array_equal(once, [[np.dot(a, b) for b in A] for a in A])


def test_more_rows_than_a_kernel_has_room_for_are_fitted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    few = fitted(3, None)
    monkeypatch.setattr(svm, "_MOST_IN_KERNEL", 899)
    many = fitted(3, None)
    X, _ = rows(100, 3)
    assert many._model.kernel == "linear" != few._model.kernel
    for name, values in few.learned().items():
        np.testing.assert_array_equal(many.learned()[name], values, err_msg=name)
    np.testing.assert_array_equal(many.probabilities(X), few.probabilities(X))


def test_a_fit_of_few_rows_after_one_of_many_is_that_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = fitted(3, None).learned()
    monkeypatch.setattr(svm, "_MANY_ROWS", 600)
    model = LinearSVM((1, 1, D), 3, C=0.1)
    model.fit(*rows(900, 3))
    monkeypatch.undo()
    model.fit(*rows(900, 3))
    assert all(np.array_equal(alone[name], values) for name, values in model.learned().items())


def test_rows_that_cannot_be_written_to_are_predicted_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "_MANY_ROWS", 600)
    model, X = fitted(3, None), rows(900, 3)[0]
    before = model.probabilities(X)
    X.flags.writeable = False
    np.testing.assert_array_equal(model.probabilities(X), before)  # torch's warning is an error in these tests


def test_a_fit_that_is_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "_MANY_ROWS", 10)
    monkeypatch.setattr("evenvoice.models.classical.interior_point._MOST_STEPS", 2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted(3, None)
    (one,) = caught
    assert one.category is ConvergenceWarning
    assert "linear-svm" in str(one.message)
    assert "model.options.C" in str(one.message)
