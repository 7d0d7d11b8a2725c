"""A compact convolutional network over frames, with attentive statistics pooling."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from evenvoice.models.sequence import SequenceNetwork, rows_of
from evenvoice.options import Count, Share


class AttentiveCNN(SequenceNetwork):
    """Convolutions along time at two resolutions → attentive mean and deviation → logits.

    A convolution over five frames with stride 2, a residual block; a convolution over three frames with stride 2, two
    residual blocks, the second dilated. A block gates its channels by their mean over time (squeeze and excitation).
    The pooling weighs each channel's frames by attention and gives their mean and standard deviation. Padding is set to
    zero after each step, so that it changes nothing.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        channels: Width after the first convolution.
        wide_channels: Width after the second.
        attention: Hidden units of the attention.
        dropout: Share of the pooled statistics dropped in training.

    Shape:
        - Input: ``[b, 1, rows + 1, t]`` float32, see `SequenceNetwork`
        - Output: ``[b, n_classes]`` float32 logits

    Raises:
        EvenvoiceError: The input is not of shape ``sequence``.

    Source:
        Ours, of known parts: He et al. 2016, "Deep residual learning"; Hu et al. 2018, "Squeeze-and-excitation
        networks"; Okabe et al. 2018, "Attentive statistics pooling for deep speaker embedding", equations 4 to 6, with
        a weight for each channel (Desplanques et al. 2020, ECAPA-TDNN).

    Examples:
        >>> network = AttentiveCNN((1, 65, 300), n_classes=7)
        >>> sum(parameter.numel() for parameter in network.parameters())
        352051
    """

    exportable: ClassVar[bool] = True
    stackable: ClassVar[bool] = True

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        channels: Count = 96,
        wide_channels: Count = 128,
        attention: Count = 64,
        dropout: Share = 0.3,
    ) -> None:
        super().__init__()
        rows = rows_of(input_shape, "attentive-cnn")
        self.first = _Down(rows, channels, width=5)
        self.fine = _Residual(channels, dilation=1)
        self.second = _Down(channels, wide_channels, width=3)
        self.coarse = nn.ModuleList([_Residual(wide_channels, dilation=1), _Residual(wide_channels, dilation=2)])
        self.pooling = AttentiveStatistics(wide_channels, attention)
        self.norm = nn.BatchNorm1d(2 * wide_channels)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(2 * wide_channels, n_classes)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of features ``[b, 1, rows + 1, t]``."""
        # Without `split`, whose checks and cut depend on the values: this can be exported.
        rows, own = features[:, 0, :-1], features[:, 0, -1:] > 0
        return self._logits(rows, own.to(rows.dtype))

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of frames ``[b, t, rows]``; ``own`` ``[b, t]`` is false for padding."""
        return self._logits(frames.transpose(1, 2), own[:, None].to(frames.dtype))

    def _logits(self, rows: Tensor, own: Tensor) -> Tensor:
        """``rows`` ``[b, rows, t]``, ``own`` ``[b, 1, t]`` of ones and zeros, the ones first."""
        half = own[:, :, ::2]
        fine = self.fine(self.first(rows * own, half), half)
        quarter = half[:, :, ::2]
        coarse = self.second(fine, quarter)
        for block in self.coarse:
            coarse = block(coarse, quarter)
        logits: Tensor = self.out(self.dropout(batch_or_before(self.norm, self.pooling(coarse, quarter))))
        return logits


def batch_or_before(norm: nn.BatchNorm1d, pooled: Tensor) -> Tensor:
    """Normalise ``[b, channels]`` by the batch; one row alone, the last of an epoch, by the batches before it."""
    if norm.training and len(pooled) == 1:
        return F.batch_norm(pooled, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)
    found: Tensor = norm(pooled)
    return found


class _Down(nn.Module):
    """A convolution with stride 2."""

    def __init__(self, rows: int, channels: int, *, width: int) -> None:
        super().__init__()
        self.convolve = nn.Conv1d(rows, channels, width, stride=2, padding=width // 2)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, rows: Tensor, own: Tensor) -> Tensor:
        return F.relu(self.norm(self.convolve(rows))) * own


class _Residual(nn.Module):
    """Two convolutions over three frames and a gate for each channel, beside the identity."""

    def __init__(self, channels: int, *, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.first_norm = nn.BatchNorm1d(channels)
        self.second = nn.Conv1d(channels, channels, 3, padding=1)
        self.second_norm = nn.BatchNorm1d(channels)
        self.squeeze = nn.Linear(channels, max(1, channels // 8))
        self.excite = nn.Linear(max(1, channels // 8), channels)

    def forward(self, rows: Tensor, own: Tensor) -> Tensor:
        inner = F.relu(self.first_norm(self.first(rows))) * own
        inner = self.second_norm(self.second(inner)) * own
        mean = inner.sum(dim=2) / own.sum(dim=2)
        gate = self.excite(F.relu(self.squeeze(mean))).sigmoid()
        return F.relu(rows + inner * gate[:, :, None]) * own


class AttentiveStatistics(nn.Module):
    """Mean and standard deviation of each channel over its frames, each frame weighed by attention.

    Args:
        channels: Number of channels.
        hidden: Hidden units of the attention.

    Shape:
        - Input: rows ``[b, channels, t]``, and own ``[b, 1, t]``, 0 for padding
        - Output: ``[b, 2 * channels]`` float32

    Source:
        Okabe et al. 2018, "Attentive statistics pooling for deep speaker embedding", equations 4 to 6, with a weight
        for each channel (Desplanques et al. 2020, ECAPA-TDNN).
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Conv1d(channels, hidden, 1)
        self.score = nn.Conv1d(hidden, channels, 1)

    def forward(self, rows: Tensor, own: Tensor) -> Tensor:
        """Return the means, then the deviations."""
        scores = self.score(self.hidden(rows).tanh()).float()  # a variance needs more digits than bfloat16 has
        # Not minus infinity: an exported softmax of that is not a number where a batch is padded far.
        weights = scores.masked_fill(own == 0, -1e4).softmax(dim=2)
        rows = rows.float()
        mean = (weights * rows).sum(dim=2)
        # E[x²] − E[x]² may fall below zero by rounding.
        variance = (weights * rows.square()).sum(dim=2) - mean.square()
        return torch.cat((mean, variance.clamp(min=1e-5).sqrt()), dim=1)
