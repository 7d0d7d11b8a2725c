"""Ragged features to the network's input: first what is normalised (`rows`), then the image it becomes (`image`).

Nothing here looks at the data, so both export together with `MFCC`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from evenvoice.features.front_ends import FrontEndSettings
from evenvoice.features.settings import MEAN_SIZE, MFCCSettings

_MEAN_IMAGE = (16, 8)

# Mean, standard deviation, minimum, maximum, slope.
_FUNCTIONALS = 5


def rows(features: Tensor, frames: Tensor, settings: FrontEndSettings) -> tuple[Tensor, Tensor]:
    """Return what is normalised, a mean and an sd for each row, and how much of it is each utterance's own.

    Args:
        features: ``[b, n_rows, t]`` float32, as the front end gives them: zero beyond an utterance's own frames.
        frames: ``[b]`` int64.
        settings: ``form`` and ``mean_layout`` decide.

    Returns:
        ``[b, r, t']`` and ``[b]``. For ``array``, ``channels`` and ``sequence`` the features as they are; for ``mean``
        and ``functionals`` one "frame" (t' = 1). ``mean`` has the means over the utterance's own frames: r = 128, or
        384 for the layout ``channels``. ``functionals`` has r = 5·n_rows: first all means, then the standard
        deviations, the minima, the maxima and the slopes (of the least squares line, a frame).

    Examples:
        >>> features = torch.tensor([[[1.0, 3.0, 0.0], [2.0, 4.0, 0.0], [0.5, 1.5, 0.0]]])
        >>> vector, one = rows(features, torch.tensor([2]), MFCCSettings(n_mfcc=1))
        >>> vector.shape, vector[0, :4, 0].tolist(), one.tolist()
        (torch.Size([1, 128, 1]), [2.0, 3.0, 1.0, 0.0], [1])
    """
    if settings.form == "functionals":
        return _functionals(features, frames)[:, :, None], torch.ones_like(frames)
    if settings.form != "mean":
        return features, frames
    assert isinstance(settings, MFCCSettings)
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
        settings: ``form`` decides; ``array``, ``channels`` and ``sequence`` show the first ``seconds`` seconds. A
            ``sequence`` has one more row, the last: 1 where a frame is the utterance's own, 0 where it is padding.

    Examples:
        >>> settings = MFCCSettings(form="channels", n_mfcc=2, seconds=0.1)
        >>> picture = image(torch.ones(1, 6, 9), torch.tensor([2]), settings)
        >>> picture.shape, picture[0, 0].tolist()
        (torch.Size([1, 3, 2, 4]), [[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
    """
    channels, height, width = shape(settings)
    if not _one_frame(settings):
        own = torch.arange(rows.shape[2], device=rows.device) < frames[:, None]
        if settings.form == "sequence":
            rows = torch.cat((rows, own[:, None].to(rows.dtype)), dim=1)
        rows = F.pad(rows.masked_fill(~own[:, None], 0.0), (0, width))[:, :, :width]
    return rows.reshape(rows.shape[0], channels, height, width)


def shape(settings: FrontEndSettings) -> tuple[int, int, int]:
    """Return the network's input shape: channels, height, width.

    Examples:
        >>> shape(MFCCSettings())
        (1, 16, 8)
        >>> shape(MFCCSettings(form="array")), shape(MFCCSettings(form="channels"))
        ((1, 120, 94), (3, 40, 94))
        >>> shape(MFCCSettings(form="sequence")), shape(MFCCSettings(form="functionals"))
        ((1, 121, 94), (1, 5, 120))
    """
    if settings.form == "sequence":
        return 1, settings.n_rows + 1, settings.n_frames
    assert isinstance(settings, MFCCSettings)
    if settings.form == "mean":
        return (3 if settings.mean_layout == "channels" else 1, *_MEAN_IMAGE)
    if settings.form == "functionals":
        return 1, _FUNCTIONALS, settings.n_rows
    if settings.form == "array":
        return 1, settings.n_rows, settings.n_frames
    return 3, settings.n_mfcc, settings.n_frames


def n_normalised(settings: FrontEndSettings) -> int:
    """Return r, the number of rows that are normalised: each has a mean and a standard deviation.

    Examples:
        >>> n_normalised(MFCCSettings()), n_normalised(MFCCSettings(form="array"))
        (128, 120)
    """
    channels, height, width = shape(settings)
    return channels * height * width if _one_frame(settings) else settings.n_rows


def _one_frame(settings: FrontEndSettings) -> bool:
    """Whether a whole utterance becomes one vector."""
    return settings.form in ("mean", "functionals")


def _mean(features: Tensor, frames: Tensor) -> Tensor:
    """Return the mean over each utterance's own frames: ``[b, r]``."""
    # Around the first frame, not around zero: a minute of c0 sums to -1.5e6, where float32 counts in eighths.
    own = torch.arange(features.shape[2], device=features.device) < frames[:, None]
    level = features[:, :, :1]
    total = (features - level).masked_fill(~own[:, None], 0.0).sum(dim=2)
    return level[:, :, 0] + total / frames[:, None].to(features.dtype)


def _functionals(features: Tensor, frames: Tensor) -> Tensor:
    """Return mean, standard deviation, minimum, maximum and slope over each utterance's own frames: ``[b, 5·r]``."""
    position = torch.arange(features.shape[2], device=features.device)
    own = (position < frames[:, None])[:, None]
    count = frames[:, None].to(features.dtype)
    mean = _mean(features, frames)
    centred = (features - mean[:, :, None]).masked_fill(~own, 0.0)
    deviation = (centred.square().sum(dim=2) / count).sqrt()
    lowest = features.masked_fill(~own, torch.inf).amin(dim=2)
    highest = features.masked_fill(~own, -torch.inf).amax(dim=2)
    # Least squares: Σ (t − t̄) x / Σ (t − t̄)².
    time = (position - (count - 1) / 2)[:, None].masked_fill(~own, 0.0)
    slope = (time * centred).sum(dim=2) / time.square().sum(dim=2).clamp(min=0.5)  # 0 for one frame, 0.5 for two
    return torch.cat((mean, deviation, lowest, highest, slope), dim=1)
