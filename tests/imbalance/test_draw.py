"""The way in for all that trains: the same plan on any number of cores."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from evenvoice.imbalance import draw_plan, make_sampler


@pytest.mark.parametrize("name", ["adasyn", "cluster-centroids", "rb-ccr", "smote"])
def test_threads_of_blas_change_no_plan(name: str) -> None:
    random, y = np.random.default_rng(0), np.repeat(np.arange(4), (200, 140, 100, 60))
    X = random.standard_normal((500, 400)) + 0.02 * y[:, None]
    plans = []
    for threads in (1, 2):
        with ThreadpoolController().limit(limits=threads):
            plans.append(draw_plan(make_sampler(name), X, y))
    one, two = (plan.take(X, np.arange(len(plan))) for plan in plans)
    assert np.array_equal(one, two)
