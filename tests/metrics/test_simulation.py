"""The simulated studies: the truth is what very many speakers show, and speakers differ as real ones do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evenvoice.metrics import score
from evenvoice.metrics.simulation import EMODB_4, EMODB_7, RAVDESS, Population, measure_coverage

REAL = (EMODB_4, EMODB_7, RAVDESS)


@pytest.mark.parametrize("population", REAL, ids=lambda population: population.name)
def test_the_truth_is_what_very_many_speakers_show(population: Population) -> None:
    scores = score(population.draw(2000, 1, np.random.default_rng(1))[0], population.labels)
    truth = population.truth()
    # UA of 2000 speakers has a standard error of about 0.002, a recall of 0.008
    assert [scores.ua, scores.wa, scores.macro_f1] == pytest.approx(
        [truth[k] for k in ("ua", "wa", "macro_f1")], abs=0.01
    )
    recalls = [truth[f"recall:{label}"] for label in population.labels]
    assert scores.per_emotion["recall"].to_list() == pytest.approx(recalls, abs=0.03)


def test_speakers_have_the_utterances_of_emodb() -> None:
    assert np.sum(EMODB_7.utterances) == 535
    assert np.sum(EMODB_4.utterances) == 339
    table = EMODB_7.draw(5, 1, np.random.default_rng(0))[0]
    counts = table.groupby(["speaker", "emotion"]).size().unstack(fill_value=0)[list(EMODB_7.labels)]
    assert {tuple(row) for row in counts.to_numpy()} <= set(EMODB_7.utterances)


@pytest.mark.parametrize("population", REAL, ids=lambda population: population.name)
def test_speakers_differ_as_in_real_predictions(population: Population) -> None:
    """The figures of the module's first lines; without speakers' ways the correlation would be 0."""
    table = population.draw(400, 1, np.random.default_rng(1))[0]
    right = (table["predicted"] == table["emotion"]).astype(float)
    cells = right.groupby([table["speaker"], table["emotion"]]).agg(["sum", "size"]).unstack(fill_value=0)
    hits, numbers = cells["sum"], cells["size"]
    assert 0.09 < (hits / numbers.where(numbers > 0)).mean(axis=1).std() < 0.14
    correlations = [_intra_class(hits[label].to_numpy(), numbers[label].to_numpy()) for label in population.labels]
    assert 0.2 < np.mean(correlations) < 0.32


def _intra_class(hits: np.ndarray, numbers: np.ndarray) -> float:
    """Intra-class correlation of yes and no by analysis of variance (Ridout, Demétrio and Firth 1999, section 2.1)."""
    hits, numbers = hits[numbers > 0], numbers[numbers > 0]
    n, k = numbers.sum(), len(numbers)
    between = (numbers * (hits / numbers - hits.sum() / n) ** 2).sum() / (k - 1)
    within = (hits * (1 - hits / numbers)).sum() / (n - k)
    usual = (n - (numbers**2).sum() / n) / (k - 1)
    return float((between - within) / (between + (usual - 1) * within))


def test_seeds_agree_in_part() -> None:
    first, second = EMODB_4.draw(200, 2, np.random.default_rng(0))
    right = pd.DataFrame({0: first["predicted"] == first["emotion"], 1: second["predicted"] == second["emotion"]})
    assert 0.4 < right.astype(float).corr().loc[0, 1] < 0.6
    same, again = replace(EMODB_4, agreement=1.0).draw(20, 2, np.random.default_rng(0))
    assert (same["predicted"] == again["predicted"]).all()


def test_the_same_seed_gives_the_same_study() -> None:
    first, second = (RAVDESS.draw(3, 1, np.random.default_rng(4))[0] for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_coverage_is_counted_from_the_truth() -> None:
    """A system that guesses between two emotions: the truth is one half, and most intervals hold it."""
    guess = Population("guess", ("happy", "sad"), ((4, 4),), (0.0, 0.0), skill=0, bias=0, quirk=0)
    table = measure_coverage(guess, 6, 8, resamples=60).set_index(["unit", "method"])
    assert table["ua_covered"].between(5, 8).all()
    assert table["ua_width"].between(0.1, 0.6).all()
    assert len(table) == 5
    assert len(measure_coverage(guess, 6, 1, over_utterances=False)) == 4
