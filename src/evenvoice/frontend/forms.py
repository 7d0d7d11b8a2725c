"""Ragged features to the network's input: first what is normalised (`rows`), then the image it becomes (`image`).

Nothing here looks at the data, so both export together with `MFCC`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from evenvoice.frontend.settings import MEAN_SIZE, FrontEndSettings

_MEAN_IMAGE = (16, 8)


def rows(features: Tensor, frames: Tensor, settings: FrontEndSettings) -> tuple[Tensor, Tensor]:
    """Return what is normalised, a mean and an sd for each row, and how much of it is each utterance's own.

    Args:
        features: ``[b, 3·n_mfcc, t]`` float32, as `MFCC` gives them: zero beyond an utterance's own frames.
        frames: ``[b]`` int64.
        settings: ``form`` and ``mean_layout`` decide.

    Returns:
        ``[b, r, t']`` and ``[b]``. For ``array`` and ``channels`` the features as they are; for ``mean`` one "frame"
        (t' = 1) with the means over the utterance's own frames: r = 128, or 384 for the layout ``channels``.

    Examples:
        >>> features = torch.tensor([[[1.0, 3.0, 0.0], [2.0, 4.0, 0.0], [0.5, 1.5, 0.0]]])
        >>> vector, one = rows(features, torch.tensor([2]), FrontEndSettings(n_mfcc=1))
        >>> vector.shape, vector[0, :4, 0].tolist(), one.tolist()
        (torch.Size([1, 128, 1]), [2.0, 3.0, 1.0, 0.0], [1])
    """
    if settings.form != "mean":
        return features, frames
    means = _mean(features, frames)
    batch, n_mfcc = means.shape[0], settings.n_mfcc
    if settings.mean_layout == "average":
        means = means.reshape(batch, 3, n_mfcc).mean(dim=1)
    elif settings.mean_layout == "split":
        # 43 + 43 + 42: the last ΔΔ has no room.
        means = means[:, :MEAN_SIZE]
    elif settings.mean_layout == "pad":
        means = F.pad(means, (0, MEAN_SIZE - 3 * n_mfcc))
    return means[:, :, None], torch.ones_like(frames)


def image(rows: Tensor, frames: Tensor, settings: FrontEndSettings) -> Tensor:
    """Return the network's input ``[b, c, h, w]`` from rows that have been normalised.

    Args:
        rows: ``[b, r, t']`` float32, from `rows`.
        frames: ``[b]`` int64, from `rows`. Normalising moves the zeros beyond them; here they become zeros again.
        settings: ``form`` decides; ``array`` and ``channels`` show the first ``seconds`` seconds.

    Examples:
        >>> settings = FrontEndSettings(form="channels", n_mfcc=2, seconds=0.1)
        >>> picture = image(torch.ones(1, 6, 9), torch.tensor([2]), settings)
        >>> picture.shape, picture[0, 0].tolist()
        (torch.Size([1, 3, 2, 4]), [[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
    """
    channels, height, width = shape(settings)
    if settings.form != "mean":
        own = torch.arange(rows.shape[2], device=rows.device) < frames[:, None]
        rows = F.pad(rows.masked_fill(~own[:, None], 0.0), (0, width))[:, :, :width]
    return rows.reshape(rows.shape[0], channels, height, width)


def shape(settings: FrontEndSettings) -> tuple[int, int, int]:
    """Return the network's input shape: channels, height, width.

    Examples:
        >>> shape(FrontEndSettings())
        (1, 16, 8)
        >>> shape(FrontEndSettings(form="array")), shape(FrontEndSettings(form="channels"))
        ((1, 120, 94), (3, 40, 94))
    """
    if settings.form == "mean":
        return (3 if settings.mean_layout == "channels" else 1, *_MEAN_IMAGE)
    if settings.form == "array":
        return 1, 3 * settings.n_mfcc, settings.n_frames
    return 3, settings.n_mfcc, settings.n_frames


def _mean(features: Tensor, frames: Tensor) -> Tensor:
    """Return the mean over each utterance's own frames: ``[b, r]``."""
    # Around the first frame, not around zero: a minute of c0 sums to -1.5e6, where float32 counts in eighths.
    own = torch.arange(features.shape[2], device=features.device) < frames[:, None]
    level = features[:, :, :1]
    total = (features - level).masked_fill(~own[:, None], 0.0).sum(dim=2)
    return level[:, :, 0] + total / frames[:, None].to(features.dtype)
