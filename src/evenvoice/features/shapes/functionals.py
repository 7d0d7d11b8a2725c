"""One vector: statistics of each row's trajectory over the utterance's own frames."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from evenvoice.features.extractor import Extractor
from evenvoice.features.shapes.mean import mean_over_frames

# Mean, standard deviation, minimum, maximum, slope.
_BASIC = 5


class FunctionalsShape:
    """Mean, standard deviation, minimum, maximum and slope (of the least squares line, a frame) of each row.

    Args:
        extractor: Whose features.

    Examples:
        >>> from evenvoice.features import FeatureSettings
        >>> FunctionalsShape(FeatureSettings().make()).size
        (1, 5, 120)
    """

    name: ClassVar[str] = "functionals"
    one_frame: ClassVar[bool] = True

    def __init__(self, extractor: Extractor) -> None:
        self.size = (1, _BASIC, extractor.n_rows)
        self.n_normalised = _BASIC * extractor.n_rows

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return first all means, then the deviations, minima, maxima and slopes: ``[b, 5·n_rows, 1]``."""
        return basic_functionals(features, frames)[:, :, None], torch.ones_like(frames)

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return one line for each statistic, ``[b, 1, 5, n_rows]``."""
        return rows.reshape(rows.shape[0], *self.size)


def basic_functionals(features: Tensor, frames: Tensor) -> Tensor:
    """Return mean, standard deviation, minimum, maximum and slope over each utterance's own frames: ``[b, 5·r]``."""
    position = torch.arange(features.shape[2], device=features.device)
    own = (position < frames[:, None])[:, None]
    count = frames[:, None].to(features.dtype)
    mean = mean_over_frames(features, frames)
    centred = (features - mean[:, :, None]).masked_fill(~own, 0.0)
    deviation = (centred.square().sum(dim=2) / count).sqrt()
    lowest = features.masked_fill(~own, torch.inf).amin(dim=2)
    highest = features.masked_fill(~own, -torch.inf).amax(dim=2)
    # Least squares: Σ (t − t̄) x / Σ (t − t̄)².
    time = (position - (count - 1) / 2)[:, None].masked_fill(~own, 0.0)
    slope = (time * centred).sum(dim=2) / time.square().sum(dim=2).clamp(min=0.5)  # 0 for one frame, 0.5 for two
    return torch.cat((mean, deviation, lowest, highest, slope), dim=1)
