"""The training loop's options: warming up, shortening gradients, and stopping when nothing rises any more."""

from __future__ import annotations

import gc
import math

import numpy as np
import pytest
import torch

from evenvoice.imbalance import NoBalancing
from evenvoice.models import make_model
from evenvoice.recipes.sections import TrainingSettings
from evenvoice.training.loop import PlannedRows, WholeRows, train_network

ROWS = 64


def _images(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return np.random.default_rng(seed).standard_normal((ROWS, 1, 16, 8), np.float32), np.arange(ROWS) % 4


def _train(settings: TrainingSettings, validation: WholeRows | None = None) -> tuple[torch.nn.Module, list, int]:
    torch.manual_seed(0)
    network = make_model("2dcnn", (1, 16, 8), 4)
    assert isinstance(network, torch.nn.Module)
    images, labels = _images()
    rows = PlannedRows(images, labels, NoBalancing().plan(images, labels), np.arange(ROWS))
    told: list[dict[str, float]] = []
    history, epoch = train_network(network, rows, validation, settings, on_epoch=told.append)
    assert told == history.to_dict("records")
    return network, told, epoch


def _watch(monkeypatch: pytest.MonkeyPatch) -> tuple[list[float], list[float]]:
    """The learning rate and the length of the gradient of every step from now on."""
    rates: list[float] = []
    lengths: list[float] = []
    step = torch.optim.Adam.step

    def watched(self: torch.optim.Adam, *args: object, **options: object) -> object:
        (group,) = self.param_groups
        rates.append(group["lr"])
        loss = step(self, *args, **options)  # computes the gradients, too
        lengths.append(float(sum(p.grad.square().sum() for p in group["params"]) ** 0.5))
        return loss

    monkeypatch.setattr(torch.optim.Adam, "step", watched)
    return rates, lengths


def test_the_learning_rate_rises_in_a_straight_line_over_the_first_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    rates, _ = _watch(monkeypatch)
    _train(TrainingSettings(epochs=2, batch_size=16, learning_rate=0.1, warm_up_steps=5))
    assert rates == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1, 0.1])


def test_without_a_warm_up_the_rate_is_the_same_from_the_first_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    rates, _ = _watch(monkeypatch)
    _train(TrainingSettings(epochs=1, batch_size=16, learning_rate=0.1))
    assert rates == [0.1] * 4


def test_longer_gradients_are_shortened_and_only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    _, as_they_are = _watch(monkeypatch)
    _train(TrainingSettings(epochs=1, batch_size=16))
    monkeypatch.undo()
    limit = sorted(as_they_are)[1]
    _, lengths = _watch(monkeypatch)
    _train(TrainingSettings(epochs=1, batch_size=16, max_gradient_norm=limit))
    assert max(lengths) == pytest.approx(limit, rel=1e-4)
    assert lengths[0] == pytest.approx(min(as_they_are[0], limit), rel=1e-4)


def test_training_ends_when_validation_has_not_risen_for_so_many_epochs() -> None:
    images, labels = _images(1)
    validation = WholeRows(images, np.roll(labels, 1))  # nothing to learn: UA wanders
    patient = TrainingSettings(epochs=60, batch_size=16, select="best-on-validation", patience=3)
    _, told, epoch = _train(patient, validation)
    scores = [record["validation_ua"] for record in told]
    assert len(told) < 60
    assert len(told) == epoch + 3
    assert epoch == int(np.argmax(scores)) + 1
    _, everything, _ = _train(patient.model_copy(update={"patience": None, "epochs": len(told) + 1}), validation)
    assert everything[: len(told)] == told  # patience changes nothing but the end


def test_patience_begins_when_the_learning_rate_has_risen() -> None:
    """Where a warm-up is many epochs, nothing is learnt in them, and nothing must be concluded."""
    images, labels = _images(1)
    validation = WholeRows(images, np.roll(labels, 1))
    batches = math.ceil(ROWS / 16)
    settings = TrainingSettings(
        epochs=60, batch_size=16, learning_rate=1e-9, select="best-on-validation", patience=3,
        warm_up_steps=20 * batches,
    )  # fmt: skip
    _, told, epoch = _train(settings, validation)
    assert epoch < 20
    assert len(told) == 23


def test_an_interrupted_fit_is_not_taken_for_a_finished_one() -> None:
    """skorch ends a fit quietly on Ctrl-C; what was learnt until then must not be written as a whole fit."""
    epochs: list[dict[str, float]] = []

    def stop_in_the_second(record: dict[str, float]) -> None:
        epochs.append(record)
        if len(epochs) == 2:
            raise KeyboardInterrupt

    images, labels = _images()
    rows = PlannedRows(images, labels, NoBalancing().plan(images, labels), np.arange(ROWS))
    network = make_model("2dcnn", (1, 16, 8), 4)
    assert isinstance(network, torch.nn.Module)
    with pytest.raises(KeyboardInterrupt):
        train_network(network, rows, None, TrainingSettings(epochs=5, batch_size=16), on_epoch=stop_in_the_second)
    assert len(epochs) == 2


class _Flat(torch.nn.Module):
    """The same logit for every class, whatever it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = torch.nn.Parameter(torch.zeros(4))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.bias.expand(len(images), 4)

    def penalty(self) -> torch.Tensor:
        return torch.zeros(())


def test_a_weighted_loss_is_divided_by_the_rows_as_keras_divides_it() -> None:
    """Four classes are equally likely: log 4 a row, times its class' weight; the weights' mean is 2.5, not 1."""
    images, labels = _images()
    rows = PlannedRows(images, labels, NoBalancing().plan(images, labels), np.arange(ROWS))
    settings = TrainingSettings(epochs=1, batch_size=ROWS, learning_rate=1e-9)
    history, _ = train_network(_Flat(), rows, None, settings, class_weights=np.array([1, 2, 3, 4], np.float32))
    assert history["train_loss"].tolist() == pytest.approx([2.5 * math.log(4)], rel=1e-5)


@pytest.mark.slow
def test_no_tensor_of_a_batch_outlives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones between the large ones cost 20 GB in an epoch of 100,000 rows: what is freed cannot be used again."""
    alive: list[int] = []
    take = PlannedRows.__getitems__

    def counted(self: PlannedRows, numbers: list[int]) -> object:
        alive.append(sum(issubclass(type(one), torch.Tensor) for one in gc.get_objects()))
        return take(self, numbers)

    monkeypatch.setattr(PlannedRows, "__getitems__", counted)
    images, labels = _images()
    _train(TrainingSettings(epochs=1, batch_size=2), WholeRows(images[:8], labels[:8]))
    assert len(alive) == ROWS / 2
    assert alive[-1] <= alive[2]
