"""Batches that hold every class alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch.utils.data import Sampler


class BalancedOrder(Sampler[int]):
    """An order of rows in which every batch holds as many rows of each class as of any other, or one more.

    An epoch has as many rows as without it. So of a large class each epoch sees a part, drawn anew, and the rows of a
    small one come back; a row comes back once all others of its class have come. Draws are torch's global generator's.

    Source: He & Garcia 2009, "Learning from imbalanced data", section 3.1; Kang et al. 2020, "Decoupling representation
    and classifier", section 3, call it class-balanced sampling.

    Examples:
        >>> labels = torch.tensor([0, 0, 0, 0, 0, 1])
        >>> order = list(BalancedOrder(lambda: labels, batch_size=2))
        >>> labels[order].sum().item(), len(set(order)) >= 4
        (3, True)
    """

    def __init__(self, labels: Callable[[], torch.Tensor], batch_size: int) -> None:
        """Take what returns the class numbers of the rows, int64 ``[n]``, when an epoch begins."""
        self._labels, self._batch_size = labels, batch_size

    def __len__(self) -> int:
        return len(self._labels())

    def __iter__(self) -> Iterator[int]:
        labels = self._labels()
        classes, n = torch.tensor(sorted(set(labels.tolist()))), len(labels)
        turn = torch.cat(
            [self._turns(min(self._batch_size, n - start), len(classes)) for start in range(0, n, self._batch_size)]
        )
        order = torch.empty(n, dtype=torch.int64)
        for number, label in enumerate(classes):
            places = (turn == number).nonzero()[:, 0]
            rows = (labels == label).nonzero()[:, 0]
            passes = max(1, -(-len(places) // len(rows)))
            order[places] = torch.cat([rows[torch.randperm(len(rows))] for _ in range(passes)])[: len(places)]
        return iter(order.tolist())

    def _turns(self, rows: int, classes: int) -> torch.Tensor:
        """The class of each row of a batch: the classes in turn, in an order drawn anew each round."""
        rounds = -(-rows // classes)
        return torch.cat([torch.randperm(classes) for _ in range(rounds)])[:rows]
