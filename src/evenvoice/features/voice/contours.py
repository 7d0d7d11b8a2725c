"""What is done to whole contours, row by row: cut the quiet ends off, smooth, differentiate."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

# Frames at the ends that lie this far below the loudest, 35 dB, are no speech; of a natural logarithm of power.
QUIET = 35.0 / 10 * math.log(10)


def trimmed(rows: Tensor, frames: Tensor, *, level: Tensor, depth: float) -> tuple[Tensor, Tensor]:
    """Return the rows from the first to the last frame whose level is within ``depth`` of the loudest.

    Args:
        rows: ``[b, r, t]``.
        frames: ``[b]`` int64: how many frames are each utterance's own.
        level: ``[b, t]``, a logarithm.
        depth: In the level's unit.

    Returns:
        ``[b, r, t]``, in which the last frame goes on to the end, and ``[b]`` int64: how many frames there are.

    Examples:
        >>> rows = torch.tensor([[[1.0, 2.0, 3.0, 4.0, 5.0]]])
        >>> level = torch.tensor([[-9.0, 0.0, -9.0, -1.0, -9.0]])
        >>> trimmed(rows, torch.tensor([5]), level=level, depth=3.0)
        (tensor([[[2., 3., 4., 4., 4.]]]), tensor([3]))
    """
    position = torch.arange(rows.shape[2], device=rows.device)
    own = position < frames[:, None]
    loudest = level.masked_fill(~own, -torch.inf).amax(dim=1, keepdim=True)
    loud = own & (level >= loudest - depth)
    first = position.masked_fill(~loud, rows.shape[2]).amin(dim=1, keepdim=True)
    last = position.masked_fill(~loud, -1).amax(dim=1, keepdim=True)
    chosen = torch.minimum(first + position, last)
    return rows.gather(2, chosen[:, None].expand(-1, rows.shape[1], -1)), (last - first)[:, 0] + 1


def held(rows: Tensor, frames: Tensor) -> Tensor:
    """Return rows ``[b, r, t]`` in which each utterance's last frame goes on to the end.

    Examples:
        >>> held(torch.tensor([[[1.0, 2.0, 7.0]]]), torch.tensor([2]))
        tensor([[[1., 2., 2.]]])
    """
    position = torch.arange(rows.shape[2], device=rows.device)
    chosen = torch.minimum(position, frames[:, None] - 1)
    return rows.gather(2, chosen[:, None].expand(-1, rows.shape[1], -1))


def smooth(rows: Tensor) -> Tensor:
    """Return the mean of each frame and its two neighbours; the outermost frames stand for what is missing.

    Examples:
        >>> smooth(torch.tensor([[[0.0, 3.0, 6.0, 6.0]]]))
        tensor([[[1., 3., 5., 6.]]])
    """
    padded = nn.functional.pad(rows, (1, 1), mode="replicate")
    return (padded[:, :, :-2] + rows + padded[:, :, 2:]) / 3


def delta(rows: Tensor) -> Tensor:
    """Return the slope of the least squares line through five frames, a frame; the outermost frames are repeated.

    Examples:
        >>> delta(torch.arange(7.0)[None, None])
        tensor([[[0.5000, 0.8000, 1.0000, 1.0000, 1.0000, 0.8000, 0.5000]]])
    """
    padded = nn.functional.pad(rows, (2, 2), mode="replicate")
    near = padded[:, :, 3:-1] - padded[:, :, 1:-3]
    far = padded[:, :, 4:] - padded[:, :, :-4]
    return (near + 2 * far) / 10
