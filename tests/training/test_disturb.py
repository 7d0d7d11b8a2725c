"""Masks and mixup: training batches only, of the sizes that were asked for, and repeatable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.recipes.sections import MaskSettings, TrainingSettings
from evenvoice.training import fit
from evenvoice.training.disturb import disturbed, masked, mixed
from tests import fabricate

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)


def test_masks_are_spans_below_their_widths_and_spare_the_last_row() -> None:
    torch.manual_seed(0)
    ones = torch.ones(200, 1, 9, 60)
    found = masked(ones, MaskSettings(number=1, frames=10, rows=4), 8)
    assert (ones == 1).all()
    hidden = (found[:, 0] == 0).numpy()
    assert not hidden[:, 8].any()
    frames, rows = hidden[:, :8].all(axis=1).sum(axis=1), hidden[:, :8].all(axis=2).sum(axis=1)
    assert set(frames.tolist()) == set(range(10))
    assert set(rows.tolist()) == set(range(4))
    # One span each: where a frame is hidden, those beside it are, or it is at an end.
    edges = np.abs(np.diff(hidden[:, :8].all(axis=1).astype(int), axis=1)).sum(axis=1)
    assert edges.max() <= 2


def test_masks_wider_than_the_features_leave_something_of_them() -> None:
    torch.manual_seed(0)
    assert (masked(torch.ones(50, 1, 3, 5), MaskSettings(number=1, frames=100, rows=100), 3) == 1).any(dim=-1).any()


def test_mixup_is_a_line_between_two_rows_and_their_targets() -> None:
    torch.manual_seed(1)
    features, targets = torch.arange(4.0).reshape(4, 1, 1, 1), torch.eye(4)
    mixed_features, mixed_targets = mixed(features, targets, 1.0)
    np.testing.assert_allclose(mixed_targets.sum(dim=1), 1, rtol=1e-6)
    # A row's value is its number, so that the targets say what it must be.
    np.testing.assert_allclose(mixed_features[:, 0, 0, 0], mixed_targets @ torch.arange(4.0), rtol=1e-6)
    shares = mixed_targets.max(dim=1).values
    assert 0 < shares.min() < 1


def test_nothing_is_disturbed_where_nothing_is_asked_for() -> None:
    batch = torch.ones(2, 1, 3, 4), torch.tensor([0, 1])
    assert all(one is other for one, other in zip(disturbed(batch, TrainingSettings(), 2, False), batch, strict=True))


def _recipe(**training: Any) -> Recipe:
    return open_recipe("2dcnn", {"training": {"epochs": 2, "batch_size": 32, **training}})


@pytest.mark.parametrize(
    "training",
    [
        {"mixup": 0.3},
        {"masks": {"number": 1, "frames": 3, "rows": 3}},
        {"schedule": "one-cycle"},
        {"weight_decay": 0.1},
    ],
    ids=["mixup", "masks", "one-cycle", "weight decay"],
)
def test_each_changes_a_fit_and_the_same_seed_repeats_it(training: dict[str, Any]) -> None:
    plain, one, again = (
        fit(_recipe(**options), EXAMPLES).probabilities(EXAMPLES) for options in ({}, training, training)
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - plain).max() > 1e-4


def test_one_cycle_rises_over_a_fifth_and_falls_to_nearly_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    step = torch.optim.Adam.step

    def recorded(self: torch.optim.Adam, *arguments: Any, **options: Any) -> Any:
        rates.append(self.param_groups[0]["lr"])
        return step(self, *arguments, **options)

    monkeypatch.setattr(torch.optim.Adam, "step", recorded)
    fit(_recipe(schedule="one-cycle", epochs=10, batch_size=16, learning_rate=0.01), EXAMPLES)
    highest = int(np.argmax(rates))
    assert rates[highest] == pytest.approx(0.01, rel=0.02)
    assert highest / len(rates) == pytest.approx(0.2, abs=0.05)
    assert rates[-1] < 1e-4


def test_a_schedule_that_warms_up_by_itself_takes_no_warm_up() -> None:
    with pytest.raises(EvenvoiceError, match="one-cycle warms up by itself; set warm_up_steps to 0"):
        _recipe(schedule="one-cycle", warm_up_steps=5)


def test_mixed_rows_count_for_what_they_are_most_of() -> None:
    model = fit(_recipe(mixup=0.2), EXAMPLES)
    assert model.history["train_accuracy"].between(0, 1).all()
