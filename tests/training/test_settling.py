"""Running statistics of batch normalisation that have not settled are noticed."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from sklearn.exceptions import ConvergenceWarning
from torch import nn

from evenvoice import SpeechEmotionClassifier
from evenvoice.models import make_model
from evenvoice.recipes import open_recipe
from evenvoice.training import FitJob, LoopTrainer, StackedTrainer, unsettled, unsettled_shares, unsettled_words
from tests.training.test_stacked import TRAIN


def stepped(network: nn.Module, steps: int, width: int = 2) -> nn.Module:
    """A network after some steps of training."""
    network.train()
    for _ in range(steps):
        network(torch.zeros(4, width))
    return network


def test_what_is_left_of_the_beginning():
    # A statistic that begins at 1 and sees batches of 0 is what is left of its beginning: torch's own arithmetic.
    norm = nn.BatchNorm1d(2, momentum=0.01)
    stepped(norm, 240)
    assert unsettled(norm) == pytest.approx(float(norm.running_var[0]), rel=1e-4)
    assert unsettled(norm) == pytest.approx(0.0896, abs=5e-5)  # 0.99^240


def test_the_largest_share_counts():
    network = nn.Sequential(nn.BatchNorm1d(2, momentum=0.5), nn.BatchNorm1d(2, momentum=0.1))
    assert unsettled(stepped(network, 2)) == pytest.approx(0.81)


@pytest.mark.parametrize(
    "network",
    [
        nn.Linear(2, 2),
        nn.BatchNorm1d(2, momentum=None),  # the plain mean over all batches
        nn.BatchNorm1d(2, track_running_stats=False),  # predicts with the batch
        nn.BatchNorm1d(2, momentum=1.0),
    ],
    ids=["no normalisation", "plain mean", "no statistics", "the last batch"],
)
def test_nothing_to_settle(network):
    assert unsettled(stepped(network, 1)) == 0


def test_a_normalisation_that_saw_no_batch_is_not_part_of_the_network():
    assert unsettled(nn.BatchNorm1d(2)) == 0


def test_a_classical_classifier_has_none():
    assert unsettled(make_model("majority", (3,), 2)) == 0


def test_epochs_that_are_enough():
    # ⌈40 ln 0.01 / ln 0.0896⌉ = ⌈76.4⌉; with 6 steps an epoch 0.99^(77·6) = 0.0096.
    recipe = open_recipe("2dcnn", {"training": {"epochs": 40}})
    assert "set training.epochs=77 or model.options.batch_norm_momentum=0.1" in unsettled_words(
        [("a", recipe.model_dump(), 0.99**240)]
    )
    assert 0.99 ** (77 * 6) < 0.01 < 0.99 ** (76 * 6)


def test_remedies_are_those_that_work():
    selects = {"select": "best-on-validation", "validation_share": 0.2}
    own = open_recipe("2dcnn", {"training": selects, "model": {"options": {"batch_norm_momentum": 0.2}}})
    assert unsettled_words([("a", own.model_dump(), 0.5)]).endswith("; set training.select=last")
    other = open_recipe("voice-cnn", {"training": {"epochs": 10}})
    assert unsettled_words([("a", other.model_dump(), 0.1)]).endswith("; set training.epochs=20")


def test_side_by_side_is_as_one_by_one():
    recipe = open_recipe("2dcnn", {"training": {"epochs": 2, "batch_size": 8}})
    one_by_one, side_by_side = (
        trainer.fit_many([FitJob(recipe, TRAIN, None, seed) for seed in (0, 1)])
        for trainer in (LoopTrainer(), StackedTrainer("cpu", at_once=2))
    )
    found = [unsettled_shares(model) for model in one_by_one]
    assert found == [unsettled_shares(model) for model in side_by_side]
    assert found == [[pytest.approx(0.99 ** (2 * -(-len(TRAIN) // 8)))]] * 2


@pytest.mark.parametrize("momentum", [0.01, 1.0])
def test_the_classifier_warns_as_scikit_learn_does(momentum):
    draw = np.random.default_rng(0)
    X, y = draw.standard_normal((24, 1, 40, 20)).astype(np.float32), np.repeat(["angry", "sad"], 12)
    settings = {"model": {"options": {"batch_norm_momentum": momentum}}}
    classifier = SpeechEmotionClassifier("2dcnn", epochs=1, settings=settings)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        classifier.fit(X, y)
    words = [str(one.message) for one in caught if issubclass(one.category, ConvergenceWarning)]
    assert len(words) == (momentum < 1)
    if words:
        assert "not settled: 2dcnn (99.0 % of the initial values are left)" in words[0]
