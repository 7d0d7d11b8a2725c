"""A linear machine by the interior-point method: the minimum by its conditions, beside LIBSVM, and of awkward rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.svm import SVC

from evenvoice.models.classical import interior_point
from evenvoice.models.classical.interior_point import fit_machine

N, D = 600, 20
RANDOM = np.random.default_rng(1)
X = RANDOM.standard_normal((N, D)).astype(np.float32)
SIGNS = np.where(X[:, 0] + 0.5 * RANDOM.standard_normal(N) > 0, 1.0, -1.0)
APART = np.where(X[:, 0] > 0, 1.0, -1.0)
ONE = np.where(np.arange(N) == 7, 1.0, -1.0)
SIZES = np.logspace(-4, 4, D).astype(np.float32)

Floats = npt.NDArray[np.floating]


def lost(rows: Floats, signs: Floats, prices: Floats, w: Floats, b: float) -> float:
    """What is minimised."""
    return float(0.5 * w @ w + prices @ np.maximum(0, 1 - signs * (rows.astype(np.float64) @ w + b)))


def of_libsvm(rows: Floats, signs: Floats, prices: Floats, **settings: float) -> tuple[Floats, float]:
    machine = SVC(kernel="linear", C=1, **settings).fit(rows.astype(np.float64), signs, sample_weight=prices)
    return machine.coef_[0], machine.intercept_[0]


@pytest.mark.parametrize("C", [1e-3, 0.1, 10.0])
@pytest.mark.parametrize("signs", [SIGNS, APART], ids=["overlap", "apart"])
def test_the_machine_is_that_of_libsvm_at_a_tight_tolerance(C: float, signs: Floats) -> None:
    prices = np.where(signs > 0, C, 2 * C)
    w, b, converged = fit_machine(X, np.arange(N), signs, prices)
    exact, intercept = of_libsvm(X, signs, prices, tol=1e-7)
    assert converged
    np.testing.assert_allclose(w, exact, atol=2e-3 * np.abs(exact).max())
    assert b == pytest.approx(intercept, abs=2e-3 * np.abs(exact).max())
    ours, loose = (lost(X, signs, prices, *found) for found in ((w, b), of_libsvm(X, signs, prices)))
    best = lost(X, signs, prices, exact, intercept)
    assert ours - best <= 1e-6 * best
    assert ours <= loose * (1 + 1e-6)  # no further from the minimum than LIBSVM at its own tolerance


@pytest.mark.parametrize(
    ("rows", "signs", "C"),
    [
        (X, SIGNS, 1e-8),
        (X, SIGNS, 1e3),
        (X + 3 * APART[:, None], APART, 1e4),
        (X * 1e4, SIGNS, 0.01),
        (X * 1e-4, SIGNS, 0.01),
        (X * 1e8, SIGNS, 1.0),
        (X + 1e3, SIGNS, 0.01),
        (X * SIZES, SIGNS, 0.01),
        (np.repeat(X[:10], 60, axis=0), np.repeat(SIGNS[:10], 60), 0.01),
        (np.repeat(X[:10], 60, axis=0), SIGNS, 0.01),
        (np.hstack([X, np.ones((N, 3), np.float32), X[:, :3]]), SIGNS, 0.01),
        (X, ONE, 0.01),
        (X, ONE, 10.0),
        (np.ones((N, 3), np.float32), SIGNS, 0.01),
        (X[:2], np.array([1.0, -1.0]), 0.01),
        (X[:15], SIGNS[:15], 1.0),
    ],
    ids=[
        "small C", "large C", "wide margin", "thousands", "small", "millions", "far from 0", "of all sizes", "repeated",
        "contradicting", "constant and doubled columns", "one of a class", "one of a class, C of 10", "all the same",
        "two", "more attributes than rows",
    ],
)  # fmt: skip
def test_awkward_rows_have_their_minimum_too(rows: Floats, signs: Floats, C: float) -> None:
    """No change of w and b that is tried makes what is minimised smaller, by more than the gap that is allowed."""
    prices = np.full(len(rows), C)
    w, b, converged = fit_machine(rows, np.arange(len(rows)), signs, prices)
    assert converged
    found = lost(rows, signs, prices, w, b)
    for seed in range(50):
        random = np.random.default_rng(seed)
        size = 10 ** random.uniform(-6, 0)
        way = random.standard_normal(len(w)) * (np.abs(w) if seed % 2 else np.abs(w).max()) * size
        shift = -way @ rows.mean(axis=0) if seed % 3 else size * random.standard_normal()
        assert lost(rows, signs, prices, w + way, b + shift) >= found * (1 - 2e-6)
        assert lost(rows, signs, prices, w * (1 + size), b) >= found * (1 - 2e-6)


def test_only_chosen_rows_count_in_any_number_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = np.flatnonzero(np.arange(N) % 3)
    prices = np.full(len(chosen), 0.1)
    alone = fit_machine(np.ascontiguousarray(X[chosen]), np.arange(len(chosen)), SIGNS[chosen], prices)
    monkeypatch.setattr(interior_point, "_BLOCK", 7)
    w, b, _ = fit_machine(X, chosen, SIGNS[chosen], prices)
    np.testing.assert_allclose(w, alone[0], rtol=1e-6, atol=1e-9)
    assert b == pytest.approx(alone[1])


def test_what_was_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interior_point, "_MOST_STEPS", 3)
    assert not fit_machine(X, np.arange(N), SIGNS, np.full(N, 0.1))[2]


def test_a_matrix_that_float64_cannot_factor_ends_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def singular(matrix: Floats, **_: bool) -> None:
        raise np.linalg.LinAlgError("2-th leading minor not positive definite")

    monkeypatch.setattr(interior_point, "cho_factor", singular)
    w, b, converged = fit_machine(X, np.arange(N), SIGNS, np.full(N, 0.1))
    assert not converged
    assert np.isfinite([*w, b]).all()
