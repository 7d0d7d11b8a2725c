"""What an epoch counts: losses, and right answers by class."""

from __future__ import annotations

from collections import Counter

import numpy as np
from torch import Tensor


class Tally:
    """The batches of one part of the data in one epoch, as numbers.

    No tensor of a batch is kept: a small one that outlives its batch lies between the large ones, the memory of which
    can then not be used again as a whole. That took 20 GB in an epoch of 100,000 rows of 3 × 40 × 94.

    Examples:
        >>> import torch
        >>> tally = Tally()
        >>> tally.add(0.5, torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]))
        >>> tally.add(2.0, torch.tensor([0]), torch.tensor([0]))
        >>> tally.measures("train")
        {'train_loss': 0.875, 'train_accuracy': 0.75, 'train_ua': 0.75}
    """

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._sizes: list[int] = []
        self._rows: Counter[int] = Counter()
        self._hits: Counter[int] = Counter()

    def __bool__(self) -> bool:
        """Whether there was a batch."""
        return bool(self._sizes)

    def add(self, loss: float, predicted: Tensor, truth: Tensor) -> None:
        """Count a batch.

        Args:
            loss: Mean over its rows.
            predicted: Classes ``[b]``.
            truth: Classes ``[b]``.
        """
        self._losses.append(loss)
        self._sizes.append(len(truth))
        self._rows.update(truth.tolist())
        self._hits.update(truth[predicted == truth].tolist())

    def measures(self, part: str) -> dict[str, float]:
        """Return loss, accuracy and UA, named after the part."""
        recalls = [self._hits[label] / self._rows[label] for label in sorted(self._rows)]
        return {
            f"{part}_loss": float(np.average(self._losses, weights=self._sizes)),
            f"{part}_accuracy": self._hits.total() / self._rows.total(),
            f"{part}_ua": float(np.mean(recalls)),
        }
