"""Measures as ratios of sums against the measures themselves; weights against repeated rows; slopes against secants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evenvoice.metrics import score
from evenvoice.metrics.calibration import brier, ece, log_loss
from evenvoice.metrics.ratios import Ratios, confusion_ratios, score_ratios
from evenvoice.metrics.simulation import EMODB_7

LABELS = EMODB_7.labels


@pytest.fixture(scope="module")
def tables() -> list[pd.DataFrame]:
    """Seven speakers, 002 without disgust; in the first of two seeds there is none, and no one is taken for afraid."""
    first, second = EMODB_7.draw(7, 2, np.random.default_rng(5))
    first = first[first["emotion"] != "disgust"]
    second = second[(second["emotion"] != "disgust") | (second["speaker"] != "002")]
    return [first.assign(predicted=first["predicted"].replace("fear", "sad")), second]


def _of(ratios: Ratios, weights: np.ndarray | None = None) -> dict[str, float]:
    weights = np.ones(len(ratios.units)) if weights is None else weights
    values = ratios.values(*ratios.of_weights(weights[None].astype(float)))[0]
    return dict(zip(ratios.measures, values, strict=True))


def _expected(tables: list[pd.DataFrame]) -> dict[str, float]:
    """The same from whole tables: each measure of each seed, then the mean over the seeds that know it."""
    rows = []
    for table in tables:
        scores = score(table, LABELS)
        row = {"ua": scores.ua, "wa": scores.wa, "macro_f1": scores.macro_f1}
        for name in ("recall", "precision", "f1"):
            row |= {f"{name}:{label}": scores.per_emotion.loc[label, name] for label in LABELS}
        rows.append(
            row | {"log_loss": log_loss(table, LABELS), "brier": brier(table, LABELS), "ece": ece(table, LABELS)}
        )
    return pd.DataFrame(rows).mean().to_dict()


def test_every_measure_agrees_with_its_own_function(tables: list[pd.DataFrame]) -> None:
    assert _of(score_ratios(tables, LABELS)) == pytest.approx(_expected(tables))


def test_a_bin_of_the_calibration_error_owns_its_right_edge() -> None:
    """0.6 = 9 / 15 is in one bin, 0.61 in the next: (0.4 + 0.61) / 2, where one bin for both would give 0.21 / 2."""
    table = pd.DataFrame({"speaker": ["a", "b"], "emotion": ["happy", "sad"], "predicted": ["happy", "happy"]})
    table = table.assign(**{"p:happy": [0.6, 0.61], "p:sad": [0.4, 0.39]})
    assert _of(score_ratios([table], ["happy", "sad"]))["ece"] == pytest.approx(0.505)


def test_a_weight_is_that_many_copies_of_the_speaker(tables: list[pd.DataFrame]) -> None:
    ratios = score_ratios(tables, LABELS)
    weights = np.array([2, 0, 1, 3, 1, 0, 1])
    repeated = []
    for table in tables:
        times = table["speaker"].map(dict(zip(ratios.units, weights, strict=True)))
        repeated.append(table.loc[table.index.repeat(times)])
    assert _of(ratios, weights) == pytest.approx(_expected(repeated))


def test_to_leave_a_speaker_out_is_to_score_the_others(tables: list[pd.DataFrame]) -> None:
    ratios = score_ratios(tables, LABELS)
    for row, name in enumerate(ratios.units):
        others = _expected([table[table["speaker"] != name] for table in tables])
        assert dict(zip(ratios.measures, ratios.left_out()[row], strict=True)) == pytest.approx(others, nan_ok=True)


def test_errors_are_made_of_the_slopes_in_each_speakers_weight(tables: list[pd.DataFrame]) -> None:
    """A speaker's linearised value is the measure's slope in that speaker's weight, here by a central difference."""
    columns = [f"p:{label}" for label in LABELS]
    unsure = tables[1].assign(**{column: (tables[1][column] + 1 / 7) / 2 for column in columns})
    ratios = score_ratios([tables[0], unsure], LABELS)  # gaps of both signs: sure and wrong, unsure and right
    weights = np.array([1.0, 2, 1, 1, 0, 1, 1])
    step = 1e-5 * np.eye(len(ratios.units))
    up, down = (ratios.values(*ratios.of_weights(weights + sign * step)) for sign in (1, -1))
    slopes = (up - down) / 2e-5
    n = ratios.contributing().sum(axis=0)
    expected = np.sqrt(n / (n - 1) * (weights[:, None] * slopes**2).sum(axis=0))
    np.testing.assert_allclose(ratios.errors(weights[None])[0], expected, rtol=1e-5, atol=1e-8)


def test_only_speakers_with_an_emotion_have_a_say_in_its_recall(tables: list[pd.DataFrame]) -> None:
    ratios = score_ratios(tables, LABELS)
    say = dict(zip(ratios.measures, ratios.contributing().sum(axis=0), strict=True))
    spoken = tables[1].groupby("emotion")["speaker"].nunique()
    assert say["recall:disgust"] == spoken["disgust"] < 7
    assert say["ua"] == say["wa"] == 7


def test_no_calibration_without_probabilities(tables: list[pd.DataFrame]) -> None:
    bare = [tables[0], tables[1].drop(columns="p:sad")]
    assert not {"log_loss", "brier", "ece"} & set(score_ratios(bare, LABELS).measures)


def test_rows_of_the_confusion_are_shares(tables: list[pd.DataFrame]) -> None:
    ratios = confusion_ratios(tables[1:], LABELS)
    shares = np.array(list(_of(ratios).values())).reshape(7, 7)
    counts = score(tables[1], LABELS).confusion.to_numpy()
    np.testing.assert_allclose(shares, counts / counts.sum(axis=1, keepdims=True))
