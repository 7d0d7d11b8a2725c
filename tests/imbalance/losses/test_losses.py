"""Losses by hand, and against torch and Keras' way of dividing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import LOSSES, make_loss

COUNTS = (16, 1)
# Softmax of (ln 3, 0) is (3/4, 1/4).
LOGITS = torch.tensor([[math.log(3), 0.0], [math.log(3), 0.0]], dtype=torch.float64)
TARGETS = torch.tensor([0, 1])
# ½ / (1 − ½¹⁶) = 32768/65535 and ½ / (1 − ½) = 1, over their mean.
EFFECTIVE = (2 * 32768 / 98303, 2 * 65535 / 98303)
LN3_4, LN1_4 = math.log(0.75), math.log(0.25)


def _softmaxed(first: float, second: float) -> tuple[float, float]:
    total = math.exp(first) + math.exp(second)
    return math.log(math.exp(first) / total), math.log(math.exp(second) / total)


def _ldam(weights: tuple[float, float]) -> float:
    right, _ = _softmaxed(math.log(3) - 0.25, 0.0)
    _, wrong = _softmaxed(math.log(3), -0.5)
    return -(weights[0] * right + weights[1] * wrong) / 2


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("cross-entropy", {}, -(LN3_4 + LN1_4) / 2),
        ("cross-entropy", {"base": 2}, -(LN3_4 + LN1_4) / 2 / math.log(2)),
        ("label-smoothing", {"smoothing": 0.2}, -((0.9 * LN3_4 + 0.1 * LN1_4) + (0.1 * LN3_4 + 0.9 * LN1_4)) / 2),
        # n / (k n_c): 17/32 and 17/2.
        ("weighted", {}, -(17 / 32 * LN3_4 + 17 / 2 * LN1_4) / 2),
        ("effective-number", {"beta": 0.5}, -(EFFECTIVE[0] * LN3_4 + EFFECTIVE[1] * LN1_4) / 2),
        ("focal", {}, -(0.25**2 * LN3_4 + 0.75**2 * LN1_4) / 2),
        ("focal", {"gamma": 0}, -(LN3_4 + LN1_4) / 2),
        ("ldam", {}, _ldam((1, 1))),
        # 16 and 1 times the odds 3 : 1 are 48 : 1.
        ("balanced-softmax", {}, -(math.log(48 / 49) + math.log(1 / 49)) / 2),
        ("logit-adjusted", {"tau": 1}, -(math.log(48 / 49) + math.log(1 / 49)) / 2),
        ("logit-adjusted", {"tau": 0.5}, -(math.log(12 / 13) + math.log(1 / 13)) / 2),
        ("logit-adjusted", {"tau": 0}, -(LN3_4 + LN1_4) / 2),
    ],
)
def test_losses_by_hand(name: str, options: dict[str, Any], expected: float) -> None:
    assert make_loss(name, COUNTS, 10, **options)(LOGITS, TARGETS, 0).item() == pytest.approx(expected, rel=1e-7)


def test_ldam_weighs_rows_late() -> None:
    loss = make_loss("ldam", COUNTS, 10, beta=0.5)
    early, late = (loss(LOGITS, TARGETS, epoch).item() for epoch in (7, 8))
    assert early == pytest.approx(_ldam((1, 1)))
    assert late == pytest.approx(_ldam(EFFECTIVE))
    assert make_loss("ldam", COUNTS, 10, deferred=1)(LOGITS, TARGETS, 9).item() == pytest.approx(early)


def test_cross_entropy_is_torchs_and_weights_divide_by_rows_as_in_keras() -> None:
    random = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(32, 4, generator=random), torch.randint(4, (32,), generator=random)
    counts = (60, 30, 20, 10)
    torch.testing.assert_close(
        make_loss("cross-entropy", counts)(logits, targets), functional.cross_entropy(logits, targets)
    )
    smoothed = functional.cross_entropy(logits, targets, label_smoothing=0.1)
    torch.testing.assert_close(make_loss("label-smoothing", counts)(logits, targets), smoothed)
    weight = torch.tensor([120 / (4 * n) for n in counts])
    keras = functional.cross_entropy(logits, targets, weight=weight, reduction="none").mean()
    torch.testing.assert_close(make_loss("weighted", counts)(logits, targets), keras)


def test_effective_numbers_lie_between_no_weights_and_balanced_ones() -> None:
    none, almost = (make_loss("effective-number", (90, 10), beta=beta).weights for beta in (0, 1 - 1e-9))
    np.testing.assert_allclose(none, [1, 1])
    np.testing.assert_allclose(almost, [0.2, 1.8], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("focal", {"gamma": -1}, "loss focal: gamma -1; give a number of 0 or more"),
        ("effective-number", {"beta": 1}, "beta 1; give a number from 0 and below 1"),
        ("cross-entropy", {"base": 10}, "base 10; give 'e' or 2"),
        ("label-smoothing", {"smoothing": 1.0}, "smoothing 1.0"),
        ("logit-adjusted", {"tau": float("nan")}, "tau nan"),
        ("ldam", {"scale": 0}, "loss ldam: max_margin 0.5, scale 0"),
        ("focal", {"gama": 1}, r"loss 'focal': unknown option 'gama' \(did you mean 'gamma'\?\); it takes gamma"),
        ("focl", {}, r"loss 'focl' is unknown \(did you mean 'focal'\?\)"),
    ],
)
def test_impossible_options_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        make_loss(name, COUNTS, **options)


def test_every_loss_is_listed() -> None:
    assert "cross-entropy" in LOSSES
    assert LOSSES.plural == "losses"
