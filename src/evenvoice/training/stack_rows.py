"""The batches of many fits side by side, on one device."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from evenvoice.models import SequenceNetwork
from evenvoice.training.asking import NetworkFit
from evenvoice.training.batches import BalancedOrder
from evenvoice.training.disturb import masked
from evenvoice.training.loop import PlannedRows

# Rows that are made on the CPU and copied at once.
_BLOCK = 512


class StackedRows:
    """What J fits learn from, all of it on a device; fits of the same rows share them.

    Every fit has as many batches an epoch as it would have alone. The last batch is as large as the others: it is
    filled up with rows that come a second time, for the batches of all fits are one array.

    Args:
        asked: The fits; of as many batches an epoch each.
        device: Where to keep the rows.
    """

    def __init__(self, asked: Sequence[NetworkFit], device: str) -> None:
        first = asked[0]
        self.settings, self.n_classes, self.device = first.recipe.training, first.n_classes, device
        self.last_row_is_mask = isinstance(first.network, SequenceNetwork)
        self.labels = [one.rows.labels[torch.from_numpy(one.rows.rows)] for one in asked]
        self.batch_size = min(self.settings.batch_size, max(map(len, self.labels)))
        self.batches = steps(first)
        places: dict[bytes, tuple[int, PlannedRows]] = {}
        self.starts, end = [], 0
        for one in asked:
            key = _key(one.rows)
            if key not in places:
                places[key] = (end, one.rows)
                end += len(one.rows)
            self.starts.append(places[key][0])
        self.features = torch.empty((end, *first.rows.images.shape[1:]), dtype=torch.float32, device=device)
        for start, rows in places.values():
            for at in range(0, len(rows), _BLOCK):
                made = rows.plan.take(rows.images, rows.rows[at : at + _BLOCK], rows.variants)
                self.features[start + at : start + at + len(made)] = torch.from_numpy(made)
        self._all_labels = torch.full((end,), -1, dtype=torch.int64, device=device)
        for start, labels in zip(self.starts, self.labels, strict=True):
            self._all_labels[start : start + len(labels)] = labels.to(device)

    def epoch(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the batches of an epoch: features ``[J, b, c, h, w]`` and targets ``[J, b, k]``.

        Order, masks and mixing are drawn from torch's global generator.
        """
        orders = [start + self._order(labels) for start, labels in zip(self.starts, self.labels, strict=True)]
        together = torch.stack(orders).to(self.device)
        for rows in torch.split(together, self.batch_size, dim=1):
            flat = rows.flatten()
            features = self.features[flat]
            if self.settings.masks.number:
                height = features.shape[2] - self.last_row_is_mask
                features = masked(features, self.settings.masks, height, in_place=True)
            features = features.view(*rows.shape, *features.shape[1:])
            targets = F.one_hot(self._all_labels[rows], self.n_classes).to(features.dtype)
            yield self._mixed(features, targets) if self.settings.mixup else (features, targets)

    def _order(self, labels: Tensor) -> Tensor:
        """Rows of one fit for an epoch, int64 ``[batches · batch_size]``."""
        n = self.batches * self.batch_size
        order = torch.empty(0, dtype=torch.int64)
        while len(order) < n:
            order = torch.cat((order, self._pass(labels)))
        return order[:n]

    def _pass(self, labels: Tensor) -> Tensor:
        if self.settings.batches == "shuffled":
            return torch.randperm(len(labels))
        return torch.tensor(list(BalancedOrder(lambda: labels, self.settings.batch_size)))

    def _mixed(self, features: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """`disturb.mixed` for each fit, with a share and an order of its own."""
        j, b = features.shape[:2]
        alpha = self.settings.mixup
        share = torch.distributions.Beta(alpha, alpha).sample((j,)).to(features)
        other = torch.rand(j, b).argsort(dim=1).to(features.device)
        rows = torch.arange(j, device=features.device)[:, None]
        wide, narrow = share[:, None, None, None, None], share[:, None, None]
        return (
            wide * features + (1 - wide) * features[rows, other],
            narrow * targets + (1 - narrow) * targets[rows, other],
        )


def steps(asked: NetworkFit) -> int:
    """Return how many batches an epoch of a fit has."""
    return math.ceil(len(asked.rows) / asked.recipe.training.batch_size)


def nbytes(asked: NetworkFit) -> int:
    """Return what the rows of a fit take, once they are made."""
    return 4 * len(asked.rows) * int(np.prod(asked.rows.images.shape[1:]))


def _key(rows: PlannedRows) -> bytes:
    """What is the same for two fits exactly where their rows are: the arrays, and what the plan makes of them."""
    plan = rows.plan
    digest = hashlib.sha256(repr((id(rows.images), *map(id, rows.variants.values()), plan.makers.tolist())).encode())
    for array in (plan.kept, plan.made_from, plan.weights, plan.values, rows.rows, rows.labels.numpy()):
        digest.update(b"-" if array is None else array.tobytes())
    return digest.digest()
