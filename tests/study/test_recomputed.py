"""What a study reports, computed again from its ``predictions.csv`` with the csv module and NumPy alone.

Nothing here comes from evenvoice or SciPy: UA, pseudo-values, mean squares, degrees of freedom and the quantile of
Student's t are written from their definitions (Dorfman, Berbaum & Metz; Hillis).
"""

from __future__ import annotations

import csv
from math import lgamma
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evenvoice.metrics.simulation import EMODB_4
from evenvoice.study import compare, load_study
from tests.report.fabricated import write_run, write_study

FITS, SPEAKERS, FOLDS = 5, 6, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study on disk: two recipes, five fits in three folds, six speakers; the second forgets a class now and then."""
    folder = write_study(tmp_path_factory.mktemp("recomputed") / "study", labels=EMODB_4.labels)
    rng = np.random.default_rng(11)
    for seed, table in enumerate(EMODB_4.draw(SPEAKERS, FITS, np.random.default_rng(5))):
        worse = table.assign(predicted=table["predicted"].where(rng.random(len(table)) > 0.15, EMODB_4.labels[0]))
        for recipe, answers in (("2dcnn", table), ("smote-2dcnn", worse)):
            _write(folder, recipe, seed, answers)
    return folder


def _write(folder: Path, recipe: str, seed: int, table: pd.DataFrame) -> None:
    emotions = dict(zip(table["utterance"], table["emotion"], strict=True))
    groups = table["speaker"].rank(method="dense").astype(int) % FOLDS
    for fold, part in table.groupby(groups):
        answers = dict(zip(part["utterance"], part["predicted"], strict=True))
        write_run(folder, answers, recipe=recipe, seed=seed, fold=int(fold), emotions=emotions, labels=EMODB_4.labels)
        file = folder / "runs" / recipe / "speaker-folds" / f"seed-{seed}" / f"fold-{fold}" / "predictions.csv"
        written = pd.read_csv(file, dtype={"utterance": str})
        written.merge(part[["utterance", "speaker"]], on="utterance").to_csv(file, index=False)


def pseudo_values(folder: Path, recipe: str) -> tuple[float, np.ndarray]:
    """UA, mean over fits, and the pseudo-values ``[speakers, fits]``, from the files of a recipe."""
    wholes, columns = [], []
    for seed in range(FITS):
        rows = []
        for file in sorted(folder.glob(f"runs/{recipe}/speaker-folds/seed-{seed}/fold-*/predictions.csv")):
            with file.open(encoding="utf-8", newline="") as lines:
                rows += [(row["speaker"], row["emotion"], row["predicted"]) for row in csv.DictReader(lines)]
        speaker, truth, answer = np.array(rows).T

        def ua(kept: np.ndarray, truth: np.ndarray = truth, answer: np.ndarray = answer) -> float:
            emotions = np.unique(truth[kept])
            return float(np.mean([np.mean(answer[kept & (truth == one)] == one) for one in emotions]))

        everybody = np.ones(len(truth), bool)
        names = np.unique(speaker)
        wholes.append(ua(everybody))
        columns.append([len(names) * wholes[-1] - (len(names) - 1) * ua(speaker != name) for name in names])
    return float(np.mean(wholes)), np.array(columns).T


def error(Z: np.ndarray) -> tuple[float, float]:
    """Standard error and degrees of freedom of the mean over crossed speakers and fits."""
    S, R = Z.shape
    speakers, fits = Z.mean(1, keepdims=True), Z.mean(0, keepdims=True)
    ms_s = R * np.sum((speakers - Z.mean()) ** 2) / (S - 1)
    ms_r = S * np.sum((fits - Z.mean()) ** 2) / (R - 1)
    ms_e = np.sum((Z - speakers - fits + Z.mean()) ** 2) / ((S - 1) * (R - 1))
    top = max(ms_s + ms_r - ms_e, ms_s, ms_r)
    below = ms_s**2 / (S - 1) + ms_r**2 / (R - 1) + ms_e**2 / ((S - 1) * (R - 1))
    return float(np.sqrt(top / (S * R))), float(top**2 / below)


def upper(t: float, df: float) -> float:
    """P(T > t) of Student's t for t >= 0: its density, integrated with Gauss and Legendre from 0 to t in pieces."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    edges = np.linspace(0, t, 41)
    x = (edges[1:, None] + edges[:-1, None]) / 2 + (edges[1:, None] - edges[:-1, None]) / 2 * nodes
    scale = np.exp(lgamma((df + 1) / 2) - lgamma(df / 2)) / np.sqrt(df * np.pi)
    density = scale * (1 + x**2 / df) ** (-(df + 1) / 2)
    return 0.5 - float(np.sum(density * weights) * t / 80)


def quantile(df: float) -> float:
    """The t that 2.5 % lie above, by bisection."""
    low, high = 0.0, 100.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if upper(middle, df) > 0.025 else (low, middle)
    return low


def test_the_quantile_is_that_of_the_tables() -> None:
    assert quantile(4) == pytest.approx(2.7764451052, abs=1e-9)
    assert quantile(10) == pytest.approx(2.2281388520, abs=1e-9)


def test_every_interval_of_a_study_comes_out_of_its_files(folder: Path) -> None:
    for result in load_study(folder).results:
        estimate, Z = pseudo_values(folder, result.recipe)
        assert Z.shape == (SPEAKERS, FITS)
        spread, df = error(Z)
        found = result.intervals["ua"]
        assert found.target == "this recipe, new fits and new speakers"
        assert found.estimate == pytest.approx(estimate, abs=1e-9)
        assert found.low == pytest.approx(estimate - quantile(df) * spread, abs=1e-9)
        assert found.high == pytest.approx(min(1, estimate + quantile(df) * spread), abs=1e-9)


def test_the_comparison_of_two_recipes_comes_out_of_their_files(folder: Path) -> None:
    (first, one), (second, other) = (pseudo_values(folder, recipe) for recipe in ("2dcnn", "smote-2dcnn"))
    spread, df = error(other - one)
    difference = second - first
    found = compare(folder, reference="2dcnn")[1].against_first
    assert found is not None
    assert found.difference_ua.estimate == pytest.approx(difference, abs=1e-9)
    assert found.difference_ua.low == pytest.approx(difference - quantile(df) * spread, abs=1e-9)
    assert found.difference_ua.high == pytest.approx(difference + quantile(df) * spread, abs=1e-9)
    assert found.p_ua == pytest.approx(2 * upper(abs(difference) / spread, df), abs=1e-9)
