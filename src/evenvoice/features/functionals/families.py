"""The functionals by family: each family makes some numbers of every contour.

A family is a function from `Contours` ``[b, r, t]`` to one tensor ``[b, r]`` for each of its names. Whatever is a ratio
to a row's spread is 0 in a constant row.

Source:
    Schuller et al. 2013, "The INTERSPEECH 2013 computational paralinguistics challenge", names such functionals;
    each is defined here by its formula.
"""

from __future__ import annotations

import torch
from torch import Tensor

from evenvoice.features.functionals.contours import Contours

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LEVELS = (0.25, 0.5, 0.75, 0.9)
LAGS = (1, 2, 4, 8, 16)

# How far above a level a frame counts in full, as a share of the range.
_IN_FULL = 0.05

# How sharply the positions of the extremes keep to them.
_SHARPNESS = 16


def moments(contours: Contours) -> list[Tensor]:
    """Mean, standard deviation (over n), skewness Σ(x − x̄)³ / n σ³ and kurtosis Σ(x − x̄)⁴ / n σ⁴ (3 if normal)."""
    standard = contours.centred * contours.precision.sqrt()[:, :, None]
    squared = standard.square()
    skewness, kurtosis = contours.over_own(squared * standard), contours.over_own(squared.square())
    return [contours.mean, contours.variance.sqrt(), skewness, kurtosis]


def mean(contours: Contours) -> list[Tensor]:
    """Mean: of one frame, that frame."""
    return [contours.mean]


def spread(contours: Contours) -> list[Tensor]:
    """Mean and standard deviation (over n)."""
    return [contours.mean, contours.variance.sqrt()]


def extremes(contours: Contours) -> list[Tensor]:
    """Minimum and maximum."""
    return [contours.lowest, contours.highest]


def slope(contours: Contours) -> list[Tensor]:
    """Slope of the least squares line, a frame: Σ (t − t̄) x / Σ (t − t̄)²; 0 for one frame."""
    time = contours.time
    # 0 for one frame, 0.5 for two.
    return [(time * contours.centred).sum(dim=2) / time.square().sum(dim=2).clamp(min=0.5)]


def percentiles(contours: Contours) -> list[Tensor]:
    """Percentiles 1, 5, 25, 50, 75, 95, 99, between two values in proportion; three ranges of quartiles; 99 less 1."""
    found = [_percentile(contours, quantile) for quantile in QUANTILES]
    first, _, low, middle, high, _, last = found
    return [*found, middle - low, high - middle, high - low, last - first]


def regression(contours: Contours) -> list[Tensor]:
    """Line and parabola by least squares over the time from −1 to 1, and how much variance each leaves.

    With the orthogonal polynomials u = t and q = u² − mean(u²): the slope Σ u x / Σ u², the share of the variance that
    the line leaves, the curvature Σ q x / Σ q², the share that the parabola leaves.
    """
    line = contours.time * (2 / (contours.count - 1).clamp(min=1))[:, :, None]
    squared = line.square()
    bend = (squared - (squared.sum(dim=2) / contours.count)[:, :, None]).masked_fill(~contours.own, 0.0)
    left = contours.variance
    found = []
    for shape in (line, bend):
        energy = shape.square().sum(dim=2)
        # No energy: one frame has no line, two have no parabola.
        weight = (shape * contours.centred).sum(dim=2) / energy.clamp(min=1e-6)
        left = (left - weight.square() * energy / contours.count).clamp(min=0)
        found += [weight, left * contours.precision]
    return found


def levels(contours: Contours) -> list[Tensor]:
    """Share of the frames above 25, 50, 75 and 90 % of the way from minimum to maximum.

    A frame counts to the degree that it is above, in full from 5 % of the range on: in a steady tone all frames of a Δ
    lie half way between those of its start and its end, and rounding must not put them above or below.
    """
    return [contours.over_own(((contours.relative - level) / _IN_FULL).clamp(0, 1)) for level in LEVELS]


def movement(contours: Contours) -> list[Tensor]:
    """Share of the steps from frame to frame that rise, and the mean size of a step.

    A step rises to the degree ½ + s / 0.1 σ, within 0 and 1: a step of nothing counts half.
    """
    step = contours.values[:, :, 1:] - contours.values[:, :, :-1]
    later = contours.later(1)
    rises = (0.5 + step * _steepness(contours) / 2).clamp(0, 1).masked_fill(~later, 0.0)
    steps = (contours.count - 1).clamp(min=1)
    return [rises.sum(dim=2) / steps, step.abs().masked_fill(~later, 0.0).sum(dim=2) / steps]


def places(contours: Contours) -> list[Tensor]:
    """Where the maximum and the minimum lie, from 0 at the start to 1 at the end; ½ in a constant row.

    The mean place of all frames, weighted by r¹⁶, where r is how far a frame is from the minimum (from the maximum) in
    shares of the range: of two maxima that are all but equal, rounding must not choose one.
    """
    place = contours.time / (contours.count - 1).clamp(min=1)[:, :, None]
    found = []
    for relative in (contours.relative, 1 - contours.relative):
        weight = (relative**_SHARPNESS).masked_fill(~contours.own, 0.0)
        # The extreme itself weighs 1, so that the sum is small in a constant row alone.
        found.append(0.5 + (weight * place).sum(dim=2) / (weight.sum(dim=2) + 1e-6))
    return found


def autocorrelation(contours: Contours) -> list[Tensor]:
    """Σ (x_t − x̄)(x_{t+lag} − x̄) / Σ (x_t − x̄)², at lags of 1, 2, 4, 8 and 16 frames."""
    inverse = contours.precision / contours.count
    found = []
    for lag in LAGS:
        later = torch.nn.functional.pad(contours.centred, (0, lag))[:, :, lag:]
        found.append((contours.centred * later).sum(dim=2) * inverse)
    return found


def peaks(contours: Contours) -> list[Tensor]:
    """Local maxima above the mean, a frame, and their mean height above it.

    A frame is a peak to the degree h / 0.05 σ, within 0 and 1, where h is by how much it stands above the higher of its
    neighbours and above the mean: a ripple is none, and rounding neither makes nor removes one.
    """
    centred = contours.centred
    inner = centred[:, :, 1:-1]
    around = torch.maximum(centred[:, :, :-2], centred[:, :, 2:]).clamp(min=0)
    degree = ((inner - around) * _steepness(contours)).clamp(0, 1).masked_fill(~contours.later(2), 0.0)
    number = degree.sum(dim=2)
    return [number / contours.count, (degree * inner).sum(dim=2) / number.clamp(min=1)]


def _steepness(contours: Contours) -> Tensor:
    """Return 1 / 0.05 σ: ``[b, r, 1]``."""
    return contours.precision.sqrt()[:, :, None] / 0.05


def _percentile(contours: Contours, quantile: float) -> Tensor:
    """Return ``[b, r]``."""
    place = quantile * (contours.frames - 1).to(contours.count.dtype)
    below = place.floor()
    rows = contours.values.shape[1]
    both = torch.stack((below, torch.minimum(below + 1, contours.count[:, 0] - 1)), dim=1).to(torch.int64)
    low, high = contours.ordered.gather(2, both[:, None].expand(-1, rows, -1)).unbind(2)
    return low + (high - low) * (place - below)[:, None]
