"""ROC and DET, against numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from evenvoice.report import det_figure, roc_figure
from evenvoice.report.detection import equal_error_rate
from evenvoice.study import load_study
from tests.report.fabricated import write_honest, write_leaky, write_study
from tests.report.test_figures import words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def test_the_area_is_that_of_the_pooled_test_rows(folder: Path) -> None:
    write_honest(folder)
    result = load_study(folder).results[0]
    # Found 3 of 4 and 4 of 4 of angry, false alarms 1 of 2 twice: one point at (1/2, 7/8), area (7/8 + 1/2) / 2.
    texts = words(roc_figure(result))
    assert "angry  0.688" in texts
    table = [*result.distinct.values()]
    true = np.concatenate([each["emotion"] == "happy" for each in table])
    assert f"happy  {roc_auc_score(true, np.concatenate([each['p:happy'] for each in table])):.3f}" in texts


def test_the_equal_error_rate_is_where_the_curve_meets_the_diagonal(folder: Path) -> None:
    write_honest(folder)
    # From no alarms and all missed (0, 1) to (1/2, 1/8): they are equal at t / 2 = 1 - 7 t / 8, t = 8/11.
    assert f"angry  {100 * 4 / 11:.1f} %" in words(det_figure(load_study(folder).results[0]))


@pytest.mark.parametrize(
    ("false_alarms", "misses", "expected"),
    [([0.0, 1.0], [1.0, 0.0], 0.5), ([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], 0.0), ([0.0, 0.1, 1.0], [0.9, 0.1, 0.0], 0.1)],
)
def test_equal_error_rates_by_hand(false_alarms: list[float], misses: list[float], expected: float) -> None:
    assert equal_error_rate(np.array(false_alarms), np.array(misses)) == pytest.approx(expected)


@pytest.mark.parametrize("draw", [roc_figure, det_figure])
def test_leaky_stands_on_them(folder: Path, draw) -> None:
    write_leaky(folder)
    assert "LEAKY" in words(draw(load_study(folder).results[0]))


def test_an_emotion_that_was_never_tested_has_no_curve(folder: Path) -> None:
    from tests.report.fabricated import write_run

    write_run(folder, {"a1": "angry", "a2": "happy"})
    assert [text for text in words(roc_figure(load_study(folder).results[0])) if "  " in text] == [
        "angry  –", "happy  –"
    ]  # fmt: skip
