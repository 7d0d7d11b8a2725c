"""A bidirectional LSTM over padded batches: exact, and fast on a CPU."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class BiLSTM(nn.Module):
    """Layers of two LSTMs, one from the first frame on, one from each utterance's own last frame back.

    The numbers are those of ``nn.LSTM(bidirectional=True)`` over packed sequences. Packed sequences keep torch from
    oneDNN's LSTM, and cost three to sixteen times as long on a CPU; here each direction is a plain LSTM over the
    padded batch, and the own frames are reversed before and after the second. Padding comes last for both, so that it
    changes no own frame.

    Args:
        size: Width of a frame.
        hidden: Units of each direction.
        layers: Number of layers, each reading both directions of the one before.
        dropout: Share of each layer's outputs dropped in training before the next layer.

    Shape:
        - Input: frames ``[b, t, size]`` and own ``[b, t]`` bool, own frames first
        - Output: ``[b, t, 2 · hidden]``; meaningless beyond the own frames

    Examples:
        >>> BiLSTM(34, 128)(torch.zeros(2, 5, 34), torch.ones(2, 5, dtype=torch.bool)).shape
        torch.Size([2, 5, 256])
    """

    def __init__(self, size: int, hidden: int, *, layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        sizes = [size] + [2 * hidden] * (layers - 1)
        self.onward = nn.ModuleList(nn.LSTM(width, hidden, batch_first=True) for width in sizes)
        self.back = nn.ModuleList(nn.LSTM(width, hidden, batch_first=True) for width in sizes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return both directions side by side, ``[b, t, 2 · hidden]``."""
        counts, position = own.sum(dim=1, keepdim=True), torch.arange(own.shape[1], device=own.device)
        # The own frames in reverse; padding stays where it is. Its own inverse.
        order = torch.where(own, counts - 1 - position, position)[:, :, None]
        for layer, (onward, back) in enumerate(zip(self.onward, self.back, strict=True)):
            inputs = self.dropout(frames) if layer else frames
            backward = back(_in_order(inputs, order))[0]
            frames = torch.cat((onward(inputs)[0], _in_order(backward, order)), dim=2)
        return frames


def _in_order(frames: Tensor, order: Tensor) -> Tensor:
    """Frames ``[b, t, h]`` taken in the order ``[b, t, 1]``."""
    return frames.gather(1, order.expand(-1, -1, frames.shape[2]))
