"""RB-CCR empties the spheres, fills them, and says which rows it moved."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_sampler
from evenvoice.imbalance.samplers.rb_ccr import RBCCR, sphere


def test_the_radius_by_hand() -> None:
    distance = np.array([3.0, 1.0])
    assert sphere(distance, 0.5) == 0.5
    # 1 to reach the first row, 4 from there to the second, then a third as far.
    assert sphere(distance, 5.0) == 3.0
    assert sphere(distance, 8.0) == 4.0


def test_rows_inside_are_pushed_to_the_surface_and_rows_are_made_inside() -> None:
    # One dimension: sad at 0; neutral at 1, 10, 11. The unit is 1; with energy 2 the radius is 1.5.
    X = np.array([[0.0], [1.0], [10.0], [11.0]])
    y = np.array(["sad", "neutral", "neutral", "neutral"])
    plan = make_sampler("rb-ccr", energy=2.0).plan(X, y, seed=0)
    assert plan.kept.tolist() == [0, 2, 3]
    assert plan.made_from[:, 0].tolist() == [1, 0, 0]
    assert plan.y(y).tolist() == ["sad", "neutral", "neutral", "neutral", "sad", "sad"]
    made = plan.take(X, [3, 4, 5])[:, 0]
    assert made[0] == pytest.approx(1.5)
    assert (np.abs(made[1:]) <= 1.5).all()


def test_the_region_is_that_of_the_potential() -> None:
    random = np.random.default_rng(0)
    X = np.concatenate([random.normal(0, 1, (40, 2)), random.normal(3, 1, (12, 2))])
    y = np.repeat(["neutral", "sad"], [40, 12])
    potentials = []
    for region in ("low", "equal", "high"):
        sampler = RBCCR(region=region)  # type: ignore[arg-type]
        plan = sampler.plan(X, y, seed=0)
        of_sad = np.flatnonzero(plan.synthetic)[plan.labels == "sad"]
        made = plan.take(X, of_sad)
        assert len(made) == 28
        potentials.append(sampler._potential(made, X[40:], X[:40], 1.0).mean())
    assert potentials == sorted(potentials)


def test_impossible_options_are_refused() -> None:
    with pytest.raises(EvenvoiceError, match="RBCCR region: 'middle' is unknown"):
        make_sampler("rb-ccr", region="middle")
    with pytest.raises(EvenvoiceError, match="RBCCR energy: 0"):
        make_sampler("rb-ccr", energy=0)
