"""DeepSMOTE and the game of three: rows of the right class, from the seed alone, with the parents that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SMOTE, make_sampler

NAMES = ("deepsmote", "three-player-gan")


def on_a_curve(n: int = 120, rare: int = 30, seed: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows of 6 attributes that follow from one number: neutral around 0, sad on a half circle at a distance."""
    random = np.random.default_rng(seed)
    angle = random.uniform(0, np.pi, size=rare)
    curve = 4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    mixing = np.random.default_rng(1).normal(size=(2, 6))
    neutral = random.normal(scale=0.3, size=(n, 2)) + np.array([0, -4])
    X = np.concatenate([neutral, curve]) @ mixing
    return X.astype(np.float32), np.array(["neutral"] * n + ["sad"] * rare)


@pytest.mark.parametrize("name", NAMES)
def test_made_rows_lie_with_their_class_and_are_not_all_the_same(name: str) -> None:
    X, y = on_a_curve()
    plan = make_sampler(name, steps=400).plan(X, y, seed=0)
    assert np.unique(plan.y(y), return_counts=True)[1].tolist() == [120, 120]
    assert plan.kept.tolist() == list(range(150))
    made = plan.take(X, np.flatnonzero(plan.synthetic))
    nearest = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(made, return_distance=False)[:, 0]
    assert np.mean(y[nearest] == "sad") > 0.9
    spread = made.std(axis=0).mean() / X[y == "sad"].std(axis=0).mean()
    assert 0.3 < spread < 1.5


def test_deepsmote_puts_a_row_between_the_codes_of_its_parents() -> None:
    """A linear code of as many numbers as attributes keeps everything: decoded rows are then SMOTE's own."""
    X, y = on_a_curve()
    X = X[:, :2] - X[:, :2].mean(axis=0)
    plan = make_sampler("deepsmote", latent=2, hidden=64, steps=600).plan(X, y, seed=0)
    made = plan.take(X, np.flatnonzero(plan.synthetic))
    between = X[plan.base] + plan.gap[:, None].astype(np.float32) * (X[plan.neighbour] - X[plan.base])
    error = np.linalg.norm(made - between, axis=1).mean()
    other = np.linalg.norm(made - between[::-1], axis=1).mean()
    assert error < 0.15 * other
    assert (y[plan.made_from] == "sad").all()


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides_and_torchs_own_state_is_left_alone(name: str) -> None:
    X, y = on_a_curve()
    sampler = make_sampler(name, steps=20)
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    first = sampler.plan(X, y, seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    torch.manual_seed(6)
    again, other = sampler.plan(X, y, seed=1), sampler.plan(X, y, seed=2)
    assert first.values is not None
    np.testing.assert_array_equal(first.values, again.values)
    assert not np.array_equal(first.values, other.values)


def test_what_is_known_of_the_parents() -> None:
    X, y = on_a_curve()
    assert (make_sampler("three-player-gan", steps=2).plan(X, y).made_from == -1).all()
    plan = make_sampler("deepsmote", steps=2).plan(X, y)
    assert plan.maker == "values"
    assert (plan.weights.sum(axis=1) == 1).all()


@pytest.mark.parametrize("name", NAMES)
def test_even_classes_train_nothing_and_make_nothing(name: str) -> None:
    X, y = on_a_curve(30, 30)
    assert not make_sampler(name, steps=1).plan(X, y).synthetic.any()


def test_what_smote_refuses_is_refused_before_the_training() -> None:
    X, y = on_a_curve(30, 3)
    with pytest.raises(EvenvoiceError, match="class 'sad': 3 rows, and SMOTE with k_neighbors=5 needs 6"):
        make_sampler("deepsmote", steps=10**9).plan(X, y)
    assert make_sampler("deepsmote", steps=5, k_neighbors="shrink").plan(X, y).synthetic.sum() == 27
    assert SMOTE(k_neighbors=2).plan(X, y).synthetic.sum() == 27


def test_impossible_options_are_refused() -> None:
    for name, options in (
        ("deepsmote", {"latent": 0}),
        ("three-player-gan", {"steps": 0}),
        ("three-player-gan", {"cooperation": -1}),
    ):
        with pytest.raises(EvenvoiceError, match="give a"):
            make_sampler(name, **options)
