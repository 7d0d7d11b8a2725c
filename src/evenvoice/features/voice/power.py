"""The power spectrum of short windows."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from evenvoice.features.fourier import PowerSpectrum

# About what the rounding to 16 bits adds to a bin: digital silence is as loud as the quietest recording. (The exporter
# to ONNX takes an addend of 1e-8 or less for zero and leaves it out.)
_FLOOR = 2e-8
# What lies this far below the whole frame's power is the rounding of the transform in float32.
_ROUNDING = 1e-9


class Power(nn.Module):
    """Power spectrum of centred Hann windows, with a floor under it.

    Args:
        sample_rate: In Hz.
        seconds: Length of the window; the transform is the next power of 2.
        hop_length: From one frame to the next, in samples.

    Shape:
        - waveform: ``[b, n]`` float32.
        - Output: ``[b, 1 + n_fft // 2, 1 + n // hop_length]`` float32, above 0.

    Examples:
        >>> power = Power(16000, 0.025, 160)
        >>> power.n_fft, power(torch.zeros(1, 1600)).shape
        (512, torch.Size([1, 257, 11]))
    """

    def __init__(self, sample_rate: int, seconds: float, hop_length: int) -> None:
        super().__init__()
        window = torch.hann_window(round(seconds * sample_rate), dtype=torch.float64)
        self.n_fft = 2 ** math.ceil(math.log2(len(window)))
        missing = self.n_fft - len(window)
        padded = nn.functional.pad(window, (missing // 2, missing - missing // 2))
        self.spectrum = PowerSpectrum(padded.to(torch.float32), hop_length)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return ``[b, 1 + n_fft // 2, t]``."""
        half = self.n_fft // 2
        power: Tensor = self.spectrum(nn.functional.pad(waveform, (half, half)))
        return power + (_ROUNDING * power.sum(dim=1, keepdim=True) + _FLOOR)
