"""Speakers crossed with fits: against an independent recomputation, by hand, and where there is no interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import CORPUS, MODEL, RECIPE, compare_systems, intervals
from evenvoice.metrics.crossed import (
    components_of,
    mean_squares,
    over_speakers,
    over_unpaired_fits,
    training_factor,
)
from evenvoice.metrics.simulation import EMODB_4, EMODB_7

LABELS = EMODB_7.labels


@pytest.fixture(scope="module")
def tables() -> list[pd.DataFrame]:
    return EMODB_7.draw(9, 4, np.random.default_rng(3))


def _ua(truth: np.ndarray, answers: np.ndarray) -> float:
    return float(np.mean([np.mean(answers[truth == label] == label) for label in np.unique(truth)]))


def _macro_f1(truth: np.ndarray, answers: np.ndarray) -> float:
    f1s = []
    for label in np.unique(truth):
        right = np.sum((truth == label) & (answers == label))
        f1s.append(2 * right / (np.sum(truth == label) + np.sum(answers == label)))
    return float(np.mean(f1s))


def _brier(truth: np.ndarray, table: pd.DataFrame) -> float:
    p = table[[f"p:{label}" for label in LABELS]].to_numpy()
    return float(np.mean(np.sum((p - (truth[:, None] == np.array(LABELS))) ** 2, axis=1)))


def _plain(tables: list[pd.DataFrame], measure: str) -> np.ndarray:
    """Pseudo-values written down as the formula has them: one speaker left out at a time."""

    def of(table: pd.DataFrame) -> float:
        truth, answers = table["emotion"].to_numpy(str), table["predicted"].to_numpy(str)
        if measure == "brier":
            return _brier(truth, table)
        return {"ua": _ua, "macro_f1": _macro_f1, "wa": lambda a, b: float(np.mean(a == b))}[measure](truth, answers)

    speakers = sorted(tables[0]["speaker"].unique())
    S = len(speakers)
    return np.array(
        [[S * of(table) - (S - 1) * of(table[table["speaker"] != name]) for table in tables] for name in speakers]
    )


def _read(tables: list[pd.DataFrame], folder: Path) -> list[pd.DataFrame]:
    """Write and read predictions.csv files."""
    folder.mkdir()
    for number, table in enumerate(tables):
        table.to_csv(folder / f"{number}.csv", index=False)
    files = (folder / f"{number}.csv" for number in range(len(tables)))
    return [pd.read_csv(file, dtype={"speaker": str, "utterance": str}) for file in files]


def _squares(Z: np.ndarray) -> tuple[float, float, float]:
    """Mean squares of speakers, fits and the rest, written as sums over the table."""
    S, R = Z.shape
    rows, columns, mean = Z.mean(1), Z.mean(0), Z.mean()
    rest = sum((Z[s, r] - rows[s] - columns[r] + mean) ** 2 for s in range(S) for r in range(R))
    fits = S * sum((columns - mean) ** 2) / (R - 1)
    return float(R * sum((rows - mean) ** 2) / (S - 1)), float(fits), float(rest / ((S - 1) * (R - 1)))


def _error(Z: np.ndarray) -> tuple[float, float]:
    """Variance and degrees of freedom of the mean over speakers and fits."""
    S, R = Z.shape
    speakers, fits, rest = _squares(Z)
    top = max(speakers + fits - rest, speakers, fits)
    df = top**2 / (speakers**2 / (S - 1) + fits**2 / (R - 1) + rest**2 / ((S - 1) * (R - 1)))
    return top / (S * R), df


@pytest.mark.parametrize("measure", ["ua", "wa", "macro_f1", "brier"])
def test_an_independent_recomputation_from_the_files_agrees(
    tables: list[pd.DataFrame], tmp_path: Path, measure: str
) -> None:
    Z = _plain(_read(tables, tmp_path / "runs"), measure)
    S, R = Z.shape
    speakers, fits, rest = _squares(Z)
    variance, df = _error(Z)
    reach = student.ppf(0.975, df) * np.sqrt(variance)

    found = intervals(tables, LABELS)[measure]
    assert (found.method, found.target, found.units, found.fits) == ("crossed", RECIPE, S, R)
    assert found.df == pytest.approx(df, abs=1e-9)
    assert (found.high - found.low) / 2 == pytest.approx(reach, abs=1e-9)
    assert found.low == pytest.approx(found.estimate - reach, abs=1e-9)
    assert found.components is not None
    assert found.components.speakers == pytest.approx(max(0, (speakers - rest) / R), abs=1e-9)
    assert found.components.fits == pytest.approx(max(0, (fits - rest) / S), abs=1e-9)
    assert found.components.both == pytest.approx(rest, abs=1e-9)


@pytest.mark.parametrize("fits", [2, 4])
@pytest.mark.parametrize("measure", ["ua", "macro_f1"])
def test_an_independent_recomputation_of_a_comparison_agrees(
    tables: list[pd.DataFrame], tmp_path: Path, measure: str, fits: int
) -> None:
    second = EMODB_7.draw(9, 4, np.random.default_rng(3))[:fits]  # the same speakers and utterances
    rng = np.random.default_rng(1)
    for table in second:
        wrong = rng.random(len(table)) < 0.2
        table.loc[wrong, "predicted"] = "sad"
    ours, theirs = _read(tables[:fits], tmp_path / "ours"), _read(second, tmp_path / "theirs")
    one, other = _plain(ours, measure), _plain(theirs, measure)
    variance, df = _error(other - one)
    if fits == 2:  # as unpaired fits: speakers' gaps, and what fits add to each system
        gaps = (other - one).mean(1)
        parts = [(gaps.var(ddof=1) / 9, (gaps.var(ddof=1) / 9) ** 2 / 8)]
        for _, of_fits, rest in map(_squares, (one, other)):
            more = of_fits > rest
            parts.append(((of_fits - rest) / 18 * more, (of_fits**2 / 1 + rest**2 / 8) / 18**2 * more))
        variance = sum(part for part, _ in parts)
        df = variance**2 / sum(part for _, part in parts)
    t, reach = (other - one).mean(), student.ppf(0.975, df) * np.sqrt(variance)

    found = compare_systems(ours, theirs, LABELS, measure=measure)
    assert found.interval.df == pytest.approx(df, abs=1e-9)
    assert found.low == pytest.approx(found.difference - reach, abs=1e-9)
    assert found.high == pytest.approx(found.difference + reach, abs=1e-9)
    assert found.p == pytest.approx(2 * student.sf(abs(found.difference) / np.sqrt(variance), df), abs=1e-9)
    assert found.difference == pytest.approx(t, abs=0.02)  # pseudo-values are less biased
    assert (found.target, found.n_speakers, found.n_fits) == (RECIPE, 9, fits)


def test_fits_that_do_not_correspond_are_unpaired(tables: list[pd.DataFrame]) -> None:
    found = compare_systems(tables[:2], tables[1:], LABELS)
    first, second = _plain(tables[:2], "ua"), _plain(tables[1:], "ua")
    error = over_unpaired_fits(first, second)
    assert not found.paired_fits
    assert found.fits == (2, 3)
    assert found.high - found.difference == pytest.approx(
        student.ppf(0.975, error.df) * np.sqrt(error.variance), abs=1e-9
    )


def test_unpaired_by_hand() -> None:
    """Speakers' gaps 1, 3 and 5: variance 4 / 3 of their mean. Fits of the second at 0, 4 and 8: 3·16 / (3·3) more."""
    first = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    second = np.array([[1.0], [3.0], [5.0]]) + np.array([[-4.0, 0.0, 4.0]])
    error = over_unpaired_fits(first, second)
    assert error.variance == pytest.approx(4 / 3 + 16 / 3)
    assert error.df == pytest.approx((20 / 3) ** 2 / ((4 / 3) ** 2 / 2 + (16 / 3) ** 2 / 2))


def test_mean_squares_are_those_of_an_analysis_of_variance() -> None:
    Z = np.random.default_rng(0).normal(size=(5, 6, 3))
    for table, speakers, fits, both in zip(Z, *mean_squares(Z), strict=True):
        total = ((table - table.mean()) ** 2).sum()
        assert 5 * speakers + 2 * fits + 10 * both == pytest.approx(total)


def test_known_components_are_found_again() -> None:
    rng = np.random.default_rng(0)
    Z = rng.normal(0, 3, (400, 1)) + rng.normal(0, 2, (1, 400)) + rng.normal(0, 1, (400, 400))
    parts = components_of(Z)
    assert parts is not None
    assert [parts.speakers, parts.fits, parts.both] == pytest.approx([9, 4, 1], rel=0.15)


def test_with_one_fit_it_is_about_this_model_and_is_students_t(tables: list[pd.DataFrame]) -> None:
    found = intervals(tables[:1], LABELS)["ua"]
    assert (found.target, found.method, found.df) == (MODEL, "t", 8)
    Z = _plain(tables[:1], "ua")[:, 0]
    assert found.high - found.estimate == pytest.approx(student.ppf(0.975, 8) * Z.std(ddof=1) / 3, abs=1e-9)
    with pytest.raises(EvenvoiceError, match=r"one fit says nothing of other fits.*--seeds 3"):
        intervals(tables[:1], LABELS, target="recipe")


def test_targets_are_named_and_a_new_corpus_is_wider_by_nadeau_and_bengio(tables: list[pd.DataFrame]) -> None:
    model, recipe, corpus = (
        intervals(tables, LABELS, target=target, folds=9)["ua"] for target in ("model", "recipe", "corpus")
    )
    assert [each.target for each in (model, recipe, corpus)] == [MODEL, RECIPE, CORPUS]
    assert model.high - model.low < recipe.high - recipe.low
    assert (corpus.high - corpus.low) / (recipe.high - recipe.low) == pytest.approx(np.sqrt(1 + 9 / 8))
    assert intervals(tables, LABELS, target=RECIPE) == intervals(tables, LABELS)


def test_the_same_fit_many_times_knows_nothing_of_fits_but_claims_no_spread_either(tables: list[pd.DataFrame]) -> None:
    found = intervals(tables[:1] * 3, LABELS)["ua"]
    assert found.components is not None
    assert found.components.fits == pytest.approx(0, abs=1e-12)
    once = intervals(tables[:1], LABELS)["ua"]
    assert (found.low, found.high) == pytest.approx((once.low, once.high))


def test_constant_answers_have_no_interval_that_reads_as_certainty(tables: list[pd.DataFrame]) -> None:
    constant = [table.assign(predicted="sad") for table in tables]
    for found in (intervals(constant, LABELS), intervals(constant[:1], LABELS)):
        assert found["ua"].estimate == pytest.approx(1 / 7)
        assert np.isnan([found["ua"].low, found["ua"].high]).all()
        assert (
            found["ua"].reason
            == "the system gives the same answer everywhere, so the score is the same for every speaker"
        )
        assert found["ua"].to_json()["low"] is None
        assert found["recall:sad"].reason
        assert found["wa"].low < found["wa"].high  # speakers differ in how often they are sad


def test_a_perfect_recall_is_no_certainty() -> None:
    table = EMODB_4.draw(6, 1, np.random.default_rng(0))[0]
    table.loc[table["emotion"] == "sad", "predicted"] = "sad"
    found = intervals([table, table], EMODB_4.labels)["recall:sad"]
    assert found.estimate == 1
    assert np.isnan(found.low)
    assert found.reason == "the score is the same for every speaker and fit, so its spread cannot be estimated"


def test_two_fits_are_defined_and_wide(tables: list[pd.DataFrame]) -> None:
    """A fit apart by 20 points: with one degree of freedom for fits, little is known."""
    worse = tables[0].assign(
        predicted=["sad"] * (len(tables[0]) // 2) + list(tables[0]["predicted"])[len(tables[0]) // 2 :]
    )
    found = intervals([tables[0], worse], LABELS)["ua"]
    assert found.df < 2
    assert 0 <= found.low < found.estimate < found.high <= 1


def test_an_emotion_of_one_speaker_has_no_interval_and_one_missing_everywhere_no_recall() -> None:
    tables = EMODB_7.draw(8, 2, np.random.default_rng(5))
    rare = [
        table[((table["emotion"] != "disgust") | (table["speaker"] == "002")) & (table["emotion"] != "fear")]
        for table in tables
    ]
    assert any((table["emotion"] == "disgust").any() for table in rare)
    found = intervals(rare, LABELS)
    assert found["recall:disgust"].reason == "1 speaker contributes; it takes two speakers or more"
    assert found["recall:fear"].reason == "the measure is not defined here: nothing to divide by"
    assert np.isfinite([found["ua"].low, found["ua"].high]).all()


def test_a_measure_that_one_fit_defines_says_that_it_is_about_a_model() -> None:
    tables = EMODB_4.draw(8, 2, np.random.default_rng(5))
    tables[1] = tables[1][tables[1]["emotion"] != "sad"]
    found = intervals(tables, EMODB_4.labels)
    assert (found["recall:sad"].target, found["recall:sad"].fits) == (MODEL, 1)
    assert found["recall:angry"].target == RECIPE


def test_fits_tested_on_different_speakers_count_each_speaker_once() -> None:
    """Each fit tests other speakers, as a random split does, and four fits say less than one of all."""
    table = EMODB_4.draw(24, 1, np.random.default_rng(2))[0]
    parts = [part for _, part in table.groupby(table["speaker"].astype(int) % 4)]
    apart, whole = intervals(parts, EMODB_4.labels)["wa"], intervals([table], EMODB_4.labels)["wa"]
    assert apart.units == 24
    assert 1 < (apart.high - apart.low) / (whole.high - whole.low) < 4


def test_aliases_of_measures_are_understood(tables: list[pd.DataFrame]) -> None:
    found = intervals(tables, LABELS)
    assert found["uar"] == found["Balanced accuracy"] == found["ua"]
    with pytest.raises(EvenvoiceError, match="measure 'uaa': unknown"):
        found["uaa"]


def test_without_speakers_it_is_about_utterances(tables: list[pd.DataFrame]) -> None:
    found = intervals([table.drop(columns="speaker") for table in tables], LABELS)["ua"]
    assert found.target == "this recipe, new fits and new utterances"


def test_speakers_alone_by_hand() -> None:
    """1, 3 and 5: squares of 4 + 0 + 4 over 2, that over 3, and one degree of freedom less than speakers."""
    error = over_speakers(np.array([[1.0], [3.0], [5.0]]))
    assert (float(error.variance), float(error.df)) == (pytest.approx(4 / 3), 2.0)


def test_another_training_corpus_by_hand() -> None:
    """1 + J / (J - 1): test rows over training rows, times the folds."""
    assert [training_factor(folds) for folds in (2, 5)] == [3.0, 2.25]
