"""CDSMOTE, IR-SMOTE and Kalman-SMOTE on sets whose right answer can be worked out."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SMOTE, make_sampler
from evenvoice.imbalance.samplers.kalman_smote import surprises


def test_cdsmote_raises_to_the_mean_size_after_decomposition() -> None:
    random = np.random.default_rng(0)
    parts = [random.normal(centre, 0.2, (n, 2)) for centre, n in ((0, 20), (9, 20), (3, 8), (6, 12))]
    y = np.repeat(["neutral", "sad", "happy"], [40, 8, 12])
    plan = make_sampler("cdsmote").plan(np.concatenate(parts), y, seed=0)
    # Two clusters of 20, 8 and 12 rows: 15 on average.
    labels, counts = np.unique(plan.y(y), return_counts=True)
    assert dict(zip(labels.tolist(), counts.tolist(), strict=True)) == {"happy": 15, "neutral": 40, "sad": 15}
    assert plan.kept.tolist() == list(range(60))


def test_ir_smote_has_no_noise_for_a_parent_and_makes_more_where_rows_are_sparse() -> None:
    random = np.random.default_rng(0)
    neutral = random.normal(0, 1, (600, 2))
    dense, sparse = random.uniform(-1, 1, (30, 2)), 3 * random.uniform(-1, 1, (30, 2))
    dense[:, 0] += 30
    sparse[:, 1] += 30
    X = np.concatenate([neutral, dense, sparse, [[0.0, 0.0]]])  # the last sad row lies among neutral ones
    y = np.repeat(["neutral", "sad"], [600, 61])
    plan = make_sampler("ir-smote", n_clusters=2).plan(X, y, seed=0)
    assert np.unique(plan.y(y), return_counts=True)[1].tolist() == [600, 600]
    assert 660 not in plan.made_from
    in_dense = (plan.made_from < 630).all(axis=1)
    assert (in_dense | (plan.made_from >= 630).all(axis=1)).all()
    # Distances in the sparse cluster are three times as long, so three quarters of the rows are made there.
    assert np.mean(~in_dense) == pytest.approx(0.75, abs=0.05)


def test_the_filter_by_hand() -> None:
    # Variance 1. After the first row the state is 0, its uncertainty 1; the second moves it to 2·1.0001/2.0001.
    gain = 1.0001 / 2.0001
    uncertainty = (1 - gain) * 1.0001 + 1e-4
    expected = (3 - 2 * gain) ** 2 / (uncertainty + 1)
    assert surprises(np.array([[0.0], [2.0]]), np.array([[3.0]])) == pytest.approx([expected])


def test_kalman_smote_leaves_out_the_made_rows_that_surprise() -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(100, 4)), np.repeat(["neutral", "sad"], [80, 20])
    smote = SMOTE().plan(X, y, seed=3)
    assert make_sampler("kalman-smote", drop=0).plan(X, y, seed=3).made_from.tolist() == smote.made_from.tolist()
    plan = make_sampler("kalman-smote", drop=0.25).plan(X, y, seed=3)
    assert plan.kept.tolist() == list(range(100))
    assert plan.synthetic.sum() == 45
    surprise = surprises(X[80:], smote.take(X, np.flatnonzero(smote.synthetic)))
    stays = np.isin(smote.gap, plan.gap)
    assert stays.sum() == 45
    assert surprise[~stays].min() >= surprise[stays].max()


def test_impossible_options_are_refused() -> None:
    for name, options in (
        ("cdsmote", {"n_clusters": 0}),
        ("ir-smote", {"k_neighbors": 0}),
        ("kalman-smote", {"drop": 2}),
    ):
        with pytest.raises(EvenvoiceError, match="give a"):
            make_sampler(name, **options)
