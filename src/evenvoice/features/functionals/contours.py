"""A padded batch of contours, and what most functionals need of it, computed once."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

# Differences below this share of a row's magnitude are rounding, not speech.
_NOTICED = 1e-4


class Contours:
    """Rows over time, each utterance of its own length.

    Args:
        values: ``[b, r, t]`` float32; what lies beyond an utterance's frames is ignored.
        frames: ``[b]`` int64, 1 or more.
        static: For each row, the row whose magnitude is the measure of its rounding: for the Δ of a row, that row.
            ``None``: each row its own.

    Attributes:
        own: ``[b, 1, t]`` bool: which frames are the utterance's own.
        count: ``[b, 1]`` float32: how many they are.
    """

    def __init__(self, values: Tensor, frames: Tensor, static: Tensor | None = None) -> None:
        self.values = values
        self.static = static
        self.frames = frames
        self.position = torch.arange(values.shape[2], device=values.device)
        self.own = (self.position < frames[:, None])[:, None]
        self.count = frames[:, None].to(values.dtype)

    @cached_property
    def mean(self) -> Tensor:
        """``[b, r]``."""
        # Around the first frame, not around zero: a minute of c0 sums to -1.5e6, where float32 counts in eighths.
        level = self.values[:, :, :1]
        total = (self.values - level).masked_fill(~self.own, 0.0).sum(dim=2)
        return level[:, :, 0] + total / self.count

    @cached_property
    def centred(self) -> Tensor:
        """``[b, r, t]``: less the mean; zero beyond an utterance's own frames."""
        return (self.values - self.mean[:, :, None]).masked_fill(~self.own, 0.0)

    @cached_property
    def squared(self) -> Tensor:
        """``[b, r, t]``: the squared distance to the mean."""
        return self.centred.square()

    @cached_property
    def variance(self) -> Tensor:
        """``[b, r]``, over n."""
        return self.squared.sum(dim=2) / self.count

    @cached_property
    def lowest(self) -> Tensor:
        """``[b, r]``."""
        return self.values.masked_fill(~self.own, torch.inf).amin(dim=2)

    @cached_property
    def highest(self) -> Tensor:
        """``[b, r]``."""
        return self.values.masked_fill(~self.own, -torch.inf).amax(dim=2)

    @cached_property
    def least(self) -> Tensor:
        """``[b, r]``: the least difference that counts, 1e-4 of the row's magnitude.

        Without it, the skewness of a constant sound would be that of its rounding errors.
        """
        magnitude = torch.maximum(self.lowest.abs(), self.highest.abs())
        if self.static is not None:
            magnitude = magnitude.index_select(1, self.static)
        # The smallest is there for a row of zeros.
        return _NOTICED * magnitude + 1e-6

    @cached_property
    def precision(self) -> Tensor:
        """``[b, r]``: 1 / variance; finite in a constant row."""
        return 1 / (self.variance + self.least.square())

    @cached_property
    def relative(self) -> Tensor:
        """``[b, r, t]``: 0 at the lowest, 1 at the highest value; 0 in a constant row and beyond own frames."""
        span = self.highest - self.lowest
        scale = span / (span.square() + self.least.square())
        return ((self.values - self.lowest[:, :, None]) * scale[:, :, None]).masked_fill(~self.own, 0.0)

    @cached_property
    def time(self) -> Tensor:
        """``[b, 1, t]``: frames from the middle; zero beyond an utterance's own frames."""
        return (self.position - (self.count - 1) / 2)[:, None].masked_fill(~self.own, 0.0)

    @cached_property
    def ordered(self) -> Tensor:
        """``[b, r, t]``: each row from the lowest value up; infinite beyond as many values as there are frames."""
        return self.values.masked_fill(~self.own, torch.inf).sort(dim=2).values

    def over_own(self, values: Tensor) -> Tensor:
        """Return the mean over an utterance's own frames ``[b, r]`` of ``[b, r, t]`` that is zero beyond them."""
        return values.sum(dim=2) / self.count

    def later(self, lag: int) -> Tensor:
        """Return ``[b, 1, t − lag]`` bool: which frames have an own frame ``lag`` frames later."""
        return self.own[:, :, lag:]
