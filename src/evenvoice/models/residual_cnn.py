"""A residual convolutional network over a spectrogram, with attentive statistics pooling."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from evenvoice.errors import EvenvoiceError
from evenvoice.models.attentive_cnn import AttentiveStatistics, batch_or_before
from evenvoice.models.sequence import SequenceNetwork, rows_of
from evenvoice.options import Count, Counts, Share

# By how much the first convolution and the blocks make the rows fewer.
_FEWER = 16
# Of the blocks, two and two alike.
_WIDTHS = 4


class ResidualCNN(SequenceNetwork):
    """Two-dimensional convolutions over bands and frames → attentive mean and deviation → logits.

    A convolution over 5 × 5 with stride 2; six residual blocks of 3 × 3 convolutions, of which the second halves bands
    and frames, and the fourth and the sixth halve the bands. A block gates its channels by their mean (squeeze and
    excitation). The pooling weighs each channel's frames by attention, band by band, and gives their mean and standard
    deviation. Padding is set to zero after each step, so that it changes nothing.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``; rows are log-mel bands.
        n_classes: Number of emotions.
        channels: Width of the first convolution and its block, of the next two, of the next two, of the last.
        attention: Hidden units of the attention.
        channel_dropout: Share of the last block's channels dropped in training.
        dropout: Share of the pooled statistics dropped in training.

    Shape:
        - Input: ``[b, 1, rows + 1, t]`` float32, see `SequenceNetwork`
        - Output: ``[b, n_classes]`` float32 logits

    Raises:
        EvenvoiceError: The input is not of shape ``sequence``, or there are not four widths.

    Source:
        Ours, of known parts: He et al. 2016, "Deep residual learning"; Hu et al. 2018, "Squeeze-and-excitation
        networks"; Okabe et al. 2018, "Attentive statistics pooling for deep speaker embedding". What it measures is in
        docs/research/voice.md.

    Examples:
        >>> network = ResidualCNN((1, 81, 300), n_classes=8)
        >>> sum(parameter.numel() for parameter in network.parameters())
        949491
    """

    exportable: ClassVar[bool] = True

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        channels: Counts = (24, 48, 96, 160),
        attention: Count = 96,
        channel_dropout: Share = 0.2,
        dropout: Share = 0.4,
    ) -> None:
        super().__init__()
        rows = rows_of(input_shape, "residual-cnn")
        if len(channels) != _WIDTHS:
            raise EvenvoiceError(
                f"model 'residual-cnn': channels: {len(channels)} widths; it takes four, for example [24, 48, 96, 160]"
            )
        a, b, c, d = channels
        self.stem, self.norm = nn.Conv2d(1, a, 5, 2, 2, bias=False), nn.BatchNorm2d(a)
        self.blocks = nn.ModuleList(
            [
                _Residual(a, a, (1, 1)),
                _Residual(a, b, (2, 2)),
                _Residual(b, b, (1, 1)),
                _Residual(b, c, (2, 1)),
                _Residual(c, c, (1, 1)),
                _Residual(c, d, (2, 1)),
            ]
        )
        pooled = d * -(-rows // _FEWER)
        self.channel_dropout = nn.Dropout2d(channel_dropout)
        self.pooling = AttentiveStatistics(pooled, attention)
        self.pooled_norm, self.dropout = nn.BatchNorm1d(2 * pooled), nn.Dropout(dropout)
        self.out = nn.Linear(2 * pooled, n_classes)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of features ``[b, 1, rows + 1, t]``."""
        # Without `split`, whose checks and cut depend on the values: this can be exported.
        return self._logits(features[:, 0, :-1], features[:, 0, -1:] > 0)

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of frames ``[b, t, rows]``; ``own`` ``[b, t]`` is false for padding."""
        return self._logits(frames.transpose(1, 2), own[:, None])

    def _logits(self, bands: Tensor, own: Tensor) -> Tensor:
        """``bands`` ``[b, rows, t]``, ``own`` ``[b, 1, t]`` bool, the true ones first."""
        rows = self.stem((bands * own.to(bands.dtype))[:, None])
        # Of the type that the convolutions have under autocast: a product of two types would be float32.
        own = own[:, :, None, ::2].to(rows.dtype)
        rows = F.relu(self.norm(rows), inplace=True) * own
        for block in self.blocks:
            own = own[..., :: block.stride[1]]  # type: ignore[index]  # torch's stub
            rows = block(rows, own)
        rows = self.channel_dropout(rows).flatten(1, 2)
        pooled = self.pooling(rows, own[:, :, 0])
        logits: Tensor = self.out(self.dropout(batch_or_before(self.pooled_norm, pooled)))
        return logits


class _Residual(nn.Module):
    """Two convolutions over 3 × 3 and a gate for each channel, beside the identity or a convolution over 1 × 1."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.stride = stride
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        hidden = max(1, outputs // 8)
        self.squeeze, self.excite = nn.Linear(outputs, hidden), nn.Linear(hidden, outputs)
        same = inputs == outputs and stride == (1, 1)
        shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
        self.beside = nn.Identity() if same else nn.Sequential(shortcut, nn.BatchNorm2d(outputs))

    def forward(self, rows: Tensor, own: Tensor) -> Tensor:
        """Return ``[b, outputs, bands', t']`` of ``[b, inputs, bands, t]``; ``own`` ``[b, 1, 1, t']``: 1 or 0."""
        inner = F.relu(self.first_norm(self.first(rows)), inplace=True) * own
        inner = self.second_norm(self.second(inner))
        # The mean over all bands and the utterance's own frames, as one product.
        share = own[:, 0, 0] / own[:, 0, 0].sum(dim=1, keepdim=True)
        mean = (inner.mean(dim=2) @ share[:, :, None])[:, :, 0]
        gate = self.excite(F.relu(self.squeeze(mean))).sigmoid()
        return F.relu(torch.addcmul(self.beside(rows), inner, gate[:, :, None, None]), inplace=True) * own
