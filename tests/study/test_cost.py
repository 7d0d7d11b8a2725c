"""What is said of the cost before a study starts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from evenvoice.protocols import Fold, open_protocol
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.study import cost
from evenvoice.study.records import RunKey
from evenvoice.study.work import Task
from evenvoice.training.loop import PlannedRows


def test_a_sequence_is_timed_with_utterances_as_long_as_the_corpus_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """A front end that shows up to 10.3 s, in 100 frames, of utterances of 1.03 s, 5.15 s or 20 s."""
    seen: list[NDArray[np.float32]] = []

    def train(network: Any, rows: PlannedRows, *_: Any) -> None:
        seen.append(rows.images)

    monkeypatch.setattr(cost, "train_network", train)
    monkeypatch.setattr(cost, "ENOUGH", 0)
    cost.rows_per_second(open_recipe("bilstm-attention"), 4, [1.03, 5.15, 20])
    own = seen[0][:, 0, -1]
    assert own.shape == (100, 100)
    assert set(own.sum(axis=1)) == {11, 51, 100}
    assert (np.diff(own, axis=1) <= 0).all()
    assert (seen[0][:, 0, :-1][np.broadcast_to(own[:, np.newaxis] == 0, (100, 34, 100))] == 0).all()


@pytest.mark.parametrize(("rows", "timed"), [(100, 64), (2000, 3 * 64), (math.inf, (4 + 8 + 16) * 64)])
def test_timing_costs_no_more_than_a_tenth_of_what_is_timed(
    monkeypatch: pytest.MonkeyPatch, rows: float, timed: int
) -> None:
    """A machine that trains a batch, 64 rows, in 1/40 s, so that 8 batches take 0.2 s and 16 are enough."""
    clock, trained = [0.0], []

    def train(network: Any, rows: PlannedRows, *_: Any) -> None:
        trained.append(len(rows))
        clock[0] += len(rows) / 64 / 40

    monkeypatch.setattr(cost, "train_network", train)
    monkeypatch.setattr(cost.time, "perf_counter", lambda: clock[0])
    assert cost.rows_per_second(open_recipe("2dcnn"), 4, [1.0], rows) == pytest.approx(64 * 40)
    assert sum(trained[1:]) == timed  # the first is for what is made once in a process


@pytest.mark.parametrize(
    ("recipe", "changes", "rows"),
    [
        ("2dcnn", {}, 0.8 * 120),
        ("smote-2dcnn", {}, 0.8 * 200),
        ("weighted-2dcnn", {}, 0.8 * 120),
        ("smote-2dcnn", {"training": {"validation_share": 0.25}}, 0.6 * 200),
        ("2dcnn", {"augment": ["speed:0.9", "gain:3"]}, 3 * 0.8 * 120),
    ],
)
def test_rows_of_an_epoch(recipe: str, changes: dict[str, Any], rows: float) -> None:
    emotions = pd.Series(["angry"] * 100 + ["sad"] * 20)
    assert cost.rows_after_balancing(open_recipe(recipe, changes), emotions, 0.8) == pytest.approx(rows)


def test_networks_of_partners_and_of_ensembles_count_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "rows_per_second", lambda recipe, *_: {"2dcnn": 10.0, "smote-2dcnn": 20.0}[recipe.name])
    table = pd.DataFrame({"emotion": ["angry"] * 100 + ["sad"] * 100, "seconds": 1.0})
    fold = Fold(0, np.arange(100), np.arange(0), np.arange(100, 200))

    def said(recipe: Recipe) -> str:
        key = RunKey(recipe.name, "random", 0, 0, 0)
        return cost.announcement([Task(key, recipe, open_protocol("random"), fold, "")], 1, table, 1)

    training = {"epochs": 10}
    partners = [
        {"recipe": open_recipe("2dcnn", {"training": training, "ensemble": 3}), "weight": 0.3},  # 3 · 10 · 100 / 10 s
        {"recipe": open_recipe("smote-2dcnn", {"training": training}), "weight": 0.3},  # 10 · 100 / 20 s
    ]
    fused = Recipe(name="fused", model="logistic", partners=partners)
    assert said(fused) == "1 fit, about 6 min with 1 job"
    assert said(Recipe(name="alone", model="logistic")) == "1 fit (not estimated: alone)"


def test_a_network_whose_bands_are_disturbed_can_be_timed() -> None:
    changes = {"model": {"options": {"channels": [4, 4, 4, 4], "attention": 4}}, "shape": {"seconds": 0.5}}
    assert cost.rows_per_second(open_recipe("voice-residual", changes), 4, [0.3, 0.6]) > 0


@pytest.mark.parametrize(
    ("recipes", "rows", "small"),
    [
        (["functionals-svm"], 480, True),
        (["functionals-svm", "majority"], 480, True),
        (["functionals-svm"], 80_000, False),
        (["functionals-svm", "2dcnn"], 480, False),  # epochs
        (["voice-linear"], 480, False),  # 4,609 values, and seven copies
        (["voice-fusion"], 48, False),  # its partner is a network
        (["hmm"], 48, False),  # frames
    ],
)
def test_a_fit_is_small_that_costs_less_than_a_worker(recipes: list[str], rows: int, small: bool) -> None:
    fold = Fold(0, np.arange(rows), np.arange(0), np.arange(rows, rows + 60))
    tasks = [
        Task(RunKey(name, "random", 0, 0, 0), open_recipe(name), open_protocol("random"), fold, "") for name in recipes
    ]
    assert cost.are_small(tasks) is small
