"""Balanced batches: what each batch holds, what an epoch holds, and that a recipe can ask for them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import NoBalancing
from evenvoice.models import make_model
from evenvoice.recipes import open_recipe
from evenvoice.recipes.sections import TrainingSettings
from evenvoice.training.batches import BalancedOrder
from evenvoice.training.loop import PlannedRows, train_network


@given(sizes=st.lists(st.integers(1, 30), min_size=2, max_size=5), batch=st.integers(1, 20), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_each_batch_holds_the_classes_alike(sizes: list[int], batch: int, seed: int) -> None:
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    order = BalancedOrder(lambda: labels, batch)
    torch.manual_seed(seed)
    rows = list(order)
    assert len(rows) == len(order) == len(labels)
    for start in range(0, len(rows), batch):
        counts = torch.bincount(labels[rows[start : start + batch]], minlength=len(sizes))
        assert counts.max() - counts.min() <= 1
    # A row comes back once all others of its class have come.
    for number in range(len(sizes)):
        times = torch.bincount(torch.tensor(rows), minlength=len(labels))[labels == number]
        assert times.max() - times.min() <= 1


def test_the_seed_decides_and_epochs_differ() -> None:
    labels = torch.tensor([0] * 20 + [1] * 5)
    order = BalancedOrder(lambda: labels, 8)
    torch.manual_seed(1)
    first, second = list(order), list(order)
    torch.manual_seed(1)
    assert first == list(order)
    assert first != second


def test_the_loop_trains_on_balanced_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[int]] = []
    taken = PlannedRows.__getitems__

    def watched(self: PlannedRows, numbers: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        batch = taken(self, numbers)
        seen.append(torch.bincount(batch[1], minlength=2).tolist())
        return batch

    monkeypatch.setattr(PlannedRows, "__getitems__", watched)
    images = np.random.default_rng(0).standard_normal((40, 1, 16, 8), np.float32)
    labels = np.repeat([0, 1], [32, 8])
    for batches, expected in (("balanced", [[8, 8], [8, 8], [4, 4]] * 2), ("shuffled", None)):
        seen.clear()
        torch.manual_seed(0)
        network = make_model("2dcnn", (1, 16, 8), 2, filters=4)
        assert isinstance(network, torch.nn.Module)
        rows = PlannedRows(images, labels, NoBalancing().plan(images, labels), np.arange(40))
        how = TrainingSettings(epochs=2, batch_size=16, batches=batches)  # type: ignore[arg-type]
        train_network(network, rows, None, how)
        assert seen == expected if expected else np.sum(seen, axis=0).tolist() == [64, 16]


def test_a_classical_model_has_no_batches() -> None:
    with pytest.raises(EvenvoiceError, match="batches: model 'linear-svm' has no batches; leave it out"):
        open_recipe("functionals-svm", {"training": {"batches": "balanced"}})
