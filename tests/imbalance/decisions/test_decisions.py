"""Decisions do what their formulas say, on logits whose right answer is known; the module does the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import DECISIONS, make_decision
from evenvoice.metrics import fit_temperature

COUNTS = (60, 30, 10)


def validation(n: int = 400) -> tuple[Any, Any]:
    """Logits of a network that has learnt the frequencies of its training part: log p(x | c) + log π."""
    random = np.random.default_rng(0)
    y = random.choice(3, size=n, p=np.array(COUNTS) / 100)
    x = random.normal(size=(n, 1)) + np.array([0.0, 1.5, 3.0])[y][:, None]
    return -((x - [0.0, 1.5, 3.0]) ** 2) / 2 + np.log(np.array(COUNTS) / 100), y


def recall(logits: Any, y: Any) -> float:
    return float(np.mean([(logits.argmax(axis=1) == y)[y == c].mean() for c in np.unique(y)]))


@pytest.mark.parametrize("name", DECISIONS.shipped)
def test_the_module_is_the_decision(name: str) -> None:
    logits, y = validation()
    fitted = make_decision(name).fit(logits, y, COUNTS)
    assert fitted.temperature > 0
    assert fitted.bias.shape in ((0,), (3,))
    for dtype in (torch.float32, torch.float64):
        out = fitted.module()(torch.tensor(logits, dtype=dtype))
        assert out.dtype == dtype
        np.testing.assert_allclose(out.numpy(), fitted(logits), rtol=1e-5, atol=1e-5)
    again = make_decision(name).fit(logits, y, COUNTS)
    assert (again.temperature, again.bias.tolist()) == (fitted.temperature, fitted.bias.tolist())


def test_adjusted_logits_are_those_of_even_classes() -> None:
    logits, y = validation()
    likelihood = logits - np.log(np.array(COUNTS) / 100)
    np.testing.assert_allclose(make_decision("logit-adjustment").fit(logits, y, COUNTS)(logits), likelihood)
    even = make_decision("prior-shift").fit(logits, y, COUNTS)(logits)
    np.testing.assert_allclose(even - even[:, :1], likelihood - likelihood[:, :1])
    same = make_decision("prior-shift", target=COUNTS).fit(logits, y, COUNTS)
    np.testing.assert_allclose(same.bias, 0, atol=1e-12)


def test_recall_rises_on_validation() -> None:
    logits, y = validation()
    none, fitted, searched = (
        recall(make_decision(name, **options).fit(logits, y, COUNTS)(logits), y)
        for name, options in (("none", {}), ("logit-adjustment", {"tau": "fit"}), ("thresholds", {}))
    )
    assert none < fitted <= searched + 0.02
    assert searched > none + 0.03


def test_thresholds_leave_alone_what_is_right() -> None:
    logits = np.eye(3)[[0, 1, 2, 2]]
    assert make_decision("thresholds").fit(logits, [0, 1, 2, 2], COUNTS).bias.tolist() == [0, 0, 0]


def test_the_temperature_is_the_one_of_the_metrics() -> None:
    logits, y = validation()
    sharp = 3 * logits
    fitted = make_decision("temperature").fit(sharp, y, COUNTS)
    p = np.exp(sharp) / np.exp(sharp).sum(axis=1, keepdims=True)
    assert fitted.temperature == pytest.approx(fit_temperature(p, y), rel=1e-6)
    assert fitted.temperature == pytest.approx(3, rel=0.25)
    assert (fitted(sharp).argmax(axis=1) == sharp.argmax(axis=1)).all()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("logit-adjustment", {"tau": -1}, "tau -1; give a number of 0 or more, or 'fit'"),
        ("logit-adjustment", {"tau": "best"}, "tau 'best'"),
        ("prior-shift", {"target": [1, 0]}, r"target \[1, 0\]; give 'even', or a number above 0 for each class"),
        ("prior-shift", {"target": "odd"}, "target 'odd'"),
        ("thresholds", {"rounds": 0}, "rounds 0; give an integer of 1 or more"),
        ("threshold", {}, r"decision 'threshold' is unknown \(did you mean 'thresholds'\?\)"),
        ("none", {"tau": 1}, "decision 'none': unknown option 'tau'; it takes no options"),
    ],
)
def test_impossible_options_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        make_decision(name, **options)


@pytest.mark.parametrize(
    ("logits", "y", "counts", "message"),
    [
        (np.full((2, 3), np.nan), [0, 1], COUNTS, "logits of 2 of 2 rows are NaN or infinite; lower"),
        (np.zeros((2, 3)), [0, 3], COUNTS, "y holds 3; give class numbers from 0 to 2"),
        (np.zeros((2, 3)), [0], COUNTS, "one class number for each of 2 rows"),
        (np.zeros((2, 3)), [0, 1], (60, 0, 10), "3 counts of 1 or more"),
        (np.zeros((2, 3)), [0, 1], (60, 30), "3 counts of 1 or more"),
    ],
)
def test_what_does_not_fit_together_is_refused(logits: Any, y: Any, counts: Any, message: str) -> None:
    for name in DECISIONS.shipped:
        with pytest.raises(EvenvoiceError, match=message):
            make_decision(name).fit(logits, y, counts)
    for name in DECISIONS.shipped:
        decision = make_decision(name)
        if decision.needs_validation:
            with pytest.raises(EvenvoiceError, match=r"logits of shape \(0, 3\)"):
                decision.fit(np.zeros((0, 3)), [], COUNTS)
        else:
            decision.fit(np.zeros((0, 3)), [], COUNTS)
    with pytest.raises(EvenvoiceError, match="target has 2 numbers, and there are 3 classes"):
        make_decision("prior-shift", target=[1, 1]).fit(np.zeros((2, 3)), [0, 1], COUNTS)
