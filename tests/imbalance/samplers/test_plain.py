"""No balancing, and class weights: every row once, and scikit-learn's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from evenvoice.imbalance import ClassWeights, NoBalancing


def test_no_balancing_keeps_every_row_once() -> None:
    y = np.array(["sad", "happy", "sad"])
    plan = NoBalancing().plan(np.arange(3), y)
    assert plan.kept.tolist() == [0, 1, 2]
    assert plan.base.size == 0
    assert plan.class_weights is None
    assert plan.y(y).tolist() == y.tolist()


@pytest.mark.parametrize("classes", [["angry", "happy", "neutral", "sad"], [0, 1, 2, 3]])
def test_class_weights_are_scikit_learns(classes: list[Any]) -> None:
    y = np.repeat(classes, [1103, 595, 1708, 1084])
    plan = ClassWeights().plan(np.zeros((len(y), 1)), y)
    expected = compute_class_weight("balanced", classes=np.array(classes), y=y)
    assert plan.class_weights is not None
    assert list(plan.class_weights) == classes
    assert list(plan.class_weights.values()) == pytest.approx(expected.tolist(), rel=1e-12)
    assert len(plan) == 4490
    # Weighted, each class counts as much as any other: n_c · n / (C·n_c) = n / C.
    assert 595 * plan.class_weights[classes[1]] == pytest.approx(4490 / 4)
