"""A fit is a generator: it prepares, asks for a network to be trained, and goes on with what came of it.

So who trains is nobody's business but the trainer's: one network after the other, or many side by side.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from evenvoice.features import one_thread
from evenvoice.recipes import Recipe
from evenvoice.training.loop import Loss, OnEpoch, PlannedRows, WholeRows

T = TypeVar("T")


class RandomState:
    """Where torch's global generators stand in a fit, on the CPU and on each GPU.

    Examples:
        >>> state = RandomState(3)
        >>> with state.in_use():
        ...     first = torch.rand(1)
        >>> with state.in_use():
        ...     second = torch.rand(1)
        >>> with RandomState(3).in_use():
        ...     bool((torch.rand(2) == torch.cat((first, second))).all())
        True
    """

    def __init__(self, seed: int) -> None:
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            torch.manual_seed(seed)
            self._keep()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Draw from here inside the block, on one thread; afterwards the generators stand where they stood."""
        with one_thread(), torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            torch.set_rng_state(self._cpu)
            if self._cuda:
                torch.cuda.set_rng_state_all(self._cuda)
            yield
            self._keep()

    def _keep(self) -> None:
        self._cpu = torch.get_rng_state()
        self._cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []


@dataclass(frozen=True, eq=False)
class NetworkFit:
    """A network that a fit wants trained, in place; see `train_network`.

    Attributes:
        recipe: Whose ``model``, ``training`` and ``loss`` the rest was made by.
        network: With its first weights, on the CPU.
        rows: What to learn from.
        validation: What to watch, or ``None``.
        n_classes: How many logits.
        class_weights: Weight of each class in the loss, float32 ``[k]``, or ``None``.
        loss: Instead of plain cross entropy, or ``None``.
        random: What the order of rows and the dropout are drawn from.
        on_epoch: Called after each epoch, or ``None``.
    """

    recipe: Recipe
    network: torch.nn.Module
    rows: PlannedRows
    validation: WholeRows | None
    n_classes: int
    class_weights: npt.NDArray[np.float32] | None
    loss: Loss | None
    random: RandomState
    on_epoch: OnEpoch | None


@dataclass(frozen=True)
class Trained:
    """What came of a `NetworkFit`.

    Attributes:
        history: One row an epoch.
        epoch: Whose weights were kept.
        seconds: Its share of the time.
        cpu_seconds: Its share of the process' time.
    """

    history: pd.DataFrame
    epoch: int
    seconds: float
    cpu_seconds: float


Fitting = Generator[NetworkFit, Trained, T]


@dataclass(frozen=True)
class Times:
    """What a fit took, in seconds: without the fits beside it."""

    seconds: float
    cpu_seconds: float


def timed(fitting: Fitting[T]) -> Generator[NetworkFit, Trained, tuple[T, Times]]:
    """Pass a fit's questions on, and return its result with the time that was its own."""
    wall = cpu = 0.0
    sent: Trained | None = None
    while True:
        started, cpu_started = time.perf_counter(), time.process_time()
        try:
            asked = next(fitting) if sent is None else fitting.send(sent)
        except StopIteration as end:
            return end.value, Times(wall + time.perf_counter() - started, cpu + time.process_time() - cpu_started)
        wall += time.perf_counter() - started
        cpu += time.process_time() - cpu_started
        sent = yield asked
        wall, cpu = wall + sent.seconds, cpu + sent.cpu_seconds
