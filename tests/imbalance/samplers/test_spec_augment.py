"""SpecAugment of rare classes: what is blanked, how much, and of whom."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_sampler

Y = np.repeat(["neutral", "sad"], [40, 8])
X = np.random.default_rng(0).normal(size=(48, 1, 20, 30)).astype(np.float32) + 100


def test_bands_are_blanked_and_the_rest_is_the_parent() -> None:
    plan = make_sampler("spec-augment", bands=2, time=0.3, coefficients=0.1).plan(X, Y, seed=1)
    assert np.bincount(plan.made_from[:, 0], minlength=48)[40:].tolist() == [4] * 8
    made = plan.take(X, np.flatnonzero(plan.synthetic))
    parents = X[plan.made_from[:, 0]]
    blanked = made == 0
    np.testing.assert_array_equal(made[~blanked], parents[~blanked])
    frames, coefficients = blanked[:, 0].all(axis=1), blanked[:, 0].all(axis=2)
    # Nothing is blanked but whole frames and whole coefficients, two bands of each at most.
    assert (blanked[:, 0] == (frames[:, None, :] | coefficients[:, :, None])).all()
    assert frames.sum(axis=1).max() <= 18
    assert coefficients.sum(axis=1).max() <= 4
    assert len(np.unique(frames, axis=0)) > 20
    edges = np.abs(np.diff(np.pad(frames.astype(int), ((0, 0), (1, 1))), axis=1)).sum(axis=1)
    assert edges.max() <= 4


def test_rows_of_one_axis_have_bands_of_one_kind_and_zero_blanks_nothing() -> None:
    flat = X.reshape(48, -1)
    plan = make_sampler("spec-augment", time=0.5).plan(flat, Y, seed=0)
    made = plan.take(flat, np.flatnonzero(plan.synthetic))
    assert (np.abs(np.diff(np.pad((made == 0).astype(int), ((0, 0), (1, 1))), axis=1)).sum(axis=1) <= 2).all()
    plan = make_sampler("spec-augment", time=0, coefficients=0).plan(X, Y, seed=0)
    np.testing.assert_array_equal(plan.take(X, np.flatnonzero(plan.synthetic)), X[plan.made_from[:, 0]])


def test_impossible_options_are_refused() -> None:
    for options in ({"time": 1.5}, {"coefficients": -1}, {"bands": 0}):
        with pytest.raises(EvenvoiceError, match=r"SpecAugment .*give a"):
            make_sampler("spec-augment", **options)  # type: ignore[arg-type]
