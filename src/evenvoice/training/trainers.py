"""Who fits: a trainer is given jobs and returns fitted models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.fitting import check_device, fit
from evenvoice.training.trained import TrainedModel


@dataclass(frozen=True)
class FitJob:
    """One fit: the arguments of `fit`.

    Attributes:
        recipe: What to fit.
        train: The training part, with emotions.
        validation: Watched and, where the recipe says so, selected and decided on; or ``None``.
        seed: Of everything random in the fit.
        labels: Emotions in the order wanted; those of ``train``, sorted, if ``None``.
    """

    recipe: Recipe
    train: Dataset
    validation: Dataset | None = None
    seed: int = 0
    labels: tuple[str, ...] | None = None


@runtime_checkable
class Trainer(Protocol):
    """The contract of a trainer: what it returns for a job does not depend on the other jobs."""

    def fit_many(self, jobs: Sequence[FitJob]) -> Iterator[TrainedModel]:
        """Yield the fitted model of each job, in their order."""
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
        for job in jobs:
            yield fit(job.recipe, job.train, job.validation, job.seed, labels=job.labels, device=self.device)
