"""A fitted decision as a torch module, for the model file."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray


class ShiftModule(torch.nn.Module):
    """Logits [b, k] → scale · logits + bias, of the dtype of the logits."""

    scale: torch.Tensor
    bias: torch.Tensor

    def __init__(self, scale: float, bias: NDArray[np.float64]) -> None:
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.register_buffer("bias", torch.tensor(bias, dtype=torch.float32))

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the new logits."""
        return self.scale.to(logits.dtype) * logits + self.bias.to(logits.dtype)
