"""Guards of every run: predictions stand alone, steps that saw test rows are counted, and a leak is marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evenvoice.protocols import Promise
from evenvoice.study.guards import depend_on_others, marked, seen_test_rows

X = np.random.default_rng(0).uniform(0.1, 1, (41, 4)).astype(np.float32)


def _alone(rows: np.ndarray) -> np.ndarray:
    return X[rows] / X[rows].sum(axis=1, keepdims=True)


def _by_rank(rows: np.ndarray) -> np.ndarray:
    """Each row's share of the batch: a cluster, a rank, batch statistics."""
    return X[rows] / X[rows].sum(axis=0, keepdims=True)


def _by_the_row_before(rows: np.ndarray) -> np.ndarray:
    return (X[rows] + np.roll(X[rows], 1, axis=0)) / 2


def _when_alone(rows: np.ndarray) -> np.ndarray:
    return _alone(rows) * (1 if len(rows) > 1 else 0.5)


@pytest.mark.parametrize("n", [1, 2, 3, 41])
def test_what_stands_alone_is_not_counted(n: int) -> None:
    assert depend_on_others(_alone, _alone(np.arange(n))) == 0
    rounded = _alone(np.arange(n)) + np.float32(1e-5)
    assert depend_on_others(_alone, rounded) == 0


@pytest.mark.parametrize("predict", [_by_rank, _by_the_row_before])
def test_what_uses_its_batch_is_counted(predict: object) -> None:
    assert depend_on_others(predict, predict(np.arange(41))) > 10


def test_a_row_is_asked_about_alone_as_well() -> None:
    assert depend_on_others(_when_alone, _when_alone(np.arange(41))) == 1


def test_no_test_rows_depend_on_nothing() -> None:
    assert depend_on_others(_alone, X[:0]) == 0


def test_a_row_that_two_steps_saw_counts_once() -> None:
    split = pd.DataFrame({"utterance": list("abcd"), "part": ["train", "test", "test", "validation"]})
    assert seen_test_rows(split) == 0
    split = split.assign(normaliser=[1, 1, 0, 0], selection=[0, 1, 0, 1])
    assert seen_test_rows(split) == 1
    assert seen_test_rows(split.assign(denoiser=[0, 0, 1, 0])) == 2


def test_a_leak_is_marked_whatever_the_protocol_promised() -> None:
    honest = Promise("speakers apart", ("speaker",))
    found = marked(honest, {"synthetic_test_rows": 2, "training_rows_with_test_parents": 5, "test_rows_selected_on": 0})
    assert found.leaky
    assert found.words == "LEAKY: 2 synthetic test rows, 5 training rows with test parents; else speakers apart"
    assert found.disjoint == ("speaker",)
    assert marked(honest, {"synthetic_test_rows": 0}) is honest
    leaky = Promise("LEAKY: by design", leaky=True)
    assert marked(leaky, {"synthetic_test_rows": 2}) is leaky
