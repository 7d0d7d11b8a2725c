"""The mel filter bank of Slaney's Auditory Toolbox, as `librosa.filters.mel` builds it by default.

M. Slaney, "Auditory Toolbox, version 2", Interval Research Corporation, Technical Report 1998-010.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

# Below 1000 Hz a mel is 200/3 Hz; above, 27 mels make a factor of 6.4.
_HZ_PER_MEL = 200.0 / 3
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _HZ_PER_MEL
_LOG_STEP = math.log(6.4) / 27

# Groups of neighbouring bands, each a matrix product over the bins that it reaches. More groups save little more and
# cost a call each.
_GROUPS = 4


def hz_to_mel(hz: float) -> float:
    """Return the mel value of a frequency in Hz.

    Examples:
        >>> round(hz_to_mel(60), 6), round(hz_to_mel(6400), 6)
        (0.9, 42.0)
    """
    return hz / _HZ_PER_MEL if hz < _KNEE_HZ else _KNEE_MEL + math.log(hz / _KNEE_HZ) / _LOG_STEP


def mel_to_hz(mel: Tensor) -> Tensor:
    """Return the frequencies in Hz of mel values, the inverse of `hz_to_mel`.

    Examples:
        >>> mel_to_hz(torch.tensor([0.9, 42.0], dtype=torch.float64)).round(decimals=3).tolist()
        [60.0, 6400.0]
    """
    return torch.where(mel < _KNEE_MEL, mel * _HZ_PER_MEL, _KNEE_HZ * torch.exp(_LOG_STEP * (mel - _KNEE_MEL)))


def mel_basis(sample_rate: int, n_fft: int, n_mels: int) -> Tensor:
    """Return the triangles that sum a power spectrum into mel bands: float32 ``[n_mels, 1 + n_fft // 2]``.

    The bands run from 0 Hz to half the sample rate, their edges equally spaced in mel. Each triangle has the area 1
    (in Hz), so that a wide band weighs no more than a narrow one.

    Args:
        sample_rate: In Hz.
        n_fft: Length of the Fourier transform, in samples.
        n_mels: Number of bands.

    Examples:
        >>> basis = mel_basis(16000, 2048, 128)
        >>> basis.shape
        torch.Size([128, 1025])
        >>> (basis.sum(1) * 16000 / 2048).allclose(torch.ones(128), atol=0.1)
        True
    """
    top = hz_to_mel(sample_rate / 2)
    edges = mel_to_hz(torch.linspace(0, top, n_mels + 2, dtype=torch.float64))
    bins = torch.linspace(0, sample_rate / 2, 1 + n_fft // 2, dtype=torch.float64)
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (bins - left) / (centre - left)
    falling = (right - bins) / (right - centre)
    triangles = torch.minimum(rising, falling).clamp(min=0)
    return (triangles * 2 / (right - left)).to(torch.float32)


class MelBands(nn.Module):
    """The filter bank of `mel_basis`, applied to a power spectrum.

    A triangle reaches a few bins, and a matrix of all triangles holds little but zeros. So the bands are taken in
    groups of neighbours, each times the bins that the group reaches: a quarter of the multiplications.

    Args:
        sample_rate: In Hz.
        n_fft: Length of the Fourier transform, in samples.
        n_mels: Number of bands.

    Shape:
        - power: ``[b, 1 + n_fft // 2, t]`` float32.
        - Output: ``[b, n_mels, t]`` float32.

    Examples:
        >>> power = torch.rand(2, 257, 5)
        >>> MelBands(16000, 512, 40)(power).allclose(mel_basis(16000, 512, 40) @ power)
        True
    """

    def __init__(self, sample_rate: int, n_fft: int, n_mels: int) -> None:
        super().__init__()
        self.reach: list[tuple[int, int]] = []
        for number, triangles in enumerate(mel_basis(sample_rate, n_fft, n_mels).tensor_split(_GROUPS)):
            # A band between two bins reaches none. A product over one bin of zeros is then its sum.
            bins = triangles.amax(dim=0).nonzero().flatten().tolist() if len(triangles) else []
            first, last = (bins[0], bins[-1]) if bins else (0, 0)
            self.reach.append((first, last + 1))
            # It follows from the settings: there is nothing to store.
            self.register_buffer(f"triangles_{number}", triangles[:, first : last + 1].contiguous(), persistent=False)

    def forward(self, power: Tensor) -> Tensor:
        """Return the power in each band ``[b, n_mels, t]``."""
        groups = [getattr(self, f"triangles_{n}") @ power[:, start:end] for n, (start, end) in enumerate(self.reach)]
        return torch.cat(groups, dim=1)
