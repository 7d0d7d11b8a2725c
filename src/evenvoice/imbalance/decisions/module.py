"""A fitted decision as a torch module, for the model file."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray


class ShiftModule(torch.nn.Module):
    """Logits [b, k] → logits / temperature + bias, of the dtype of the logits."""

    bias: torch.Tensor | None

    def __init__(self, temperature: float, bias: NDArray[np.float64]) -> None:
        super().__init__()
        self.temperature = temperature
        self.register_buffer("bias", torch.tensor(bias, dtype=torch.float32) if np.any(bias) else None)

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the new logits."""
        divided = logits / self.temperature
        return divided if self.bias is None else divided + self.bias.to(logits.dtype)
