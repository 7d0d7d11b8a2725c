"""What the ear makes of a power spectrum: mel bands to the power of a third, loudness, and the cepstrum."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from evenvoice.features.mel import mel_basis
from evenvoice.features.mfcc import dct_basis

N_BANDS = 26
N_CEPSTRA = 15

# Intensity to loudness: Stevens' power law, as perceptual linear prediction takes it.
_COMPRESSION = 0.33


class Bands(nn.Module):
    """Loudness, mel bands and MFCC of each frame.

    - ``loudness``: Σ of the bands below.
    - ``mfcc 1`` … ``mfcc 15``: orthonormal DCT-II of the bands' natural logarithms, without the zeroth.
    - ``band 1`` … ``band 26``: power in a triangular mel band, to the power 0.33.

    Args:
        sample_rate: In Hz.
        n_fft: Length of the Fourier transform, in samples.

    Shape:
        - power: ``[b, 1 + n_fft // 2, t]`` float32, above 0.
        - Output: ``[b, 42, t]`` float32.

    Source:
        Stevens 1957, "On the psychophysical law"; Hermansky 1990, "Perceptual linear predictive analysis of speech";
        Davis & Mermelstein 1980, "Comparison of parametric representations for monosyllabic word recognition".

    Examples:
        >>> Bands(16000, 512)(torch.ones(1, 257, 4)).shape
        torch.Size([1, 42, 4])
    """

    mel: Tensor
    dct: Tensor
    row_names = (
        "loudness",
        *(f"mfcc {number}" for number in range(1, N_CEPSTRA + 1)),
        *(f"band {number}" for number in range(1, N_BANDS + 1)),
    )

    def __init__(self, sample_rate: int, n_fft: int) -> None:
        super().__init__()
        # Slaney's triangles have the area 1: times their number of bins, a band is a sum of power again.
        basis = mel_basis(sample_rate, n_fft, N_BANDS)
        self.register_buffer("mel", basis / basis.amax(dim=1, keepdim=True), persistent=False)
        self.register_buffer("dct", dct_basis(N_CEPSTRA + 1, N_BANDS)[1:], persistent=False)

    def forward(self, power: Tensor) -> Tensor:
        """Return ``[b, 42, t]``."""
        bands = self.mel @ power
        logarithms = bands.log()
        # The mean would enter the zeroth coefficient alone; without it, the products sum small numbers.
        cepstra = self.dct @ (logarithms - logarithms.mean(dim=1, keepdim=True))
        loud = (_COMPRESSION * logarithms).exp()
        return torch.cat((loud.sum(dim=1, keepdim=True), cepstra, loud), dim=1)
