"""Δ and ΔΔ: how the coefficients move, by least squares over nine frames.

A. Savitzky, M. J. E. Golay, "Smoothing and differentiation of data by simplified least squares procedures",
Analytical Chemistry 36 (1964) 1627-1639; the numbers of `librosa.feature.delta` at its defaults.
"""

from __future__ import annotations

import torch
from torch import Tensor

WIDTH = 9
_HALF = WIDTH // 2


def _taps() -> tuple[list[float], list[float]]:
    """Return the weights of the nine frames for the first and the second derivative.

    With offsets k = -4 … 4, a straight line has the slope Σ k·x / Σ k². A parabola bends by 2·Σ q·x / Σ q², where
    q = k² - mean(k²) is the part of k² that neither a constant nor a line explains.
    """
    offsets = range(-_HALF, _HALF + 1)
    energy = sum(k * k for k in offsets)
    bend = [k * k - energy / WIDTH for k in offsets]
    bend_energy = sum(q * q for q in bend)
    return [k / energy for k in offsets], [2 * q / bend_energy for q in bend]


def deltas(rows: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first and the second derivative of each row over time.

    Within four frames of an end, the fit of the nearest whole window is used: a line has one slope and a parabola one
    bend, so this is what librosa's ``mode="interp"`` gives.

    Args:
        rows: ``[b, r, t]`` float32, t >= 9.
        frames: ``[b]`` int64: how many frames are the utterance's own, at least 9 each.

    Returns:
        Two tensors ``[b, r, t]``; what lies beyond an utterance's own frames means nothing.

    Examples:
        >>> ramp = torch.arange(12.0)[None, None]
        >>> first, second = deltas(ramp, torch.tensor([12]))
        >>> first.allclose(torch.ones(1, 1, 12)), second.allclose(torch.zeros(1, 1, 12), atol=1e-6)
        (True, True)
    """
    batch, count, length = rows.shape
    taps = torch.tensor(_taps(), dtype=rows.dtype, device=rows.device)
    inner = torch.nn.functional.conv1d(rows.reshape(batch * count, 1, length), taps[:, None])
    inner = inner.reshape(batch, count, 2, length - WIDTH + 1)
    position = torch.arange(length, device=rows.device) - _HALF
    # min and max, not clamp: the upper bound differs from utterance to utterance.
    nearest = torch.minimum(position.clamp(min=0), frames[:, None] - WIDTH)
    both = inner.gather(3, nearest[:, None, None, :].expand(batch, count, 2, length))
    return both[:, :, 0], both[:, :, 1]
