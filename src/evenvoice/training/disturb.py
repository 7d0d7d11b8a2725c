"""Disturb a training batch: a stretch of the frames, bands, masks, rows mixed. Never a validation or test row."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from evenvoice.recipes import BandSettings, MaskSettings, TrainingSettings

Batch = tuple[Tensor, Tensor]

# Of a natural logarithm of power.
_DB = math.log(10) / 10
# How much louder noise is at the highest band than at the middle one, at most: about 6.5 dB.
_TILT = 1.5


class Scale(NamedTuple):
    """How rows were normalised: float32 ``[r, 1]`` means and scales, and the clip, or ``None``."""

    mean: Tensor
    scale: Tensor
    clip: float | None


def disturbs(settings: TrainingSettings) -> bool:
    """Whether `disturbed` changes a batch."""
    return bool(settings.mixup or settings.masks.number or settings.crop or settings.bands.any)


def disturbed(
    batch: Batch, settings: TrainingSettings, n_classes: int, last_row_is_mask: bool, scale: Scale | None = None
) -> Batch:
    """Return a batch as the network sees it; with ``mixup`` its targets are ``[b, k]``.

    Randomness comes from torch's global generator; the caller seeds it.

    Args:
        batch: Features ``[b, c, h, w]`` and class numbers ``[b]``.
        settings: ``crop``, ``bands``, ``masks`` and ``mixup``.
        n_classes: k.
        last_row_is_mask: Whether the features are of shape ``sequence``, whose last row is left alone.
        scale: How the bands were normalised, where ``bands`` disturbs them.
    """
    features, labels = batch
    if settings.crop is not None:
        features = cropped(features, settings.crop)
    if settings.bands.any:
        assert scale is not None
        features = warped_and_noisy(features, settings.bands, scale)
    if settings.masks.number:
        features = masked(features, settings.masks, features.shape[2] - last_row_is_mask)
    if not settings.mixup:
        return features, labels
    return mixed(features, F.one_hot(labels, n_classes).to(features.dtype), settings.mixup)


def cropped(features: Tensor, frames: int) -> Tensor:
    """Return a stretch of so many frames of each row of shape ``sequence``, from a place drawn anew.

    A row that has no more frames of its own starts with its first.

    Args:
        features: ``[b, 1, r + 1, t]``; the last row is above 0 in the row's own frames.
        frames: Of the stretch.

    Returns:
        ``[b, 1, r + 1, min(frames, t)]``.
    """
    frames = min(frames, features.shape[3])
    own = (features[:, 0, -1] > 0).sum(dim=1)
    start = (torch.rand(len(features)) * (own - frames + 1).clamp_min(1)).long()
    places = (start[:, None] + torch.arange(frames))[:, None, None]
    return features.gather(3, places.expand(*features.shape[:3], frames))


def warped_and_noisy(features: Tensor, bands: BandSettings, scale: Scale) -> Tensor:
    """Return log-mel bands, natural logarithms of power, warped along their axis, of another level, and in noise.

    - Band i takes the value at i · a, a uniform in 1 ± ``warp``, between two bands in a straight line.
    - All bands get one number, uniform in ± ``level`` dB.
    - Noise of exponentially distributed power in each cell (that of a band of Gaussian noise) lies between
      ``noise_depth`` dB below the row's mean power, tilted from band to band, and is added to the power.

    Args:
        features: ``[b, 1, r + 1, t]``, normalised and clipped; the last row is above 0 in the row's own frames.
        bands: What is done.
        scale: How the bands were normalised.

    Source:
        Jaitly & Hinton 2013, "Vocal tract length perturbation (VTLP) improves speech recognition", where the warp is
        of the frequency axis and piecewise linear.
    """
    mask = features[:, 0, -1:]
    own = (mask > 0).to(features.dtype)
    n, height = len(features), features.shape[2] - 1
    # A constant band has the scale 0, and stays what it is.
    mels = features[:, 0, :-1] / scale.scale.where(scale.scale > 0, 1.0) + scale.mean
    place = (torch.arange(height) * (1 - bands.warp + 2 * bands.warp * torch.rand(n, 1))).clamp(0, height - 1)
    below = place.long().clamp_max(max(0, height - 2))
    share = (place - below)[:, :, None]
    lower, upper = (mels.gather(1, at.clamp_max(height - 1)[:, :, None].expand_as(mels)) for at in (below, below + 1))
    mels = torch.lerp(lower, upper, share) + bands.level * _DB * (2 * torch.rand(n, 1, 1) - 1)
    if bands.noise:
        least, most = bands.noise_depth
        tilt = torch.linspace(-1, 1, height)[:, None] * _TILT * (2 * torch.rand(n, 1, 1) - 1)
        count = own.sum(dim=2, keepdim=True).clamp_min(1) * height
        mean = ((mels.exp() * own).sum(dim=(1, 2), keepdim=True) / count).clamp_min(1e-30).log()
        level = mean - (least + (most - least) * torch.rand(n, 1, 1)) * _DB + tilt
        noise = level + torch.rand_like(mels).clamp_min(1e-4).log().neg().clamp_min(1e-8).log()
        mels = torch.where(torch.rand(n, 1, 1) < bands.noise, torch.logaddexp(mels, noise), mels)
    again = (mels - scale.mean) * scale.scale
    if scale.clip is not None:
        again = again.clamp(-scale.clip, scale.clip)
    return torch.cat((again * own, mask), dim=1)[:, None]


def masked(features: Tensor, masks: MaskSettings, height: int, *, in_place: bool = False) -> Tensor:
    """Return features ``[b, c, h, w]`` with spans of frames and of the first ``height`` rows set to zero, the mean.

    Source: Park et al. 2019, "SpecAugment", section 2, without time warping; each span is 0 to ``frames`` − 1 (or
    ``rows`` − 1) wide, and has a place of its own in each utterance.
    """
    n, _, _, width = features.shape
    features = features if in_place else features.clone()
    rows, frames = features[:, :, :height], torch.arange(width)
    for _ in range(masks.number):
        for longest, size, places in ((masks.frames, width, frames), (masks.rows, height, torch.arange(height))):
            length = (torch.rand(n) * min(longest, size)).long()
            start = (torch.rand(n) * (size - length + 1)).long()
            hit = (places >= start[:, None]) & (places < (start + length)[:, None])
            hit = hit.to(features.device)  # drawn on the CPU: the same spans on every device
            rows.masked_fill_(hit[:, None, None] if places is frames else hit[:, None, :, None], 0.0)
    return features


def mixed(features: Tensor, targets: Tensor, alpha: float) -> Batch:
    """Return λx + (1 − λ)x' and λt + (1 − λ)t' with λ from Beta(α, α), x' a row of the same batch.

    Source: Zhang, Cisse, Dauphin & Lopez-Paz 2018, "mixup", equation of section 2.

    Args:
        features: ``[b, c, h, w]``.
        targets: ``[b, k]``.
        alpha: α, above 0.
    """
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    other = torch.randperm(len(features))
    return share * features + (1 - share) * features[other], share * targets + (1 - share) * targets[other]
