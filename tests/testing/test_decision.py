"""`check_decision` passes what ships and finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evenvoice.imbalance import DECISIONS, Shift, make_decision
from evenvoice.testing import check_decision


@pytest.mark.parametrize("name", DECISIONS.shipped)
def test_what_ships_keeps_the_contract(name: str) -> None:
    check_decision(name)


class Mine:
    needs_validation = False

    def __init__(self, fit: Callable[..., Any]) -> None:
        self._fit = fit

    def fit(self, logits: Any, y: Any, class_counts: Any) -> Any:
        return self._fit(logits, y, class_counts)


class _Kept:
    """Fits as a shipped decision does, and otherwise after some calls."""

    def __init__(self, after: int = 10**6) -> None:
        self.calls, self.after = 0, after

    def __call__(self, logits: Any, y: Any, class_counts: Any) -> Any:
        self.calls += 1
        fitted = make_decision("logit-adjustment").fit(logits, y, class_counts)
        return fitted if self.calls < self.after else Shift(fitted.temperature * 2, fitted.bias)


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (lambda logits, y, counts: np.zeros(3), "returned ndarray, expected an evenvoice.imbalance.Shift"),
        (lambda logits, y, counts: Shift(0.0), "temperature 0.0, expected a number above 0"),
        (lambda logits, y, counts: Shift(1.0, np.zeros(2)), "expected a finite number for each of 3 classes"),
        (lambda logits, y, counts: Shift(1.0, np.random.default_rng().random(3)), "two fits to the same rows differ"),
        (lambda logits, y, counts: logits.fill(0) or Shift(), "fit changed its inputs"),
        (lambda logits, y, counts: [][0], r"decision Mine: IndexError: list index out of range \(test_decision\.py"),
        (lambda logits, y, counts: np.random.seed(0) or _Kept()(logits, y, counts), "NumPy's global random state"),
        (lambda logits, y, counts: print("fit") or _Kept()(logits, y, counts), "prints to standard output"),  # noqa: T201
        (_Kept(after=6), "a fit depends on those before it; keep no state"),
    ],
)
def test_a_broken_contract_is_named(fit: Callable[..., Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_decision(Mine(fit))
