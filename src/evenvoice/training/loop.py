"""The training loop. The only file that knows skorch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback, GradientNormClipping, LRScheduler
from skorch.helper import predefined_split
from torch.nn import functional
from torch.optim.lr_scheduler import LinearLR, OneCycleLR
from torch.utils.data import Dataset

from evenvoice.allocator import MOST_READ, release, return_freed_memory
from evenvoice.imbalance import Plan
from evenvoice.models import SequenceNetwork
from evenvoice.outside import calling, is_outside, refused
from evenvoice.recipes import TrainingSettings
from evenvoice.training.batches import BalancedOrder
from evenvoice.training.disturb import Scale, disturbed, disturbs
from evenvoice.training.guards import check_logits
from evenvoice.training.images import Images
from evenvoice.training.tally import Tally

Labels = npt.NDArray[np.int64]
Batch = tuple[torch.Tensor, torch.Tensor]
Loss = Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor]
NO_VARIANTS: Mapping[str, Images] = MappingProxyType({})
OnEpoch = Callable[[dict[str, float]], object]


class PlannedRows(Dataset[Batch]):
    """The rows of a plan, made batch by batch: synthetic rows exist only while a batch holds them."""

    def __init__(
        self,
        images: Images,
        labels: Labels,
        plan: Plan,
        rows: npt.NDArray[np.int64],
        variants: Mapping[str, Images] = NO_VARIANTS,
        scale: Scale | None = None,
    ) -> None:
        """Take features ``[n, c, h, w]``, the class numbers of the whole plan ``[len(plan)]`` and the rows to use.

        ``scale`` says how log-mel bands were normalised, where they are disturbed.
        """
        self.images, self.plan, self.rows, self.variants, self.scale = images, plan, rows, variants, scale
        self.labels = torch.from_numpy(labels)
        self.redraw: Callable[[int], tuple[Plan, Labels]] | None = None
        self._taken = 0  # bytes
        self.disturb: Callable[[Batch], Batch] | None = None

    def start_epoch(self, epoch: int) -> None:
        """Take the plan of an epoch, where each has its own."""
        if self.redraw is not None and epoch:
            self.plan, labels = self.redraw(epoch)
            self.labels, self.rows = torch.from_numpy(labels), np.arange(len(self.plan))

    def recorded(self) -> tuple[npt.NDArray[np.int64], Labels]:
        """Return the recorded rows among them, each once, and their classes: row numbers of the source ``[r]``."""
        kept = self.rows[self.rows < len(self.plan.kept)]
        numbers, first = np.unique(self.plan.kept[kept], return_index=True)
        return numbers, self.labels.numpy()[kept[first]]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitems__(self, numbers: list[int]) -> Batch:
        """Return a whole batch at once."""
        rows = self.rows[numbers]
        batch = self.plan.take(self.images, rows, self.variants)
        self._taken += batch.nbytes
        if self._taken > MOST_READ:
            self._taken = 0
            for images in (self.images, *self.variants.values()):
                release(images)
        made = torch.from_numpy(batch), self.labels[rows]
        return made if self.disturb is None else self.disturb(made)


class WholeRows(Dataset[Batch]):
    """Real rows as they are: validation is never balanced."""

    def __init__(self, images: Images, labels: Labels) -> None:
        self.images, self.labels = torch.from_numpy(images), torch.from_numpy(labels)

    def __len__(self) -> int:
        return len(self.images)

    def __getitems__(self, numbers: list[int]) -> Batch:
        """Return a whole batch at once."""
        return self.images[numbers], self.labels[numbers]


class _Net(NeuralNet):  # type: ignore[misc]  # skorch is untyped
    """skorch's net with the loss of the paper: cross entropy (equation 10, natural log) + the penalty of DENSE 1.

    Attributes:
        loss: Another loss in its place; it gets the number of the epoch, from 0.
        epoch: Returns that number.
        half: Whether training takes bfloat16.
        n_classes: How many logits it must give.
    """

    loss: Loss | None = None
    half: bool = False
    n_classes: int | None = None
    epoch: Callable[[], int]

    def infer(self, x: torch.Tensor, **fit_params: Any) -> torch.Tensor:
        # Channels last is the layout in which oneDNN convolves fastest on a CPU (benchmarks/training.md).
        x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.half and self.module_.training):
            logits: torch.Tensor = super().infer(x, **fit_params)
        check_logits(self.module_, logits, len(x), self.n_classes)
        return logits.float()

    def get_loss(self, y_pred: torch.Tensor, y_true: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
        weight = self.criterion_.weight
        labels = y_true.to(y_pred.device)
        if self.loss is not None:
            chosen: torch.Tensor = call_loss(self.loss, y_pred, labels, self.epoch()) + self.module_.penalty()
            return chosen
        # Weighted losses are divided by the number of rows, as Keras divides them; torch would divide by the weights.
        loss = functional.cross_entropy(y_pred, labels, weight=weight, reduction="none").mean()
        total: torch.Tensor = loss + self.module_.penalty()
        return total

    def fit_loop(self, *args: Any, **options: Any) -> Any:
        # skorch swallows Ctrl-C and keeps what was learnt until then: it would pass for a finished fit.
        try:
            return super().fit_loop(*args, **options)
        except KeyboardInterrupt as error:
            raise _Interrupted from error


def call_loss(loss: Loss, logits: torch.Tensor, targets: torch.Tensor, epoch: int) -> torch.Tensor:
    """Return the loss of a batch, a scalar.

    Raises:
        EvenvoiceError: A loss from outside raised, or returned what is no scalar that can be minimised.
    """
    with calling("loss", loss):
        found = loss(logits, targets, epoch)
    if is_outside(loss):
        if not isinstance(found, torch.Tensor) or found.ndim:
            given = f"shape {list(found.shape)}" if isinstance(found, torch.Tensor) else type(found).__name__
            raise refused("loss", loss, f"gives a loss of {given}; expected a tensor with one number")
        if logits.requires_grad and not found.requires_grad:
            raise refused("loss", loss, "gives a loss without a gradient; detach nothing, and leave NumPy out")
        if not bool(torch.isfinite(found)) and bool(torch.isfinite(logits).all()):
            raise refused("loss", loss, f"gives {found.item()} for finite logits; expected a finite number")
    return found


class _Interrupted(BaseException):
    """Ctrl-C on its way through skorch."""


class _Recorder(Callback):  # type: ignore[misc]  # skorch is untyped
    """Keeps loss, accuracy and UA of each epoch, and the weights of the best epoch on the validation part."""

    def __init__(self, settings: TrainingSettings, batches: int, on_epoch: OnEpoch | None) -> None:
        self.keep_best, self.patience = settings.select == "best-on-validation", settings.patience
        self.warm_up = math.ceil(settings.warm_up_steps / batches)  # in epochs: little is learnt before
        self.on_epoch = on_epoch
        self.epochs: list[dict[str, float]] = []
        self.best: tuple[float, int, dict[str, torch.Tensor]] | None = None

    def on_epoch_begin(self, net: NeuralNet, dataset_train: PlannedRows, **_: Any) -> None:
        dataset_train.start_epoch(len(self.epochs))
        self.tallies = {True: Tally(), False: Tally()}

    def on_batch_end(
        self, net: NeuralNet, batch: Batch, training: bool, loss: torch.Tensor, y_pred: torch.Tensor, **_: Any
    ) -> None:
        labels = batch[1] if batch[1].ndim == 1 else batch[1].argmax(1)  # of mixed rows, what they are most of
        self.tallies[training].add(float(loss.detach()), y_pred.detach().argmax(1).cpu(), labels.cpu())

    def on_epoch_end(self, net: NeuralNet, **_: Any) -> None:
        record: dict[str, float] = {"epoch": len(self.epochs) + 1}
        for part, name in ((True, "train"), (False, "validation")):
            if self.tallies[part]:
                record |= self.tallies[part].measures(name)
        self.epochs.append(record)
        if self.keep_best and (self.best is None or record["validation_ua"] > self.best[0]):
            state = {name: value.detach().clone() for name, value in net.module_.state_dict().items()}
            self.best = (record["validation_ua"], len(self.epochs), state)
        if self.on_epoch:
            self.on_epoch(record)
        if self.patience is not None and self.best is not None:
            since = len(self.epochs) - max(self.best[1], self.warm_up)
            if since >= self.patience:
                raise _Enough


class _Enough(Exception):  # noqa: N818  # nothing went wrong
    """Raised after an epoch to end the training."""


def train_network(
    network: torch.nn.Module,
    rows: PlannedRows,
    validation: WholeRows | None,
    settings: TrainingSettings,
    *,
    n_classes: int | None = None,
    class_weights: npt.NDArray[np.float32] | None = None,
    loss: Loss | None = None,
    device: str = "cpu",
    on_epoch: OnEpoch | None = None,
) -> tuple[pd.DataFrame, int]:
    """Fit a network in place: Adam, shuffled batches, the last partial batch kept.

    Randomness comes from torch's global generator; the caller seeds it.

    Args:
        network: Logits from features, with ``penalty()``.
        rows: What to learn from.
        validation: What to watch and, with ``select: best-on-validation``, to select on.
        settings: Epochs, batch size, learning rate, selection.
        n_classes: How many logits; as many as there are labels if not given.
        class_weights: Weight of each class in the loss, float32 ``[k]``.
        loss: Instead of cross entropy: of logits, classes and the number of the epoch.
        device: ``cpu`` or ``cuda``.
        on_epoch: Called after each epoch with its row of the history: to draw progress, to give up.

    Raises:
        KeyboardInterrupt: Ctrl-C; the network is then not fitted.

    Returns:
        One row an epoch (losses include the penalty, as Keras reports them), and the epoch whose weights were kept.
    """
    n_classes = n_classes or int(rows.labels.max()) + 1
    recorder = _Recorder(settings, math.ceil(len(rows) / settings.batch_size), on_epoch)
    net = _Net(
        network.to(device).to(memory_format=torch.channels_last),  # type: ignore[call-overload]  # torch's stub
        criterion=torch.nn.CrossEntropyLoss,
        criterion__weight=None if class_weights is None else torch.from_numpy(class_weights),
        optimizer=torch.optim.AdamW if settings.weight_decay else torch.optim.Adam,
        optimizer__eps=settings.adam_eps,
        optimizer__weight_decay=settings.weight_decay,
        optimizer__fused=True,
        lr=settings.learning_rate,
        max_epochs=settings.epochs,
        batch_size=settings.batch_size,
        iterator_train__shuffle=settings.batches == "shuffled",
        iterator_train__sampler=_order(rows, settings),
        iterator_train__collate_fn=_as_it_is,
        iterator_valid__collate_fn=_as_it_is,
        iterator_valid__batch_size=256,
        # Every loader draws from a generator when it starts: with one of its own, watching validation changes nothing.
        iterator_valid__generator=torch.Generator(),
        train_split=predefined_split(validation) if validation is not None else None,
        callbacks=[*_optional(settings, len(rows)), recorder],
        callbacks__print_log=None,
        device=device,
        verbose=0,
    )
    net.loss, net.epoch = loss, lambda: len(recorder.epochs)
    net.half, net.n_classes = settings.precision == "bfloat16", n_classes
    if disturbs(settings):
        rows.disturb = partial(
            disturbed, settings=settings, n_classes=n_classes,
            last_row_is_mask=isinstance(network, SequenceNetwork), scale=rows.scale,
        )  # fmt: skip
    try:
        with calling("model", network), suppress(_Enough):
            net.fit(rows, y=None)
    except _Interrupted as error:
        raise KeyboardInterrupt from error
    network.eval()
    return_freed_memory()  # of the batches; predictions take other sizes, and both would be held at once
    history = pd.DataFrame(recorder.epochs).astype({"epoch": int})
    if recorder.best is None:
        return history, settings.epochs
    network.load_state_dict(recorder.best[2])
    return history, recorder.best[1]


def _order(rows: PlannedRows, settings: TrainingSettings) -> BalancedOrder | None:
    """The order of the rows, where they are not just shuffled."""
    if settings.batches == "shuffled":
        return None
    return BalancedOrder(lambda: rows.labels[torch.from_numpy(rows.rows)], settings.batch_size)


def _optional(settings: TrainingSettings, n: int) -> list[Callback]:
    """What some recipes do with a batch of n rows in all: shorten its gradients, change the learning rate."""
    callbacks: list[Callback] = []
    if settings.max_gradient_norm is not None:
        callbacks.append(GradientNormClipping(settings.max_gradient_norm))
    if settings.warm_up_steps:
        # Of the first step as well: a rate of zero would waste it.
        share = 1 / settings.warm_up_steps
        policy = {"start_factor": share, "total_iters": max(1, settings.warm_up_steps - 1)}
        callbacks.append(LRScheduler(LinearLR, step_every="batch", **policy))
    if settings.schedule == "one-cycle":
        steps = settings.epochs * math.ceil(n / settings.batch_size)
        policy = {"max_lr": settings.learning_rate, "total_steps": max(steps + 1, 10), "pct_start": 0.2}
        callbacks.append(LRScheduler(OneCycleLR, step_every="batch", **policy))
    return callbacks


def _as_it_is(batch: Batch) -> Batch:
    """The data sets make whole batches; nothing is left to collate."""
    return batch
