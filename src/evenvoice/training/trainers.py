"""Who trains: a trainer is given fits, and returns what they come to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.outside import calling
from evenvoice.recipes import Recipe
from evenvoice.training.asking import Fitting, NetworkFit, Trained
from evenvoice.training.dataset import Dataset
from evenvoice.training.device import check_device
from evenvoice.training.fit_steps import fit_steps
from evenvoice.training.loop import OnEpoch, train_network
from evenvoice.training.stack_rows import nbytes
from evenvoice.training.stacked import stack_key, train_stacked
from evenvoice.training.trained import TrainedModel

# Bytes of rows at once on a CPU.
_ROOM = 2**31

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


@dataclass(frozen=True)
class StackedTrainer:
    """Trains the networks of many fits side by side, as one network: for a GPU, which one small network cannot fill.

    Fits whose networks, rows and settings have the same shapes go together; a network that cannot be stacked (a
    recurrent one), and a fit that nothing goes together with, is trained alone. What a fit learns from and is selected
    on is its own. Draws (order of rows, dropout) come from one generator for all, so the weights are others than
    `LoopTrainer`'s, as those of another seed are.

    Attributes:
        device: ``cpu`` or ``cuda``.
        at_once: How many fits at once, at most; fewer where their rows would fill a third of the GPU's free memory.

    Raises:
        EvenvoiceError: An unknown device, or less than one at once.

    Examples:
        ``list(StackedTrainer("cuda").fit_many([FitJob(recipe, train, seed=seed) for seed in range(20)]))``
    """

    device: str = "cuda"
    at_once: int = 50

    def __post_init__(self) -> None:
        check_device(self.device)
        if self.at_once < 1:
            raise EvenvoiceError(f"at_once: found {self.at_once}; expected a whole number from 1")

    def fit_many(self, jobs: Sequence[FitJob]) -> Iterator[TrainedModel]:
        """Yield the fitted model of each job, in their order."""
        return self.run(job.steps() for job in jobs)

    def run(self, fittings: Iterable[Fitting[T]]) -> Iterator[T]:
        """Make the steps of as many fits at once as may be, and yield the result of each, in their order."""
        waiting = iter(fittings)
        while together := self._start(waiting):
            while groups := _groups([one for one in together if one.asked is not None]):
                for group in groups:
                    for one, trained in zip(group, self._train([one.question for one in group]), strict=True):
                        one.go_on(trained)
            for one in together:
                yield one.result()

    def _start(self, waiting: Iterator[Fitting[T]]) -> list[_Running[T]]:
        """Start as many fits as there is room for."""
        room = torch.cuda.mem_get_info(self.device)[0] // 3 if self.device != "cpu" else _ROOM
        together: list[_Running[T]] = []
        while len(together) < self.at_once and room > 0:
            fitting = next(waiting, None)
            if fitting is None:
                break
            together.append(one := _Running(fitting))
            room -= 0 if one.asked is None else nbytes(one.asked)
        return together

    def _train(self, asked: Sequence[NetworkFit]) -> list[Trained]:
        """Train them side by side; in two halves, one after the other, where the GPU's memory is too small."""
        if len(asked) == 1:
            return [train_alone(asked[0], self.device)]
        try:
            with calling("model", asked[0].network):
                return train_stacked(asked, self.device)
        except torch.OutOfMemoryError:
            half = len(asked) // 2
        return self._train(asked[:half]) + self._train(asked[half:])


class _Running(Generic[T]):
    """A fit that has been started: what it asks for, or what it came to."""

    def __init__(self, fitting: Fitting[T]) -> None:
        self._fitting = fitting
        self._value: list[T] = []
        self._error: EvenvoiceError | None = None
        self.asked: NetworkFit | None = None
        self.go_on(None)

    @property
    def question(self) -> NetworkFit:
        """What it asks for."""
        assert self.asked is not None
        return self.asked

    def go_on(self, trained: Trained | None) -> None:
        """Let it go on, to its next question or to its end."""
        self.asked = None
        try:
            self.asked = next(self._fitting) if trained is None else self._fitting.send(trained)
        except StopIteration as end:
            self._value = [end.value]
        except EvenvoiceError as error:  # raised in its turn: the others are finished first
            self._error = error

    def result(self) -> T:
        """Return what it came to, or raise why it could not."""
        if self._error is not None:
            raise self._error
        return self._value[0]


def _groups(running: Sequence[_Running[T]]) -> list[list[_Running[T]]]:
    """Which fits are trained side by side."""
    groups: dict[object, list[_Running[T]]] = {}
    for number, one in enumerate(running):
        groups.setdefault(stack_key(one.question) or number, []).append(one)
    return list(groups.values())


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
