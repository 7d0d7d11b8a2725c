"""The histories of many fits side by side, and the weights of each one's best epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from evenvoice.recipes import TrainingSettings
from evenvoice.training.loop import OnEpoch
from evenvoice.training.stack_network import State


class StackedRecords:
    """Loss, accuracy and UA of each epoch of J fits; which of them go on, and what each keeps.

    Args:
        on_epoch: What each fit wants called after an epoch.
        settings: Selection and patience.
        batches: An epoch.

    Attributes:
        histories: One row an epoch, for each fit.
        best: The weights of each fit's best epoch, ``[J, …]`` by name; ``None`` where nothing is selected.
    """

    def __init__(self, on_epoch: Sequence[OnEpoch | None], settings: TrainingSettings, batches: int) -> None:
        self._on_epoch = on_epoch
        self._select, self._patience = settings.select == "best-on-validation", settings.patience
        self._warm_up = math.ceil(settings.warm_up_steps / batches)
        self.histories: list[list[dict[str, float]]] = [[] for _ in on_epoch]
        self.best: State | None = None
        self._best = [(-1.0, 0) for _ in on_epoch]
        self._stopped = [False] * len(on_epoch)
        self._seen: list[tuple[Tensor, Tensor, Tensor]] = []

    @property
    def ended(self) -> bool:
        """Whether the patience with every fit is at its end."""
        return all(self._stopped)

    @property
    def epochs_kept(self) -> list[int]:
        """The epoch whose weights each fit keeps."""
        return [
            best[1] if self._select else len(history) for best, history in zip(self._best, self.histories, strict=True)
        ]

    def batch(self, losses: Tensor, logits: Tensor, targets: Tensor) -> None:
        """Take the losses ``[J]`` of a batch, its logits ``[J, b, k]`` and its targets ``[J, b, k]``."""
        self._seen.append((losses.detach(), logits.detach().argmax(dim=2), targets.argmax(dim=2)))

    def epoch(self, watched: Sequence[tuple[float, Tensor, Tensor]] | None, state: Callable[[], State]) -> None:
        """End an epoch.

        Args:
            watched: Loss, predicted and true classes of each fit's validation part.
            state: Returns a copy of the present weights ``[J, …]``.
        """
        losses, predicted, truth = zip(*self._seen, strict=True)
        self._seen = []
        loss = torch.stack(losses).mean(dim=0).cpu()
        answers, labels = torch.cat(predicted, dim=1).cpu(), torch.cat(truth, dim=1).cpu()
        better: list[int] = []
        for number, history in enumerate(self.histories):
            if self._stopped[number]:
                continue
            record = {
                "epoch": len(history) + 1,
                **_measures("train", float(loss[number]), answers[number], labels[number]),
            }
            if watched is not None:
                record |= _measures("validation", *watched[number])
            history.append(record)
            if self._select and record["validation_ua"] > self._best[number][0]:
                self._best[number] = record["validation_ua"], len(history)
                better.append(number)
            since = len(history) - max(self._best[number][1], self._warm_up)
            self._stopped[number] = self._patience is not None and since >= self._patience
            on_epoch = self._on_epoch[number]
            if on_epoch is not None:
                on_epoch(record)
        if better:
            self._keep(better, state())

    def _keep(self, better: list[int], state: State) -> None:
        """Keep the weights of those fits that have never been better."""
        if self.best is None:
            self.best = state  # the first epoch is every fit's best so far
            return
        for name, values in state.items():
            self.best[name][better] = values[better]


def _measures(part: str, loss: float, predicted: Tensor, truth: Tensor) -> dict[str, float]:
    """The columns of a history for one part of the data."""
    hits = predicted == truth
    recalls = [float(hits[truth == label].double().mean()) for label in sorted(set(truth.tolist()))]
    return {
        f"{part}_loss": loss,
        f"{part}_accuracy": float(hits.double().mean()),
        f"{part}_ua": float(np.mean(recalls)),
    }
