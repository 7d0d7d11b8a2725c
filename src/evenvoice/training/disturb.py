"""Disturb a training batch: parts of the features masked, rows mixed. Never a validation or test row."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from evenvoice.recipes import MaskSettings, TrainingSettings

Batch = tuple[Tensor, Tensor]


def disturbed(batch: Batch, settings: TrainingSettings, n_classes: int, last_row_is_mask: bool) -> Batch:
    """Return a batch as the network sees it; with ``mixup`` its targets are ``[b, k]``.

    Randomness comes from torch's global generator; the caller seeds it.

    Args:
        batch: Features ``[b, c, h, w]`` and class numbers ``[b]``.
        settings: ``masks`` and ``mixup``.
        n_classes: k.
        last_row_is_mask: Whether the features are of shape ``sequence``, whose last row is left alone.
    """
    features, labels = batch
    if settings.masks.number:
        features = masked(features, settings.masks, features.shape[2] - last_row_is_mask)
    return (
        mixed(features, F.one_hot(labels, n_classes).to(features.dtype), settings.mixup)
        if settings.mixup
        else (
            features,
            labels,
        )
    )


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
