"""Functionals of F0: over voiced frames alone, and of how voiced and unvoiced frames follow each other."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from evenvoice.features.functionals import families
from evenvoice.features.functionals.contours import Contours

# How many voiced frames the start and the end of an utterance are.
_END = 10


def f0(octaves: Tensor, voiced: Tensor, frames: Tensor) -> list[Tensor]:
    """Return the functionals of F0 of each utterance; all are 0 where no frame is voiced, but those of its pauses.

    - The moments and the percentiles of the voiced frames, as of any contour.
    - ``slope`` of the least squares line through the voiced frames, octaves a frame, and the share of the variance that
      it leaves.
    - ``mean rise`` and ``mean fall`` from one frame to the next where both are voiced: Σ max(step, 0) / number of
      steps, Σ max(−step, 0) / number of steps.
    - ``start`` and ``end``: mean of the first and of the last 10 voiced frames, less the mean of all.
    - ``voiced share``: of all frames.
    - Number of runs of voiced frames, a frame; mean, standard deviation and maximum of their lengths, in frames; the
      same three of runs of unvoiced frames.

    Args:
        octaves: ``[b, t]``; 0 in unvoiced frames.
        voiced: ``[b, t]``, 1 or 0.
        frames: ``[b]`` int64, 1 or more: how many frames are each utterance's own.

    Returns:
        As many tensors ``[b, 1]`` as there are names in `evenvoice.features.functionals.sets.F0`.
    """
    time = torch.arange(octaves.shape[1], device=octaves.device)
    own = (time < frames[:, None]).to(octaves.dtype)
    voiced = voiced.masked_fill(own == 0, 0.0)
    octaves = octaves.masked_fill(voiced == 0, 0.0)
    count = voiced.sum(dim=1, keepdim=True)
    # The voiced frames alone, in order: a contour without gaps.
    first = _in_front(voiced)
    without_gaps = octaves.gather(1, first)[:, None]
    contour = Contours(without_gaps, count[:, 0].to(torch.int64).clamp(min=1))
    share = count / own.sum(dim=1, keepdim=True)
    runs = _runs(voiced)
    pauses = _runs(own - voiced)
    return [
        *families.moments(contour),
        *families.percentiles(contour),
        *_line(contour, first.to(octaves.dtype)),
        *_steps(octaves, voiced),
        *_ends(contour),
        share,
        runs[0] / own.sum(dim=1, keepdim=True),
        *runs[1:],
        *pauses[1:],
    ]


def _line(contour: Contours, time: Tensor) -> list[Tensor]:
    """Slope of the least squares line over the frames' times ``[b, t]``, and the share of variance that it leaves."""
    inside = time[:, None].masked_fill(~contour.own, 0.0)
    centred = (inside - contour.over_own(inside)[:, :, None]).masked_fill(~contour.own, 0.0)
    energy = centred.square().sum(dim=2)
    slope = (centred * contour.centred).sum(dim=2) / energy.clamp(min=0.5)
    left = (contour.variance - slope.square() * energy / contour.count).clamp(min=0)
    return [slope, left * contour.precision]


def _steps(octaves: Tensor, voiced: Tensor) -> list[Tensor]:
    """Mean rise and mean fall between neighbouring voiced frames."""
    both = voiced[:, 1:] * voiced[:, :-1]
    step = (octaves[:, 1:] - octaves[:, :-1]) * both
    number = both.sum(dim=1, keepdim=True).clamp(min=1)
    return [part.clamp(min=0).sum(dim=1, keepdim=True) / number for part in (step, -step)]


def _ends(contour: Contours) -> list[Tensor]:
    """Mean of the first and of the last voiced frames, less the mean of all."""
    place = contour.position[None, None]
    number = contour.count.clamp(max=_END)
    first = contour.centred.masked_fill(place >= _END, 0.0)
    last = contour.centred.masked_fill(place < contour.frames[:, None, None] - _END, 0.0)
    return [part.sum(dim=2) / number for part in (first, last)]


def _runs(on: Tensor) -> list[Tensor]:
    """Number of runs of 1 in ``[b, t]``, and mean, standard deviation and maximum of their lengths."""
    last = on * (1 - nn.functional.pad(on[:, 1:], (0, 1)))
    number = last.sum(dim=1, keepdim=True)
    # Up to the end of each run, how many frames are on: run by run, their differences are the lengths.
    until = on.cumsum(dim=1).gather(1, _in_front(last))
    length = until - nn.functional.pad(until[:, :-1], (1, 0))
    length = length.masked_fill(torch.arange(on.shape[1], device=on.device) >= number, 0.0)
    some = number.clamp(min=1)
    mean = length.sum(dim=1, keepdim=True) / some
    variance = length.square().sum(dim=1, keepdim=True) / some - mean.square()
    return [number, mean, variance.clamp(min=0).sqrt(), length.amax(dim=1, keepdim=True)]


def _in_front(chosen: Tensor) -> Tensor:
    """Return the positions ``[b, t]`` of the frames that are 1, in order, and then those of the others."""
    position = torch.arange(chosen.shape[1], device=chosen.device)
    return torch.where(chosen > 0, position, position + chosen.shape[1]).sort(dim=1).indices
