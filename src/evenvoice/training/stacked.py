"""Train the networks of many fits side by side, as one network: what a GPU is fast at."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.optim.lr_scheduler import LinearLR, LRScheduler, OneCycleLR

from evenvoice.imbalance import BaseLoss
from evenvoice.recipes import TrainingSettings
from evenvoice.training.asking import NetworkFit, Trained
from evenvoice.training.loop import call_loss
from evenvoice.training.stack_network import StackedNetwork, is_stackable
from evenvoice.training.stack_records import StackedRecords
from evenvoice.training.stack_rows import StackedRows, steps

# Validation rows of each network at once.
_ROWS_AT_ONCE = 128


def stack_key(asked: NetworkFit) -> str | None:
    """Return what fits that can be trained side by side have in common; ``None`` where a fit has to be trained alone.

    Alone: a network that is not `is_stackable`, rows that are drawn anew each epoch, are cropped or disturbed in their
    bands, or another precision.
    """
    recipe = asked.recipe
    settings = recipe.training
    alone = settings.crop is not None or settings.bands.any or settings.precision != "float32"
    if alone or not is_stackable(asked.network) or asked.rows.redraw is not None:
        return None
    made_by = [part.model_dump_json() for part in (recipe.model, recipe.training, recipe.loss)]
    watched = asked.validation is not None
    weighted = asked.class_weights is not None
    return repr((made_by, asked.rows.images.shape[1:], asked.n_classes, steps(asked), watched, weighted))


def train_stacked(asked: Sequence[NetworkFit], device: str) -> list[Trained]:
    """Train the networks of fits that have one `stack_key`, in place.

    As `train_network` trains each alone, but for the draws (order of rows, dropout, masks, mixing), which come from the
    generator of the first fit, and for the last batch of an epoch (see `StackedRows`). No row of a fit reaches another.

    Args:
        asked: J fits.
        device: ``cpu`` or ``cuda``.

    Returns:
        What came of each, in their order; each has its share of the time.
    """
    settings = asked[0].recipe.training
    started, cpu = time.perf_counter(), time.process_time()
    with asked[0].random.in_use():
        stack, rows = StackedNetwork([one.network for one in asked], device), StackedRows(asked, device)
        loss = _StackedLoss(asked, device)
        parameters = list(stack.parameters.values())
        kind = torch.optim.AdamW if settings.weight_decay else torch.optim.Adam
        optimiser = kind(
            parameters, lr=settings.learning_rate, eps=settings.adam_eps, weight_decay=settings.weight_decay, fused=True
        )
        schedule = _schedule(optimiser, settings, rows.batches)
        records = StackedRecords([one.on_epoch for one in asked], settings, rows.batches)
        for epoch in range(settings.epochs):
            stack.train()
            for features, targets in rows.epoch():
                logits, penalties = stack(features)
                losses = loss(logits, targets, epoch) + penalties
                optimiser.zero_grad()
                torch.autograd.backward(losses.sum())
                if settings.max_gradient_norm is not None:
                    _shorten(parameters, settings.max_gradient_norm)
                optimiser.step()
                if schedule is not None:
                    schedule.step()
                records.batch(losses, logits, targets)
            records.epoch(_watch(asked, stack, loss, epoch, device), stack.state)
            if records.ended:
                break
    StackedNetwork.hand_out(records.best or stack.state(), [one.network for one in asked], device)
    seconds, cpu = (time.perf_counter() - started) / len(asked), (time.process_time() - cpu) / len(asked)
    return [
        Trained(pd.DataFrame(history).astype({"epoch": int}), best, seconds, cpu)
        for history, best in zip(records.histories, records.epochs_kept, strict=True)
    ]


class _StackedLoss:
    """The loss of each fit's batch ``[J]``, from logits ``[J, b, k]`` and targets ``[J, b, k]``."""

    def __init__(self, asked: Sequence[NetworkFit], device: str) -> None:
        self.losses = [one.loss for one in asked]
        self.weights = None
        weights = [one.class_weights for one in asked if one.class_weights is not None]
        if weights:
            self.weights = torch.from_numpy(np.stack(weights)).to(device)[:, None]

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        if self.losses[0] is None:
            weighted = targets if self.weights is None else self.weights * targets
            # Divided by the number of rows, as `train_network` does.
            return -(weighted * logits.log_softmax(dim=2)).sum(dim=2).mean(dim=1)
        first = self.losses[0]
        if isinstance(first, BaseLoss) and not first.uses_counts:
            rows = first.rows(logits.flatten(0, 1), targets.flatten(0, 1), epoch)
            return rows.view(targets.shape[:2]).mean(dim=1)
        return torch.stack(
            [self.of(number, *pair, epoch) for number, pair in enumerate(zip(logits, targets, strict=True))]
        )

    def of(self, number: int, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        """Return the loss of one fit's rows, a scalar."""
        loss = self.losses[number]
        if loss is not None:
            return call_loss(loss, logits, targets, epoch)
        weighted = targets if self.weights is None else self.weights[number] * targets
        return -(weighted * logits.log_softmax(dim=1)).sum(dim=1).mean()


def _watch(
    asked: Sequence[NetworkFit], stack: StackedNetwork, loss: _StackedLoss, epoch: int, device: str
) -> list[tuple[float, Tensor, Tensor]] | None:
    """Return loss, predicted classes and true classes of each fit's validation part; ``None`` where there is none."""
    parts = [one.validation for one in asked if one.validation is not None]
    if not parts:
        return None
    stack.train(False)
    longest, found = max(map(len, parts)), []
    with torch.inference_mode():
        penalties = torch.zeros(len(parts))
        for start in range(0, longest, _ROWS_AT_ONCE):
            blocks = [part.images[start : start + _ROWS_AT_ONCE] for part in parts]
            features = torch.zeros((len(parts), max(map(len, blocks)), *blocks[0].shape[1:]))
            for number, block in enumerate(blocks):
                features[number, : len(block)] = block
            logits, penalties = stack(features.to(device))
            found.append(logits)
        logits, result = torch.cat(found, dim=1), []
        for number, part in enumerate(parts):
            own, labels = logits[number, : len(part)], part.labels.to(device)
            value = loss.of(number, own, torch.nn.functional.one_hot(labels, own.shape[1]).to(own.dtype), epoch)
            result.append((float(value + penalties[number]), own.argmax(dim=1).cpu(), part.labels))
    return result


def _schedule(optimiser: torch.optim.Optimizer, settings: TrainingSettings, batches: int) -> LRScheduler | None:
    """The learning rate of every batch, as `train_network` has it."""
    if settings.warm_up_steps:
        steps = max(1, settings.warm_up_steps - 1)
        return LinearLR(optimiser, start_factor=1 / settings.warm_up_steps, total_iters=steps)
    if settings.schedule == "one-cycle":
        total = max(settings.epochs * batches + 1, 10)
        return OneCycleLR(optimiser, max_lr=settings.learning_rate, total_steps=total, pct_start=0.2)
    return None


def _shorten(parameters: Sequence[Tensor], longest: float) -> None:
    """Shorten the gradients of each network of a stack, in place, as `torch.nn.utils.clip_grad_norm_` does of one."""
    gradients = [one.grad for one in parameters if one.grad is not None]
    norms = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients]).norm(dim=0)
    shares = (longest / (norms + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(shares.view(-1, *[1] * (gradient.ndim - 1)))
