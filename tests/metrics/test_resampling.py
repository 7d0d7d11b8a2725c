"""Each method against scipy or a plain loop over speakers, and where nothing differs between speakers."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evenvoice.metrics.counts import macro_f1_of, unit_counts
from evenvoice.metrics.ratios import Ratios, score_ratios
from evenvoice.metrics.resampling import METHODS, ends
from evenvoice.metrics.simulation import EMODB_4

# SciPy's name for it since 1.15.
RNG = "rng" if "rng" in inspect.signature(stats.bootstrap).parameters else "random_state"
LABELS = EMODB_4.labels


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return EMODB_4.draw(12, 1, np.random.default_rng(3))[0]


def _equal_numbers(rates: list[float], n: int = 40) -> pd.DataFrame:
    """One emotion of two, n utterances a speaker, of which a share is recognised: WA is the mean of the shares."""
    rows = [
        {"speaker": f"{speaker:02d}", "emotion": "happy", "predicted": "happy" if row < rate * n else "sad"}
        for speaker, rate in enumerate(rates)
        for row in range(n)
    ]
    return pd.DataFrame(rows).assign(utterance=lambda table: table.index.astype(str))


def _ends(ratios: Ratios, name: str, method: str, level: float = 0.95, draws: int = 2000) -> tuple[float, float]:
    column = list(ratios.measures).index(name)
    _, low, high = ends(ratios, method, level, draws, 0)
    return float(low[column]), float(high[column])


@pytest.mark.parametrize(("method", "theirs"), [("percentile", "percentile"), ("bca", "BCa")])
def test_percentile_and_bca_agree_with_scipy(table: pd.DataFrame, method: str, theirs: str) -> None:
    counts = unit_counts([table], LABELS).counts[:, 0]

    def macro_f1(rows: np.ndarray, axis: int) -> np.ndarray:
        return macro_f1_of(counts[rows].sum(axis=-3))

    reference = stats.bootstrap(
        (np.arange(12),),
        macro_f1,
        vectorized=True,
        n_resamples=40_000,
        method=theirs,
        **{RNG: np.random.default_rng(1)},
    )  # fmt: skip
    ours = _ends(score_ratios([table], LABELS), "macro_f1", method, draws=40_000)
    # the noise of two times 40,000 draws is about 0.001; percentile and BCa are 0.004 apart
    assert ours == pytest.approx(reference.confidence_interval, abs=0.0015)


def test_bca_of_a_biased_measure_agrees_with_scipy() -> None:
    """The calibration error of probabilities that are nearly right: almost all resamples have a greater one."""
    table = replace(EMODB_4, sharpness=0.7).draw(12, 1, np.random.default_rng(3))[0]
    ratios = score_ratios([table], LABELS)
    above, n = ratios.above[:, 0, ratios.measures["ece"].columns], ratios.below[:, 0, -1]

    def ece(rows: np.ndarray, axis: int) -> np.ndarray:
        return np.abs(above[rows].sum(axis=-2)).sum(axis=-1) / n[rows].sum(axis=-1)

    reference = stats.bootstrap(
        (np.arange(12),), ece, vectorized=True, n_resamples=40_000, method="BCa", **{RNG: np.random.default_rng(1)}
    )
    ours = _ends(ratios, "ece", "bca", draws=40_000)
    assert ours == pytest.approx(reference.confidence_interval, abs=0.002)
    assert ours != pytest.approx(_ends(ratios, "ece", "percentile", draws=40_000), abs=0.01)


def test_bca_where_many_resamples_equal_the_estimate_agrees_with_scipy() -> None:
    rates = [0.5, 0.5, 0.5, 0.5, 0.5, 1.0]
    reference = stats.bootstrap((rates,), np.mean, n_resamples=40_000, method="BCa", **{RNG: np.random.default_rng(1)})
    ours = _ends(score_ratios([_equal_numbers(rates)], ["happy", "sad"]), "wa", "bca", draws=40_000)
    assert ours == pytest.approx(reference.confidence_interval)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_t_is_students_interval_of_the_mean_where_speakers_say_equally_much(level: float) -> None:
    rates = [0.5, 0.75, 0.6, 0.9, 0.4, 0.65]
    reference = stats.ttest_1samp(rates, 0).confidence_interval(level)
    ours = _ends(score_ratios([_equal_numbers(rates)], ["happy", "sad"]), "wa", "t", level)
    assert ours == pytest.approx(tuple(reference))


def test_bootstrap_t_agrees_with_a_plain_loop() -> None:
    rates = np.array([0.5, 0.75, 0.6, 0.9, 0.4, 0.65, 0.7, 0.85])
    rng = np.random.default_rng(1)
    mean, error = rates.mean(), rates.std(ddof=1) / np.sqrt(8)
    studentised = []
    for _ in range(20_000):
        drawn = rng.choice(rates, 8)
        if drawn.std() > 0:
            studentised.append((drawn.mean() - mean) / (drawn.std(ddof=1) / np.sqrt(8)))
    expected = mean - error * np.quantile(studentised, [0.975, 0.025])
    ours = _ends(score_ratios([_equal_numbers(list(rates))], ["happy", "sad"]), "wa", "bootstrap-t", draws=20_000)
    assert ours == pytest.approx(expected, abs=0.01)
    assert ours != pytest.approx(
        _ends(score_ratios([_equal_numbers(list(rates))], ["happy", "sad"]), "wa", "t"), abs=0.01
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rates", [[1.0] * 5, [0.0] * 5, [0.5] * 5], ids=["all right", "all wrong", "all alike"])
def test_where_speakers_are_alike_the_interval_is_a_point(method: str, rates: list[float]) -> None:
    low, high = _ends(score_ratios([_equal_numbers(rates)], ["happy", "sad"]), "wa", method)
    assert low == pytest.approx(rates[0])
    assert high == pytest.approx(rates[0])


@pytest.mark.parametrize("method", METHODS)
def test_ends_stay_in_the_measures_range(method: str) -> None:
    ratios = score_ratios([_equal_numbers([1.0, 1.0, 0.9, 0.2])], ["happy", "sad"])
    low, high = _ends(ratios, "wa", method)
    assert 0 <= low < 0.775 < high <= 1  # the estimate is 0.775; Student's upper end would be 1.39


@pytest.mark.parametrize("method", METHODS)
def test_what_one_speaker_alone_says_has_no_ends(method: str, table: pd.DataFrame) -> None:
    """And what no one says has not even an estimate."""
    spoken = (table["emotion"] != "sad") | (table["speaker"] == "003")
    ratios = score_ratios([table[spoken & (table["emotion"] != "happy")]], LABELS)
    estimate, low, high = ends(ratios, method, 0.95, 200, 0)
    rows = dict(zip(ratios.measures, zip(estimate, low, high, strict=True), strict=True))
    assert np.isfinite(rows["recall:sad"][0])
    assert np.isnan(rows["recall:sad"][1:]).all()
    assert np.isnan(rows["recall:happy"]).all()
    assert np.isfinite(rows["ua"]).all()


def test_speakers_without_an_emotion_do_not_count_for_its_recall() -> None:
    table = _equal_numbers([0.5, 0.75, 0.6, 0.9]).iloc[15:]  # speakers who say more have more weight
    others = table.assign(speaker="x" + table["speaker"], emotion="sad", predicted="sad")
    both = _ends(score_ratios([pd.concat([table, others])], ["happy", "sad"]), "recall:happy", "t")
    assert both == pytest.approx(_ends(score_ratios([table], ["happy", "sad"]), "recall:happy", "t"))


def test_blocks_do_not_change_the_draws(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    ratios = score_ratios([table], LABELS)
    whole = ends(ratios, "percentile", 0.95, 500, 0)
    monkeypatch.setattr("evenvoice.metrics.resampling._AT_ONCE", 1000)
    for ours, theirs in zip(ends(ratios, "percentile", 0.95, 500, 0), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)  # the last bit is BLAS's
