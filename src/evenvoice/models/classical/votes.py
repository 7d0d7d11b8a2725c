"""One-against-one votes of linear machines as a network, to be exported."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from evenvoice.models.classical.linear import linear


class Votes(nn.Module):
    """What scikit-learn's ``SVC`` makes of a linear machine for each pair of classes.

    A class's logit is the number of pairs that it wins, and its summed margins m squeezed to m / (3 (|m| + 1)). Of two
    classes, there is one machine, and half its value speaks for the second and against the first.

    Args:
        weights: ``[k (k − 1) / 2, d]``, one machine for each pair (0, 1), (0, 2), …, positive for the first of the
            pair; for two classes ``[1, d]``, positive for the second.
        bias: One a machine.
        n_classes: k.

    Shape:
        - Input: ``[b, c, h, w]`` float32
        - Output: ``[b, k]`` float32

    Examples:
        >>> Votes(np.array([[2.0]]), np.array([0.0]), n_classes=2)(torch.ones(1, 1, 1, 1))
        tensor([[-1.,  1.]])
    """

    signs: Tensor

    def __init__(self, weights: npt.NDArray[np.floating], bias: npt.NDArray[np.floating], n_classes: int) -> None:
        super().__init__()
        self.machines = linear(weights.astype(np.float32), bias.astype(np.float32))
        pairs = list(combinations(range(n_classes), 2))
        signs = torch.zeros(n_classes, len(pairs))
        for number, (first, second) in enumerate(pairs):
            signs[first, number], signs[second, number] = 1.0, -1.0
        self.register_buffer("signs", signs)

    def forward(self, features: Tensor) -> Tensor:
        """Return the decision values ``[b, k]``."""
        values: Tensor = self.machines(features)
        if len(self.signs) == 2:
            return -0.5 * values * self.signs[:, 0]
        winner = torch.where(values > 0, 1.0, -1.0)
        # A machine gives its vote to one of two: half of it, more or less half.
        votes = (winner @ self.signs.T + self.signs.abs().sum(dim=1)) / 2
        margins = values @ self.signs.T
        return votes + margins / (3 * (margins.abs() + 1))
