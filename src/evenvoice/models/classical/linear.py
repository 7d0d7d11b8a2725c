"""What linear classifiers share: their answers, and the network that is exported."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax
from torch import nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical.vectors import vectors
from evenvoice.models.estimator import Estimator


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


class LinearClassifier(Estimator):
    """A classifier whose probabilities are softmax(W x + b); a subclass learns W and b in ``_fit``.

    Attributes:
        weights: float32 ``[k, d]``, after ``fit``.
        bias: float32 ``[k]``, after ``fit``.
    """

    exportable = True
    restorable = True
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        probabilities: npt.NDArray[np.float64] = softmax(vectors(X) @ self.weights.T + self.bias, axis=1)
        return probabilities

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the weights and the biases."""
        return {"weights": self.weights, "bias": self.bias}

    def restore(self, learned: Mapping[str, npt.NDArray[Any]]) -> None:
        """See `Estimator.restore`."""
        shapes = {"weights": (self.n_classes, math.prod(self.input_shape)), "bias": (self.n_classes,)}
        for name, shape in shapes.items():
            found = learned.get(name)
            if found is None or found.dtype != np.float32 or found.shape != shape:
                there = "is missing" if found is None else f"is {found.dtype} {list(found.shape)}"
                raise EvenvoiceError(f"{name} {there}, expected float32 {list(shape)}")
        self.weights, self.bias = learned["weights"], learned["bias"]

    def module(self) -> nn.Module:
        """Return what was fitted as a network: features ``[b, c, h, w]`` to logits ``[b, k]``."""
        return linear(self.weights, self.bias)
