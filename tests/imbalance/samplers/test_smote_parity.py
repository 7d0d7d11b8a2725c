"""The rows are imbalanced-learn's, one by one, for the same seed: synthetic sets and real recordings."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile
from imblearn.over_sampling import SMOTE as REFERENCE
from numpy.typing import NDArray

from evenvoice.imbalance import SMOTE


def assert_same_rows(X: NDArray[Any], y: NDArray[Any], seed: int, k: int = 5, strategy: Any = "not majority") -> None:
    """Compare all rows of the plan with fit_resample on the flattened features."""
    expected, expected_y = REFERENCE(random_state=seed, k_neighbors=k, sampling_strategy=strategy).fit_resample(
        X.reshape(len(X), -1), y
    )
    plan = SMOTE(k_neighbors=k, sampling_strategy=strategy).plan(X, y, seed=seed)
    rows = plan.take(X, np.arange(len(plan)))
    assert len(plan.base) > 0
    assert rows.dtype == expected.dtype
    np.testing.assert_allclose(rows.reshape(len(rows), -1), expected, rtol=1e-5, atol=1e-12)
    np.testing.assert_array_equal(plan.y(y), expected_y)


@pytest.mark.parametrize("shape", [(1,), (2,), (16,), (130,), (1, 16, 8), (3, 5, 7)])
@pytest.mark.parametrize("sizes", [(30, 12, 6), (9, 50, 9, 23), (7, 6)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_class_sizes(shape: tuple[int, ...], sizes: tuple[int, ...], dtype: type[np.floating[Any]]) -> None:
    random = np.random.default_rng(len(sizes))
    y = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    X = random.normal(3, 5, size=(len(y), *shape)).astype(dtype)
    assert_same_rows(X, y, seed=0)


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
@pytest.mark.parametrize("k", [1, 3, 7])
def test_seeds_and_neighbours(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    y = random.permutation(np.repeat(["neutral", "angry", "sad", "happy"], [60, 40, 39, 20]))
    assert_same_rows(random.normal(size=(len(y), 10)).astype(np.float32), y, seed, k)


@pytest.mark.parametrize(
    ("names", "strategy"),
    [
        (["neutral", "happy"], 0.7),
        (["neutral", "happy"], {"happy": 31}),
        (["neutral", "happy"], {"neutral": 61, "happy": 13}),
        ([1, 0], {0: 50}),
    ],
)
def test_strategies(names: list[Any], strategy: Any) -> None:
    random = np.random.default_rng(5)
    y = random.permutation(np.repeat(names, [60, 13]))
    assert_same_rows(random.normal(size=(73, 4)), y, 3, strategy=strategy)


def test_labels_as_objects() -> None:
    random = np.random.default_rng(5)
    y = np.repeat(["neutral", "happy", "sad"], [20, 8, 11]).astype(object)
    assert_same_rows(random.normal(size=(39, 4)), y, 3)


def test_duplicated_rows() -> None:
    random = np.random.default_rng(6)
    X = random.normal(size=(40, 6)).astype(np.float32)
    X[30:34] = X[34]
    assert_same_rows(X, np.repeat([0, 1], [26, 14]), 9, k=3)


@pytest.fixture(scope="module")
def recordings(corpora_folder: Path) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """40 MFCCs × 48 frames of every third recording of EmoDB, and the emotions."""
    with (corpora_folder / "emodb.csv").open(newline="", encoding="utf-8") as table:
        chosen = list(csv.DictReader(table))[::3]
    features = []
    for utterance in chosen:
        waveform, rate = soundfile.read(corpora_folder / "emodb" / utterance["file"], dtype="float32")
        mfcc = librosa.feature.mfcc(y=waveform, sr=rate, n_mfcc=40)
        features.append(librosa.util.fix_length(mfcc, size=48, axis=1))
    return np.stack(features).astype(np.float32), np.array([utterance["emotion"] for utterance in chosen])


@pytest.mark.parametrize("form", ["mean", "array"])
@pytest.mark.parametrize("normalised", [False, True])
def test_real_recordings(recordings: tuple[NDArray[np.float32], NDArray[Any]], form: str, normalised: bool) -> None:
    X, y = recordings
    if form == "mean":
        X = X.mean(axis=2)
    if normalised:
        X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype(np.float32)
    assert len(np.unique(y)) == 7
    for seed in (0, 1, 2):
        assert_same_rows(X, y, seed)
