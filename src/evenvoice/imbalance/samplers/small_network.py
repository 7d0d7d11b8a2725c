"""Small networks inside a sampler: drawn from a generator of their own, trained for a fixed number of steps.

Nothing here touches torch's global random state, and sums are made on one thread: the seed decides the rows, whatever
else runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_SLOPE = 0.2
_BLOCK_SIZE = 2**18


def layers(sizes: Sequence[int], generator: torch.Generator) -> nn.Sequential:
    """Return linear layers of these sizes with a leaky ReLU between them, their weights drawn from a generator.

    Examples:
        >>> layers([4, 8, 2], torch.Generator().manual_seed(0))(torch.zeros(3, 4)).shape
        torch.Size([3, 2])
    """
    made: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.utils.skip_init(nn.Linear, inputs, outputs)  # type: ignore[no-untyped-call]
        nn.init.xavier_uniform_(layer.weight, generator=generator)
        nn.init.zeros_(layer.bias)
        made += [nn.LeakyReLU(_SLOPE), layer] if made else [layer]
    return nn.Sequential(*made)


@dataclass(frozen=True)
class Standardised:
    """Rows that a small network reads, and writes, with mean 0 and variance 1; an attribute without variance is 0.

    Attributes:
        rows: float [n, d].
        mean: float32 [d].
        scale: float32 [d].
    """

    rows: NDArray[Any]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]

    @classmethod
    def of(cls, rows: NDArray[Any]) -> Self:
        """Measure mean and scale of rows."""
        rows = np.ascontiguousarray(rows)
        scale, mean = np.empty(rows.shape[1]), np.empty(rows.shape[1])
        # Some attributes at a time: the deviations of all would be a float64 copy of the rows.
        step = max(1, _BLOCK_SIZE // len(rows))
        for start in range(0, rows.shape[1], step):
            block = rows[:, start : start + step]
            scale[start : start + step] = block.std(axis=0, dtype=np.float64)
            mean[start : start + step] = block.mean(axis=0, dtype=np.float64)
        return cls(rows, mean.astype(np.float32), np.where(scale > 0, scale, 1).astype(np.float32))

    def take(self, numbers: NDArray[np.int64] | Tensor) -> Tensor:
        """Return some of the rows, standardised; float32 [r, d]."""
        return torch.from_numpy((self.rows[np.asarray(numbers)].astype(np.float32) - self.mean) / self.scale)

    def back(self, rows: Tensor) -> NDArray[Any]:
        """Return rows that a network wrote in the units and the dtype of the source; [r, d]."""
        made = rows.numpy()
        made *= self.scale
        made += self.mean
        return made.astype(self.rows.dtype, copy=False)


def in_blocks(network: nn.Module, rows: Standardised, size: int = 256) -> Tensor:
    """Return what a network makes of all rows; [n, …]."""
    n = len(rows.rows)
    return torch.cat([network(rows.take(np.arange(start, min(n, start + size)))) for start in range(0, n, size)])


def freeze(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array that nobody can write to, so that a plan keeps it and makes no copy."""
    values.flags.writeable = False
    return values
