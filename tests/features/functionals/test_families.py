"""Each functional against a value worked by hand."""

from __future__ import annotations

import pytest
import torch

from evenvoice.features.functionals import FAMILIES
from evenvoice.features.functionals.contours import Contours
from evenvoice.features.functionals.voiced import voiced

# Mean 3, deviations -3 -1 1 3, variance 20 / 4 = 5.
STEPS = [0.0, 2.0, 4.0, 6.0]

GOLDEN = [
    ("mean", STEPS, {"mean": 3}),
    ("spread", STEPS, {"mean": 3, "standard deviation": 5**0.5}),
    # d = -1 -1 -1 3, variance 12 / 4, Σ d³ = 24, Σ d⁴ = 84.
    (
        "moments",
        [1.0, 1.0, 1.0, 5.0],
        {"mean": 2, "standard deviation": 3**0.5, "skewness": 6 / 3**1.5, "kurtosis": 21 / 9},
    ),
    ("extremes", [3.0, -1.0, 2.0], {"minimum": -1, "maximum": 3}),
    # t - t̄ = -1 0 1: (-1·1 + 1·6) / 2.
    ("slope", [1.0, 2.0, 6.0], {"slope": 2.5}),
    # Five values: the percentile q lies at the place 4q.
    (
        "percentiles",
        [40.0, 0.0, 10.0, 30.0, 20.0],
        {
            "percentile 1%": 0.4,
            "percentile 5%": 2,
            "percentile 25%": 10,
            "percentile 50%": 20,
            "percentile 75%": 30,
            "percentile 95%": 38,
            "percentile 99%": 39.6,
            "range 25-50%": 10,
            "range 50-75%": 10,
            "range 25-75%": 20,
            "range 1-99%": 39.2,
        },
    ),
    # u = -1 0 1, q = 1/3 -2/3 1/3. The slope is (4 - 1) / 2 = 1.5; the variance is 26/9, and the line explains
    # 1.5² · 2/3 = 3/2 of it. The curvature is (1/3 + 4/3) / (2/3) = 2.5; three points leave a parabola no error.
    (
        "regression",
        [1.0, 0.0, 4.0],
        {"line slope": 1.5, "line error": 1 - 1.5 / (26 / 9), "parabola curvature": 2.5, "parabola error": 0},
    ),
    # Range 0 … 10: above 2.5: four of five; above 5: two; above 7.5: two; above 9: one.
    (
        "levels",
        [0.0, 3.0, 5.0, 8.0, 10.0],
        {"share above 25%": 0.8, "share above 50%": 0.4, "share above 75%": 0.4, "share above 90%": 0.2},
    ),
    # Steps 2 -1 0 4; that of 0 counts half.
    ("movement", [0.0, 2.0, 1.0, 1.0, 5.0], {"share rising": 2.5 / 4, "mean step": 7 / 4}),
    ("places", [0.0, 1.0, 0.0, 0.0, 0.0], {"place of maximum": 0.25, "place of minimum": (0 + 2 + 3 + 4) / 4 / 4}),
    # d = -1 1 -1 1: lag 1: -3 / 4, lag 2: 2 / 4, lags that reach beyond the end: 0.
    (
        "autocorrelation",
        [0.0, 2.0, 0.0, 2.0],
        {f"autocorrelation {lag}": value for lag, value in ((1, -0.75), (2, 0.5), (4, 0), (8, 0), (16, 0))},
    ),
    # Mean 2: the peaks are 6 and 4; 1 is one but below the mean. 2 peaks in 8 frames, 4 and 2 above the mean.
    ("peaks", [0.0, 6.0, 1.0, 4.0, 0.5, 1.0, 0.5, 3.0], {"peaks": 0.25, "peak height": 3}),
]


@pytest.mark.parametrize(("family", "row", "expected"), GOLDEN, ids=[family for family, *_ in GOLDEN])
def test_worked_by_hand(family: str, row: list[float], expected: dict[str, float]) -> None:
    # With poison where the utterance has ended.
    values = torch.tensor([[[*row, torch.nan, 1e9]]])
    found = FAMILIES[family].compute(Contours(values, torch.tensor([len(row)])))
    assert list(expected) == list(FAMILIES[family].names)
    got = [float(value) for value in found]
    assert got == pytest.approx(list(expected.values()), rel=1e-5, abs=1e-6)


def test_each_family_has_a_golden_value() -> None:
    assert {family for family, *_ in GOLDEN} == set(FAMILIES)


def test_voiced_and_unvoiced_frames_apart() -> None:
    values = torch.tensor([[[6.0, 4.0, -6.0, -4.0]]])  # mean 0, variance 26
    periodicity = torch.tensor([[0.9, 0.7, 0.3, 0.1]])
    found = [float(value) for value in voiced(Contours(values, torch.tensor([4])), periodicity)]
    # Voiced: (6 + 4) / 3, and (36 + 16 + 26) / 3 less its square.
    mean, deviation = 10 / 3, (26 - 100 / 9) ** 0.5 - 26**0.5
    assert found == pytest.approx([mean, deviation, -mean, deviation], rel=1e-5)


def test_without_a_voiced_frame_nothing_is_voiced() -> None:
    contours = Contours(torch.tensor([[[1.0, 2.0, 4.0]]]), torch.tensor([3]))
    shift, deviation, *_ = voiced(contours, torch.zeros(1, 3))
    assert float(shift) == 0
    assert float(deviation) == pytest.approx(0, abs=1e-6)
