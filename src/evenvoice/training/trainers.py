"""Who trains: a trainer is given fits, and returns what they come to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from evenvoice.recipes import Recipe
from evenvoice.training.asking import Fitting, NetworkFit, Trained
from evenvoice.training.dataset import Dataset
from evenvoice.training.device import check_device
from evenvoice.training.fit_steps import fit_steps
from evenvoice.training.loop import OnEpoch, train_network
from evenvoice.training.trained import TrainedModel

T = TypeVar("T")


@dataclass(frozen=True)
class FitJob:
    """One fit: the arguments of `fit`.

    Attributes:
        recipe: What to fit.
        train: The training part, with emotions.
        validation: Watched and, where the recipe says so, selected and decided on; or ``None``.
        seed: Of everything random in the fit.
        labels: Emotions in the order wanted; those of ``train``, sorted, if ``None``.
        on_epoch: Called after each epoch.
    """

    recipe: Recipe
    train: Dataset
    validation: Dataset | None = None
    seed: int = 0
    labels: tuple[str, ...] | None = None
    on_epoch: OnEpoch | None = None

    def steps(self) -> Fitting[TrainedModel]:
        """Return the steps of the fit, none of which is made yet."""
        return fit_steps(
            self.recipe, self.train, self.validation, self.seed, labels=self.labels, on_epoch=self.on_epoch
        )


@runtime_checkable
class Trainer(Protocol):
    """The contract of a trainer: what a fit learns from, and is selected on, does not depend on the other fits."""

    def fit_many(self, jobs: Sequence[FitJob]) -> Iterator[TrainedModel]:
        """Yield the fitted model of each job, in their order."""
        ...

    def run(self, fittings: Iterable[Fitting[T]]) -> Iterator[T]:
        """Make the steps of fits of any kind, and yield the result of each, in their order."""
        ...


@dataclass(frozen=True)
class LoopTrainer:
    """Fits one job after the other, and is the reference for every other trainer.

    Attributes:
        device: ``cpu`` or ``cuda``.

    Raises:
        EvenvoiceError: An unknown device.

    Examples:
        ``[model] = LoopTrainer().fit_many([FitJob(recipe, train)])`` is ``model = fit(recipe, train)``.
    """

    device: str = "cpu"

    def __post_init__(self) -> None:
        check_device(self.device)

    def fit_many(self, jobs: Sequence[FitJob]) -> Iterator[TrainedModel]:
        """Yield the fitted model of each job, in their order."""
        return self.run(job.steps() for job in jobs)

    def run(self, fittings: Iterable[Fitting[T]]) -> Iterator[T]:
        """Make the steps of one fit after the other, and yield the result of each."""
        for fitting in fittings:
            trained: Trained | None = None
            while True:
                try:
                    asked = next(fitting) if trained is None else fitting.send(trained)
                except StopIteration as end:
                    yield end.value
                    break
                trained = train_alone(asked, self.device)


def train_alone(asked: NetworkFit, device: str) -> Trained:
    """Train one network with `train_network`."""
    started, cpu = time.perf_counter(), time.process_time()
    with asked.random.in_use():
        history, epoch = train_network(
            asked.network, asked.rows, asked.validation, asked.recipe.training,
            n_classes=asked.n_classes, class_weights=asked.class_weights, loss=asked.loss, device=device,
            on_epoch=asked.on_epoch,
        )  # fmt: skip
    return Trained(history, epoch, time.perf_counter() - started, time.process_time() - cpu)
