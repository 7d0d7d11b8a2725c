"""EOS and mixup: whose rows they mix, how far, and with which label."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_sampler

# On a line: neutral at 0 … 9, sad at 10, 11 and far off at 100, 101, 102.
X = np.array([*range(10), 10, 11, 100, 101, 102], float)[:, None]
Y = np.array(["neutral"] * 10 + ["sad"] * 5)


def test_eos_goes_from_the_border_towards_the_nearest_enemies() -> None:
    plan = make_sampler("eos", k_neighbors=3).plan(X, Y, seed=0)
    assert np.unique(plan.y(Y), return_counts=True)[1].tolist() == [10, 10]
    # Of 10 the nearest three are 11, 9, 8; of 11 they are 10, 9, 8; of 100 they are 101, 102 and 11: no enemy.
    assert set(plan.base.tolist()) == {10, 11}
    assert set(plan.neighbour.tolist()) <= {8, 9}
    made = plan.take(X, np.flatnonzero(plan.synthetic))[:, 0]
    assert ((made >= 8) & (made <= 11)).all()


def test_eos_draws_every_enemy_of_a_base() -> None:
    plan = make_sampler("eos", k_neighbors=5, sampling_strategy={"sad": 200}).plan(X, Y, seed=0)
    # Of 10: 11, 9, 8, 7, 6. Of 11: 10, 9, 8, 7, 6. Of 100, 101 and 102 the five nearest hold 11, 10 and 9.
    assert set(plan.neighbour[plan.base == 10].tolist()) == {6, 7, 8, 9}
    assert set(plan.neighbour[plan.base == 12].tolist()) == {9}


def test_without_an_enemy_near_each_rows_nearest_takes_part() -> None:
    far = np.where(Y == "sad", 1000.0, 0.0)[:, None] + X
    plan = make_sampler("eos", k_neighbors=2, reach=0.25).plan(far, Y, seed=1)
    assert set(plan.neighbour.tolist()) == {9}
    assert (plan.gap <= 0.25).all()


def test_mixup_keeps_the_rare_label_and_the_larger_share() -> None:
    plan = make_sampler("mixup", sampling_strategy={"sad": 305}).plan(X, Y, seed=0)
    assert (Y[plan.base] == "sad").all()
    assert (plan.labels == "sad").all()
    assert (plan.base != plan.neighbour).all()
    assert set(plan.neighbour.tolist()) == set(range(15))
    assert plan.gap.max() <= 0.5
    assert plan.gap.mean() == pytest.approx(0.25, abs=0.03)  # half of a uniform number
    near = make_sampler("mixup", alpha=0.1).plan(X, Y, seed=0)
    assert near.gap.mean() < 0.15


def test_impossible_options_are_refused() -> None:
    for name, options in (("eos", {"reach": 0}), ("eos", {"k_neighbors": 0}), ("mixup", {"alpha": 0})):
        with pytest.raises(EvenvoiceError, match="give a"):
            make_sampler(name, **options)
