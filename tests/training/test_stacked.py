"""Fits side by side: each learns what it would learn alone, from its own rows and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.models import MODELS, is_network, make_model, needed_shape
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.training import Dataset, FitJob, LoopTrainer, StackedTrainer, TrainedModel
from evenvoice.training import trainers as room
from evenvoice.training.prepare import prepare
from evenvoice.training.stack_network import StackedNetwork, is_stackable
from tests import fabricate

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
TRAIN, VALIDATION = EXAMPLES.take(np.arange(0, len(TABLE), 2)), EXAMPLES.take(np.arange(1, len(TABLE), 4))
# One batch an epoch and no dropout: nothing is drawn but the first weights, and those are each seed's own.
WHOLE: dict[str, Any] = {"epochs": 3, "batch_size": 1000, "learning_rate": 0.001}
STILL = {"options": {"dropout": 0.0}}
SEQUENCE = {
    "shape": {"name": "sequence", "seconds": 2},
    "loss": "label-smoothing",
    "model": {"name": "attentive-cnn", "options": {"dropout": 0.0, "channels": 8, "wide_channels": 8}},
}

RECURRENT = {"shape": {"name": "sequence", "seconds": 2}, "model": {"name": "lstm-attention", "options": {}}}


def _recipe(name: str = "2dcnn", **changes: Any) -> Recipe:
    return open_recipe(name, {"training": WHOLE, "model": STILL, **changes})


def _count(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many fits each call of `train_stacked` is given."""
    given: list[int] = []
    train = room.train_stacked

    def counted(asked: Any, device: str) -> Any:
        given.append(len(asked))
        return train(asked, device)

    monkeypatch.setattr(room, "train_stacked", counted)
    return given


@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe",
    [
        _recipe(),
        _recipe("smote-2dcnn"),
        _recipe(balance="class-weights"),
        _recipe(loss="ldam", training={**WHOLE, "max_gradient_norm": 0.1}),
        _recipe(training={**WHOLE, "select": "best-on-validation", "patience": 1}),
        _recipe(training={**WHOLE, "warm_up_steps": 2}),
        _recipe(
            **SEQUENCE, training={**WHOLE, "schedule": "one-cycle", "weight_decay": 0.02, "max_gradient_norm": 5.0}
        ),
    ],
    ids=["plain", "smote", "weights", "loss", "selection", "warm-up", "sequence"],
)
def test_side_by_side_is_as_one_after_the_other(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    given = _count(monkeypatch)
    jobs = [FitJob(recipe, TRAIN, VALIDATION, seed) for seed in range(3)]
    alone, together = list(LoopTrainer().fit_many(jobs)), list(StackedTrainer("cpu").fit_many(jobs))
    assert given == [3]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one.probabilities(EXAMPLES), other.probabilities(EXAMPLES), atol=2e-3)
        assert list(one.history) == list(other.history)
        np.testing.assert_allclose(one.history.iloc[0], other.history.iloc[0], atol=1e-4)
        assert (one.epoch, one.fitted_on) == (other.epoch, other.fitted_on)
    assert not np.allclose(together[0].probabilities(EXAMPLES), together[1].probabilities(EXAMPLES), atol=0.01)


def _learnt(model: TrainedModel) -> bytes:
    assert isinstance(model.network, torch.nn.Module)
    return b"".join(value.numpy().tobytes() for value in model.network.state_dict().values())


@pytest.mark.parametrize("settings", [{}, {"balance": "smote"}, {"training": {"batches": "balanced"}}])
def test_no_row_of_a_fit_reaches_another(settings: dict[str, Any]) -> None:
    """Two folds side by side, with small batches, dropout and mixing; then the second fold's sound is replaced."""
    training = {"epochs": 2, "batch_size": 16, "mixup": 0.3, "masks": {"number": 1}, **settings.get("training", {})}
    recipe = open_recipe("2dcnn", {**settings, "training": training})
    replaced = Dataset(EXAMPLES.ids, [np.abs(rows) for rows in EXAMPLES.features], EXAMPLES.emotions, EXAMPLES.speakers)
    other = replaced.take(np.arange(0, len(TABLE), 2))
    first, second = StackedTrainer("cpu").fit_many([FitJob(recipe, TRAIN), FitJob(recipe, TRAIN, seed=1)])
    again, changed = StackedTrainer("cpu").fit_many([FitJob(recipe, TRAIN), FitJob(recipe, other, seed=1)])
    assert _learnt(first) == _learnt(again)
    assert _learnt(second) != _learnt(changed)


def test_fits_of_other_sizes_and_kinds_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five fits: two of one size, one larger, one recurrent, one classical; each has its own result, in order."""
    given = _count(monkeypatch)
    few = {"training": {"epochs": 1, "batch_size": 16}}
    small, lstm = open_recipe("2dcnn", few), open_recipe("2dcnn", {**few, **RECURRENT})
    jobs = [
        FitJob(open_recipe("svm"), TRAIN),
        FitJob(small, TRAIN),
        FitJob(lstm, TRAIN),
        FitJob(small, EXAMPLES),
        FitJob(small, TRAIN, seed=1),
    ]
    models = list(StackedTrainer("cpu").fit_many(jobs))
    assert given == [2]
    assert [model.recipe.name for model in models] == ["svm", "2dcnn", "2dcnn", "2dcnn", "2dcnn"]
    assert [len(model.fitted_on["network"]) for model in models] == [len(job.train) for job in jobs]
    # What is trained alone is what it is without others beside it.
    [alone] = LoopTrainer().fit_many([jobs[2]])
    assert np.array_equal(alone.probabilities(EXAMPLES), models[2].probabilities(EXAMPLES))


def test_partners_and_ensembles_go_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    given = _count(monkeypatch)
    recipe = open_recipe("2dcnn", {"training": {"epochs": 1}, "ensemble": 2})
    first, second = StackedTrainer("cpu").fit_many([FitJob(recipe, TRAIN), FitJob(recipe, TRAIN, seed=1)])
    assert given == [2, 2]  # the first members of both, then the second
    assert first.probabilities(EXAMPLES).shape == second.probabilities(EXAMPLES).shape


def test_a_fit_that_cannot_be_made_costs_the_others_nothing() -> None:
    recipe = _recipe()
    of_one = TRAIN.take(np.flatnonzero(TRAIN.emotions == "sad"))  # type: ignore[arg-type]  # there are emotions
    done = StackedTrainer("cpu").fit_many([FitJob(recipe, TRAIN), FitJob(recipe, of_one), FitJob(recipe, TRAIN)])
    assert next(done).labels == tuple(sorted(set(fabricate.EMOTIONS)))
    with pytest.raises(EvenvoiceError, match="one emotion only"):
        next(done)


def test_too_little_memory_halves_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    train: Callable[..., Any] = room.train_stacked

    def of_two_at_most(asked: Any, device: str) -> Any:
        given.append(len(asked))
        if len(asked) > 2:
            raise torch.OutOfMemoryError
        return train(asked, device)

    monkeypatch.setattr(room, "train_stacked", of_two_at_most)
    jobs = [FitJob(_recipe(), TRAIN, seed=seed) for seed in range(5)]
    models = list(StackedTrainer("cpu").fit_many(jobs))
    assert given == [5, 2, 3, 2]  # and one alone
    [alone] = LoopTrainer().fit_many(jobs[:1])
    np.testing.assert_allclose(models[0].probabilities(EXAMPLES), alone.probabilities(EXAMPLES), atol=2e-3)


def test_no_more_at_once_than_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    given = _count(monkeypatch)
    jobs = [FitJob(_recipe(), TRAIN, seed=seed) for seed in range(5)]
    assert len(list(StackedTrainer("cpu", at_once=2).fit_many(jobs))) == 5
    assert given == [2, 2]
    with pytest.raises(EvenvoiceError, match="at_once: found 0"):
        StackedTrainer("cpu", at_once=0)


STACKABLE = [name for name in MODELS if is_network(name) and getattr(MODELS[name], "stackable", False)]


@pytest.mark.parametrize("name", STACKABLE)
def test_a_stack_gives_the_logits_of_each(name: str) -> None:
    """Of every network that says it can be stacked, in training mode too, where statistics of batches are kept."""
    shape = (1, 17, 24) if needed_shape(name) == "sequence" else (1, 16, 8)
    networks = [make_model(name, shape, 3, **STILL["options"]) for _ in range(3)]
    stack = StackedNetwork(networks, "cpu")
    rows = torch.randn(3, 5, *shape, generator=torch.Generator().manual_seed(0))
    rows[:, :, :, -1] = 1.0
    for training in (True, False):
        stack.train(training)
        logits, penalties = stack(rows)
        for number, network in enumerate(networks):
            network.train(training)
            torch.testing.assert_close(logits[number], network(rows[number]), atol=1e-4, rtol=1e-4)
            torch.testing.assert_close(penalties[number], network.penalty())
    StackedNetwork.hand_out(stack.state(), networks[::-1], "cpu")
    torch.testing.assert_close(networks[0](rows[2]), logits[2], atol=1e-4, rtol=1e-4)


def test_fits_of_one_fold_share_what_they_are_prepared_with() -> None:
    recipe = _recipe()
    first, second = prepare(recipe, EXAMPLES.take(np.arange(60))), prepare(recipe, EXAMPLES.take(np.arange(60)))
    assert first is second
    others = [
        prepare(recipe, EXAMPLES.take(np.arange(61))),
        prepare(recipe, EXAMPLES.take(np.arange(60)[::-1])),
        prepare(recipe, fabricate.examples(TABLE).take(np.arange(60))),
        prepare(_recipe(clip=1.0), EXAMPLES.take(np.arange(60))),
    ]
    assert all(other is not first for other in others)
    assert np.array_equal(others[2].images, first.images)


def test_which_networks_can_be_stacked() -> None:
    assert STACKABLE == ["2dcnn", "attentive-cnn"]
    assert not is_stackable(torch.nn.Linear(2, 2))
