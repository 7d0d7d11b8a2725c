"""One vector: the mean of each row over the utterance's own frames, folded to an image."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from evenvoice.errors import EvenvoiceError
from evenvoice.features.extractor import Extractor

Layout = Literal["pad", "average", "split", "channels"]

# The paper's 16 × 8 values.
SIZE = 128
_WIDTH = 8


class Mean:
    """The mean over time, folded row by row to ``[1, 16, 8]`` (section 3.3 of the paper: a 16 × 8 × 1 input).

    Args:
        extractor: Whose features; layouts other than ``pad`` need three groups of rows, such as MFCC, Δ and ΔΔ.
        layout: Where the values come from: ``pad`` (all means, then zeros up to 128, or up to the next multiple of 8),
            ``average`` (128 MFCC, the mean over time and over MFCC, Δ and ΔΔ), ``split`` (43 + 43 + 42) or ``channels``
            (128 of each, as three channels).

    Raises:
        EvenvoiceError: The extractor has another number of rows than the layout needs.

    Examples:
        >>> from evenvoice.features import FeatureSettings
        >>> mean = Mean(FeatureSettings(n_mfcc=1).make())
        >>> features = torch.tensor([[[1.0, 3.0, 0.0], [2.0, 4.0, 0.0], [0.5, 1.5, 0.0]]])
        >>> vector, one = mean.rows(features, torch.tensor([2]))
        >>> vector.shape, vector[0, :4, 0].tolist(), one.tolist()
        (torch.Size([1, 128, 1]), [2.0, 3.0, 1.0, 0.0], [1])
    """

    name: ClassVar[str] = "mean"
    version: ClassVar[int] = 1
    one_frame: ClassVar[bool] = True

    def __init__(self, extractor: Extractor, *, layout: Layout = "pad") -> None:
        self.layout = layout
        self.n_rows = extractor.n_rows
        wanted = {"split": 43, "average": SIZE, "channels": SIZE}.get(layout)
        if wanted is not None and (getattr(extractor, "groups", 1), self.n_rows) != (3, 3 * wanted):
            raise EvenvoiceError(
                f"shape.layout {layout!r} needs three groups of {wanted} rows, and extractor {extractor.name!r} has "
                f"{getattr(extractor, 'groups', 1)} of {self.n_rows // getattr(extractor, 'groups', 1)}; set "
                f"features.n_mfcc to {wanted} (and n_mels to at least that), or choose layout pad"
            )
        values = SIZE if layout != "pad" else max(SIZE, _WIDTH * math.ceil(self.n_rows / _WIDTH))
        channels = 3 if layout == "channels" else 1
        self.size = (channels, values // _WIDTH, _WIDTH)
        self.n_normalised = channels * values

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return the means ``[b, n_normalised, 1]``, and ones ``[b]``; see `Shape`."""
        means = mean_over_frames(features, frames)
        if self.layout == "average":
            means = means.reshape(means.shape[0], 3, SIZE).mean(dim=1)
        elif self.layout == "split":
            # 43 + 43 + 42: the last ΔΔ has no room.
            means = means[:, :SIZE]
        elif self.layout == "pad":
            means = F.pad(means, (0, self.n_normalised - self.n_rows))
        return means[:, :, None], torch.ones_like(frames)

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return the means folded, ``[b, *size]``; see `Shape`."""
        return rows.reshape(rows.shape[0], *self.size)


def mean_over_frames(features: Tensor, frames: Tensor) -> Tensor:
    """Return the mean over each utterance's own frames: ``[b, r, t]`` → ``[b, r]``.

    Examples:
        >>> mean_over_frames(torch.tensor([[[1.0, 3.0, 0.0]]]), torch.tensor([2]))
        tensor([[2.]])
    """
    # Around the first frame, not around zero: a minute of c0 sums to -1.5e6, where float32 counts in eighths.
    own = torch.arange(features.shape[2], device=features.device) < frames[:, None]
    level = features[:, :, :1]
    total = (features - level).masked_fill(~own[:, None], 0.0).sum(dim=2)
    return level[:, :, 0] + total / frames[:, None].to(features.dtype)
