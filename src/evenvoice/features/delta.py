"""Δ and ΔΔ: how the coefficients move, by least squares over nine frames.

A. Savitzky, M. J. E. Golay, "Smoothing and differentiation of data by simplified least squares procedures",
Analytical Chemistry 36 (1964) 1627-1639; the numbers of `librosa.feature.delta` at its defaults.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

WIDTH = 9
_HALF = WIDTH // 2

# Frames of a block; its matrices are a few kilobytes.
_BLOCK = 32


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


def _toeplitz() -> tuple[Tensor, Tensor]:
    """Return what a block of frames, and the block after it, add to the derivatives at the block's frames.

    Two matrices float32 ``[_BLOCK, 2 · _BLOCK]``: the derivative at frame j is Σ_i tap_i · x(j + i), and x(j + i) lies
    in the block itself or in the next.
    """
    both = torch.zeros(2 * _BLOCK, 2, _BLOCK)
    for order, taps in enumerate(_taps()):
        for frame in range(_BLOCK):
            both[frame : frame + WIDTH, order, frame] = torch.tensor(taps)
    flat = both.flatten(1)
    return flat[:_BLOCK], flat[_BLOCK:]


_OWN, _FOLLOWING = _toeplitz()


def _windows(rows: Tensor) -> Tensor:
    """Return both derivatives where a whole window fits, ``[2, b, r, t - 8]``.

    All rows are laid end to end and cut into blocks, and each block is multiplied with its part of a Toeplitz matrix: a
    filter by matrix products, which processors do best. Windows that reach into the next row are cut off.
    """
    batch, count, length = rows.shape
    size = batch * count * length
    # Not -(-size // _BLOCK): a model file divides integers towards zero.
    blocks = (size + _BLOCK - 1) // _BLOCK
    laid = nn.functional.pad(rows.reshape(-1), (0, (blocks + 1) * _BLOCK - size)).reshape(-1, _BLOCK)
    own, following = (part.to(rows.device, rows.dtype) for part in (_OWN, _FOLLOWING))
    derivatives = torch.addmm(laid[:-1] @ own, laid[1:], following)
    of_each = derivatives.reshape(-1, 2, _BLOCK).transpose(0, 1).reshape(2, -1)[:, :size]
    return of_each.reshape(2, batch, count, length)[..., : length - WIDTH + 1]


def deltas(rows: Tensor, frames: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return the first and the second derivative of each row over time.

    Within four frames of an end, the fit of the nearest whole window is used: a line has one slope and a parabola one
    bend, so this is what librosa's ``mode="interp"`` gives.

    Args:
        rows: ``[b, r, t]`` float32, finite, t >= 9.
        frames: ``[b]`` int64: how many frames are the utterance's own, at least 9 each; all if not given.

    Returns:
        Two tensors ``[b, r, t]``; what lies beyond an utterance's own frames means nothing.

    Examples:
        >>> ramp = torch.arange(12.0)[None, None]
        >>> first, second = deltas(ramp)
        >>> first.allclose(torch.ones(1, 1, 12)), second.allclose(torch.zeros(1, 1, 12), atol=1e-6)
        (True, True)
    """
    inner = _windows(rows)
    if frames is None:
        edged = nn.functional.pad(inner.flatten(0, 1), (_HALF, _HALF), mode="replicate")
        first, second = edged.reshape(2, *rows.shape)
        return first, second
    position = torch.arange(rows.shape[2], device=rows.device) - _HALF
    # min and max, not clamp: the upper bound differs from utterance to utterance.
    nearest = torch.minimum(position.clamp(min=0), frames[:, None] - WIDTH)
    first, second = inner.gather(3, nearest[None, :, None, :].expand(2, *rows.shape))
    return first, second
