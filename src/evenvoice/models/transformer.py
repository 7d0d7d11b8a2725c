"""A Transformer's encoder over frames, the speech branch of [46] of the paper's Table 6: Zhang et al. 2022."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models.sequence import SequenceNetwork, masked_mean, rows_of
from evenvoice.options import Count, Share


class TransformerClassifier(SequenceNetwork):
    """Linear → sinusoidal positions → Transformer encoder → mean → dense 256 → logits: the speech branch of [46].

    Recalled from the abstract, which was not read again: a Transformer encoder of two layers over the speech (and one
    over the text, joined by attention). Nothing else.

    Assumed: every size and rate; the encoder of Vaswani et al. 2017 with its order (normalisation after each sum);
    the mean over the frames as what the classifier reads.

    Args:
        input_shape: (1, rows + 1, frames), shape ``sequence``.
        n_classes: Number of emotions.
        width: Of a frame inside the encoder; even, and a multiple of ``heads``.
        layers: Of the encoder.
        heads: Of the attention.
        feed_forward: Width of the encoder's inner dense layers.
        encoder_dropout: Share dropped in training, in the encoder and of what enters it.
        dense_units: Width of the classifier's dense layer.
        dropout: Share of that layer's outputs dropped in training.

    Shape:
        - Input: ``[b, 1, rows + 1, t]`` float32, see `SequenceNetwork`
        - Output: ``[b, n_classes]`` float32 logits

    Raises:
        EvenvoiceError: The input is not of shape ``sequence``, or ``width`` does not suit ``heads``.

    Source:
        J. Zhang, L. Xing, Z. Tan, H. Wang and K. Wang, "Multi-head attention fusion networks for multi-modal speech
        emotion recognition", Computers & Industrial Engineering 168, 2022, 108078.

    Examples:
        >>> network = TransformerClassifier((1, 35, 100), n_classes=4)
        >>> sum(parameter.numel() for parameter in network.parameters())
        435076
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        width: Count = 128,
        layers: Count = 2,
        heads: Count = 8,
        feed_forward: Count = 512,
        encoder_dropout: Share = 0.1,
        dense_units: Count = 256,
        dropout: Share = 0.5,
    ) -> None:
        super().__init__()
        if width % heads or width % 2:
            raise EvenvoiceError(
                f"model 'transformer': width {width} must be even and a multiple of heads, {heads}; change one of them"
            )
        self.project = nn.Linear(rows_of(input_shape, "transformer"), width)
        self.entry_dropout = nn.Dropout(encoder_dropout)
        layer = nn.TransformerEncoderLayer(width, heads, feed_forward, encoder_dropout, batch_first=True)
        # Nested tensors are a prototype of torch's, which warns of them, and give nothing to short padding.
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Sequential(
            nn.Linear(width, dense_units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dense_units, n_classes)
        )

    def logits(self, frames: Tensor, own: Tensor) -> Tensor:
        """Return the logits ``[b, n_classes]`` of frames ``[b, t, rows]``."""
        projected = self.project(frames)
        placed = projected + sinusoids(projected.shape[1], projected.shape[2]).to(projected)
        encoded = self.encoder(self.entry_dropout(placed), src_key_padding_mask=~own)
        logits: Tensor = self.head(masked_mean(encoded, own))
        return logits


def sinusoids(length: int, width: int) -> Tensor:
    """Return the positions of Vaswani et al. 2017, section 3.5: float32 ``[length, width]``.

    Column 2i is sin(t / 10000^(2i / width)), column 2i + 1 the cosine of the same.

    Examples:
        >>> sinusoids(2, 4).round(decimals=3).tolist()
        [[0.0, 1.0, 0.0, 1.0], [0.8410000205039978, 0.5400000214576721, 0.009999999776482582, 1.0]]
    """
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    angles = torch.arange(length)[:, None] * rates
    return torch.stack((angles.sin(), angles.cos()), dim=2).reshape(length, width)
