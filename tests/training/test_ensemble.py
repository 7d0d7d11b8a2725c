"""An ensemble: members of their own seeds and plans, the mean of their probabilities, one model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.imbalance import plan_table
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.training import FitJob, LoopTrainer, fit
from evenvoice.training.member import member_seeds
from evenvoice.training.weights import load_weights, save_weights
from tests import fabricate
from tests.one_fold import run_fold

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
TRAIN = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] != "s5"))
TEST = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] == "s5"))


def _recipe(members: int, **changes: Any) -> Recipe:
    training = {"epochs": 2, "batch_size": 32}
    return open_recipe("smote-2dcnn", {"training": training, "ensemble": members, **changes})


@pytest.mark.parametrize("changes", [{}, {"model": "mlp"}], ids=["network", "classical"])
def test_its_probabilities_are_the_mean_of_its_members(changes: dict[str, Any]) -> None:
    ensemble = fit(_recipe(3, **changes), TRAIN, seed=7)
    alone = [fit(_recipe(1, **changes), TRAIN, seed=seed).probabilities(TEST) for seed in member_seeds(7, 3)]
    assert not np.array_equal(alone[0], alone[1])
    np.testing.assert_allclose(ensemble.probabilities(TEST), np.mean(alone, axis=0), atol=1e-6)


def test_each_member_draws_a_plan_of_its_own_and_all_are_on_record() -> None:
    model = fit(_recipe(2), TRAIN)
    assert list(model.plans) == [(1, 1), (1, 2)]
    one, other = model.plans.values()
    assert (one.weights != other.weights).any()
    table = plan_table(model.plans, TRAIN.ids, TRAIN.emotions)
    assert set(table["member"]) == {1, 2}
    assert table["synthetic"].is_unique
    assert "epoch" not in table


def test_epochs_and_members_that_draw_anew_are_told_apart() -> None:
    balance = {"name": "redrawn", "options": {"sampler": "random-over"}}
    model = fit(_recipe(2, balance=balance), TRAIN)
    assert list(model.plans) == [(1, 1), (2, 1), (1, 2), (2, 2)]
    table = plan_table(model.plans, TRAIN.ids, TRAIN.emotions)
    assert set(zip(table["epoch"], table["member"], strict=True)) == set(model.plans)


def test_the_history_is_the_mean_of_the_members() -> None:
    ensemble, *alone = (fit(_recipe(n), TRAIN, seed=seed) for n, seed in ((2, 0), (1, 0), (1, member_seeds(0, 2)[1])))
    losses = [model.history["train_loss"].to_numpy() for model in alone]
    np.testing.assert_allclose(ensemble.history["train_loss"], np.mean(losses, axis=0))
    assert ensemble.history["epoch"].tolist() == [1, 2]


@pytest.mark.parametrize("protocol", ["speaker-folds", "paper"])
def test_a_run_is_made_and_leaks_nothing_that_its_protocol_does_not(protocol: str) -> None:
    opened = open_protocol(protocol)
    balanced = TABLE
    if opened.balance_first:
        from evenvoice.study.pool import balanced_pool

        balanced = balanced_pool(_recipe(2), TABLE, EXAMPLES, 0).table
    fold = make_folds(opened, balanced, seed=0)[0]
    result = run_fold(_recipe(2), opened, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, 0)
    assert any(result.leaks.values()) == opened.promise.leaky
    assert isinstance(result.model.network, torch.nn.Module)


def test_the_weights_of_all_members_are_kept(tmp_path: Path) -> None:
    model = fit(_recipe(2), TRAIN)
    again = load_weights(save_weights(model, tmp_path / "weights.npz"))
    np.testing.assert_allclose(again.probabilities(TEST), model.probabilities(TEST), atol=1e-5)


def test_a_trainer_fits_as_fit_does() -> None:
    jobs = [FitJob(_recipe(1), TRAIN, seed=seed) for seed in (0, 1)]
    for job, model in zip(jobs, LoopTrainer().fit_many(jobs), strict=True):
        expected = fit(job.recipe, TRAIN, seed=job.seed)
        np.testing.assert_array_equal(model.probabilities(TEST), expected.probabilities(TEST))
