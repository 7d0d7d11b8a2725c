"""Each use of the seed by itself, the order of rows, and what the optimiser is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.models.cnn2d import CNN2D
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.training import TrainedModel, fit, loop
from tests import fabricate

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)


def _fit(recipe: Recipe, seed: int) -> TrainedModel:
    return fit(recipe, EXAMPLES, seed=seed)


def test_the_first_weights_follow_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any step: neither the shuffling nor the rows of a sampler can tell the seeds apart."""
    first: list[bytes] = []
    train = loop.train_network

    def recorded(network: torch.nn.Module, *args: Any, **options: Any) -> Any:
        first.append(b"".join(value.numpy().tobytes() for value in network.state_dict().values()))
        return train(network, *args, **options)

    monkeypatch.setattr("evenvoice.training.trainers.train_network", recorded)
    recipe = open_recipe("2dcnn", {"training": {"epochs": 1}})
    for seed in (0, 1, 1):
        _fit(recipe, seed)
    assert first[0] != first[1]
    assert first[1] == first[2]


def test_the_rows_of_smote_follow_the_seed() -> None:
    recipe = open_recipe("smote-2dcnn", {"training": {"epochs": 1}})
    made = [_fit(recipe, seed).plan.take(np.eye(len(TABLE)), np.arange(len(TABLE), len(TABLE) + 20)) for seed in (0, 1)]
    assert not np.array_equal(*made)


def test_a_classical_model_follows_the_seed() -> None:
    """Without a sampler, so that nothing else is drawn."""
    recipe = open_recipe("mlp")
    learned = [
        b"".join(values.tobytes() for _, values in sorted(_fit(recipe, seed).network.learned().items()))
        for seed in (0, 1, 1)
    ]
    assert learned[0] != learned[1]
    assert learned[1] == learned[2]


def _batches(monkeypatch: pytest.MonkeyPatch, epochs: int) -> list[bytes]:
    given: list[bytes] = []
    forward = CNN2D.forward

    def recorded(self: CNN2D, images: torch.Tensor) -> torch.Tensor:
        given.extend(image.numpy().tobytes() for image in images.detach().contiguous())
        return forward(self, images)

    with monkeypatch.context() as patch:
        patch.setattr(CNN2D, "forward", recorded)
        _fit(open_recipe("2dcnn", {"training": {"epochs": epochs}}), seed=0)
    return given


def test_rows_are_shuffled_and_anew_in_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    given = _batches(monkeypatch, epochs=2)
    first, second = given[: len(TABLE)], given[len(TABLE) :]
    assert sorted(first) == sorted(second)
    assert first != second


def test_adam_has_the_epsilon_of_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    step = torch.optim.Adam.step

    def recorded(self: torch.optim.Adam, *args: Any, **options: Any) -> Any:
        seen.append(self.defaults["eps"])
        return step(self, *args, **options)

    monkeypatch.setattr(torch.optim.Adam, "step", recorded)
    for eps in (1e-7, 1e-3):
        _fit(open_recipe("2dcnn", {"training": {"epochs": 1, "adam_eps": eps}}), seed=0)
    assert set(seen) == {1e-7, 1e-3}
