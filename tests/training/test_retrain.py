"""The last layer learnt again: what changes and what does not, on embeddings whose right answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.recipes.sections import Retraining
from evenvoice.training.fitting import fit_images
from evenvoice.training.plans import make_plan
from evenvoice.training.retrain import embeddings, last_layer, retrain
from evenvoice.training.trained import TrainedModel

SHAPE = (1, 2, 2)


class Doubling(nn.Module):
    """Embeddings are twice the features; the last layer knows nothing yet."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4, bias=False)
        self.inner.weight.data = 2 * torch.eye(4)
        self.head = nn.Linear(4, 2)

    def forward(self, features: Tensor) -> Tensor:
        logits: Tensor = self.head(self.inner(features.flatten(1)))
        return logits


def apart(sizes: tuple[int, int] = (60, 6)) -> tuple[np.ndarray, np.ndarray]:
    """Two classes, one of them rare, around −1 and 1."""
    y = np.repeat([0, 1], sizes)
    X = np.random.default_rng(0).normal(size=(len(y), *SHAPE), scale=0.5) + (2 * y - 1)[:, None, None, None]
    return X.astype(np.float32), y


def test_the_last_layer_and_its_embeddings_are_found() -> None:
    network, (X, _) = Doubling(), apart()
    network.train()
    layer = last_layer(network, X, "doubling")
    assert layer is network.head
    assert network.training
    np.testing.assert_allclose(embeddings(network.eval(), layer, X), 2 * X.reshape(len(X), -1))


@pytest.mark.parametrize("sampler", ["random-over", "smote", "eos", "mixup", "class-weights", "redrawn", "none"])
def test_only_the_last_layer_changes_and_it_learns(sampler: str) -> None:
    network, (X, y) = Doubling().eval(), apart()
    before = network.inner.weight.clone()
    settings = Retraining(balance=sampler, epochs=30, learning_rate=0.05)  # type: ignore[arg-type]
    torch.manual_seed(0)
    plans = retrain(network, network.head, X, y, settings, 16, seed=3)
    assert torch.equal(network.inner.weight, before)
    assert len(plans) == (30 if sampler == "redrawn" else 1)
    with torch.inference_mode():
        right = network(torch.from_numpy(X)).argmax(dim=1).numpy() == y
    assert right[y == 1].mean() > 0.8
    assert right[y == 0].mean() > 0.8


def test_a_network_without_such_a_layer_is_refused() -> None:
    class Squashed(Doubling):
        def forward(self, features: Tensor) -> Tensor:
            return super().forward(features).log_softmax(dim=1)

    with pytest.raises(EvenvoiceError, match="model 'squashed' does not end in a linear layer"):
        last_layer(Squashed(), apart()[0], "squashed")


def _fitted(training: dict[str, Any], balance: str = "none") -> TrainedModel:
    recipe = open_recipe("2dcnn", {"training": {"epochs": 2, **training}, "balance": balance})
    random = np.random.default_rng(0)
    emotions = np.array(["neutral"] * 30 + ["sad"] * 8)
    images = random.standard_normal((38, 1, 16, 8), np.float32) + (emotions == "sad")[:, None, None, None]
    images = images.astype(np.float32)
    return fit_images(
        recipe,
        images,
        emotions,
        lambda seed, epoch: make_plan(recipe, images, emotions, None, seed, epoch=epoch),
        None,
        None,
        0,
        labels=None,
        fitted_on={"selection": ()},
    )


def test_a_recipe_retrains_after_the_network_and_records_the_plan() -> None:
    plain = _fitted({}, "random-over")
    again = _fitted({"retrain": {"balance": "smote", "epochs": 3}}, "random-over")
    repeated = _fitted({"retrain": {"balance": "smote", "epochs": 3}}, "random-over")
    one, two, three = (dict(model.network.named_parameters()) for model in (plain, again, repeated))  # type: ignore[union-attr]
    changed = {name for name in one if not torch.equal(one[name], two[name])}
    assert len(changed) == 2  # weight and bias of the last layer
    assert all(torch.equal(two[name], three[name]) for name in two)
    assert list(plain.plans) == [(1, 1)]
    plan = again.plans[2, 1]
    assert plan.kept.tolist() == list(range(38))  # recorded rows, once each
    assert plan.synthetic.sum() == 22
    assert (plan.made_from >= 30).all()
    np.testing.assert_array_equal(again.plan.kept, plain.plan.kept)


def test_impossible_settings_are_one_line() -> None:
    with pytest.raises(EvenvoiceError, match="retrain: model 'linear-svm' has no embeddings; leave it out"):
        open_recipe("functionals-svm", {"training": {"retrain": {}}})
    with pytest.raises(EvenvoiceError, match="sampler 'smoter' is unknown"):
        open_recipe("2dcnn", {"training": {"retrain": {"balance": "smoter"}}})
