"""The public face: keys, agreement with `score`, the same speakers for all seeds, bad input."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import METHODS, RECIPE, confusion_intervals, intervals, score
from evenvoice.metrics.simulation import EMODB_4, EMODB_7, RAVDESS

LABELS = EMODB_4.labels


@pytest.fixture(scope="module")
def tables() -> list[pd.DataFrame]:
    return EMODB_4.draw(10, 3, np.random.default_rng(0))


def test_estimates_are_means_over_seeds_of_the_scores(tables: list[pd.DataFrame]) -> None:
    found = intervals(tables, LABELS)
    scores = [score(table, LABELS) for table in tables]
    assert found["ua"].estimate == pytest.approx(np.mean([each.ua for each in scores]))
    assert found["f1:sad"].estimate == pytest.approx(np.mean([each.per_emotion.loc["sad", "f1"] for each in scores]))
    per_emotion = [f"{name}:{label}" for name in ("recall", "precision", "f1") for label in LABELS]
    assert list(found) == ["ua", "wa", "macro_f1", *per_emotion, "log_loss", "brier", "ece"]


@pytest.mark.parametrize("method", METHODS)
def test_an_interval_holds_its_estimate_and_says_what_it_is(tables: list[pd.DataFrame], method: str) -> None:
    for name, interval in intervals(tables, LABELS, method=method, resamples=500).items():
        if name != "ece":  # resamples have a greater calibration error than the sample, so that BCa may pass below it
            assert interval.low < interval.estimate < interval.high, name
        assert (interval.method, interval.level, interval.unit, interval.units) == (method, 0.95, "speaker", 10)


@pytest.mark.parametrize("method", ["percentile", "bca", "bootstrap-t", "t"])
def test_fits_are_tested_on_the_same_speakers(tables: list[pd.DataFrame], method: str) -> None:
    """The same seed five times knows no more of speakers than once; drawn each for itself it would seem to."""
    once = intervals(tables[:1], LABELS, method=method)["ua"]
    again = intervals(tables[:1] * 5, LABELS, method=method)["ua"]
    assert (again.low, again.high) == pytest.approx((once.low, once.high))


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_interval_and_a_higher_level_a_wider_one(
    tables: list[pd.DataFrame], method: str
) -> None:
    first = intervals(tables, LABELS, method=method, seed=7)["ua"]
    assert intervals(tables, LABELS, method=method, seed=7)["ua"] == first
    narrow = intervals(tables, LABELS, method=method, seed=7, level=0.5)["ua"]
    assert first.low < narrow.low < narrow.high < first.high


def test_the_order_of_rows_and_names_of_speakers_do_not_matter(tables: list[pd.DataFrame]) -> None:
    shuffled = [table.sample(frac=1, random_state=1) for table in tables]
    renamed = [table.assign(speaker="s" + table["speaker"]) for table in shuffled]
    expected = intervals(tables, LABELS, method="bca", resamples=200)
    for name, interval in intervals(renamed, LABELS, method="bca", resamples=200).items():
        assert (interval.low, interval.high) == pytest.approx((expected[name].low, expected[name].high)), name


def test_over_utterances_it_is_too_narrow_and_named_so(tables: list[pd.DataFrame]) -> None:
    known = intervals(tables, LABELS)["ua"]
    unknown = intervals([table.drop(columns="speaker") for table in tables], LABELS)["ua"]
    assert unknown.unit == "utterance"
    assert unknown.units == tables[0]["utterance"].nunique()
    assert unknown.high - unknown.low < 0.8 * (known.high - known.low)


def test_one_speaker_gives_an_estimate_without_ends(tables: list[pd.DataFrame]) -> None:
    one = intervals([table[table["speaker"] == "000"] for table in tables], LABELS)["ua"]
    assert np.isfinite(one.estimate)
    assert np.isnan([one.low, one.high]).all()
    assert json.loads(json.dumps(one.to_json(), allow_nan=False)) == {
        "estimate": one.estimate,
        "low": None,
        "high": None,
        "method": "crossed",
        "level": 0.95,
        "unit": "speaker",
        "units": 1,
        "fits": 3,
        "target": RECIPE,
        "df": None,
        "components": None,
        "reason": "1 speaker contributes; it takes two speakers or more",
        "varies": "fits",
    }


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=40
    ),
    method=st.sampled_from(METHODS),
    fits=st.integers(2, 3),
)
def test_any_table_has_ends_in_order_or_none(rows: list[tuple[str, str, str]], method: str, fits: int) -> None:
    table = pd.DataFrame(rows, columns=["speaker", "emotion", "predicted"])
    for name, interval in intervals([table] * fits, LABELS, method=method, resamples=50).items():
        ends = (interval.low, interval.high)
        assert np.isnan(ends).all() or 0 <= interval.low < interval.high <= 1, name
        assert bool(interval.reason) == np.isnan(ends).all(), name
        assert np.isnan(interval.estimate) or 0 <= interval.estimate <= 1, name


def test_the_diagonal_of_the_confusion_is_the_recall(tables: list[pd.DataFrame]) -> None:
    found = intervals(tables, LABELS, method="bca")
    estimate, low, high = confusion_intervals(tables, LABELS, method="bca")
    for label in LABELS:
        recall = found[f"recall:{label}"]
        cells = [table.loc[label, label] for table in (estimate, low, high)]
        assert cells == pytest.approx([recall.estimate, recall.low, recall.high])
    assert estimate.sum(axis=1).to_numpy() == pytest.approx(np.ones(4))
    assert (low.index.name, low.columns.name) == ("true", "predicted")


def test_the_confusion_row_of_an_absent_emotion_is_unknown(tables: list[pd.DataFrame]) -> None:
    without = [table[table["emotion"] != "sad"] for table in tables]
    for cells in confusion_intervals(without, LABELS):
        assert cells.loc["sad"].isna().all()
        assert cells.drop(index="sad").notna().all(axis=None)


def test_many_speakers_emotions_and_seeds() -> None:
    found = intervals(RAVDESS.draw(24, 5, np.random.default_rng(0)), RAVDESS.labels, method="bootstrap-t")
    assert found["ua"].units == 24
    assert all(np.isfinite([interval.low, interval.high]).all() for interval in found.values())


def test_emotions_that_few_speakers_have_are_named_with_their_number() -> None:
    table = EMODB_7.draw(10, 1, np.random.default_rng(2))[0]
    kept = table[(table["emotion"] != "disgust") | table["speaker"].isin(["001", "004", "007"])]
    found = intervals([kept], EMODB_7.labels)
    assert found["recall:disgust"].units == kept.loc[kept["emotion"] == "disgust", "speaker"].nunique()
    assert found["ua"].units == 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "BCA"}, "method 'BCA' is unknown.*known are percentile, bca, bootstrap-t, t, crossed"),
        ({"method": "bootstrap_t"}, r"did you mean 'bootstrap-t'\?"),
        ({"level": 95}, "level 95; expected a fraction between 0 and 1"),
        ({"resamples": 0, "method": "bca"}, "0 resamples; expected at least 1"),
        (
            {"target": "recipes"},
            r"target 'recipes' is unknown \(did you mean 'recipe'\?\); expected one of 'model' \(this model",
        ),
        ({"target": "recipe", "method": "bca"}, "method 'bca' knows speakers alone.*use 'crossed'"),
        ({"target": "model", "method": "crossed"}, "method 'crossed' is about a recipe"),
        ({"target": "corpus"}, "target 'corpus' with folds=None; expected the number of folds, 2 or more"),
    ],
)
def test_what_cannot_be_done_is_one_line(tables: list[pd.DataFrame], options: dict[str, object], message: str) -> None:
    for function in (intervals, confusion_intervals):
        with pytest.raises(EvenvoiceError, match=message):
            function(tables, LABELS, **options)  # type: ignore[operator]
