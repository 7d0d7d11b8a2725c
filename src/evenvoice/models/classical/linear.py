"""A fitted linear classifier as a network, to be exported."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn


def linear(weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> nn.Module:
    """Return a network that is not to be trained: features ``[b, c, h, w]``, flattened, to ``weights · x + bias``.

    Args:
        weights: float32 ``[k, c·h·w]``.
        bias: float32 ``[k]``.

    Examples:
        >>> linear(np.float32([[1, 2]]), np.float32([3]))(torch.ones(1, 1, 1, 2))
        tensor([[6.]])
    """
    layer = nn.Linear(weights.shape[1], weights.shape[0])
    layer.weight = nn.Parameter(torch.from_numpy(weights.copy()), requires_grad=False)
    layer.bias = nn.Parameter(torch.from_numpy(bias.copy()), requires_grad=False)
    return nn.Sequential(nn.Flatten(), layer)
