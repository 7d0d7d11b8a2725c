"""Waveform to short-time spectra and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evenvoice.audio.waveform import Waveform

_WINDOW = 0.032  # seconds


def stft(waveform: Waveform, rate: int) -> tuple[npt.NDArray[np.complex128], int]:
    """Return spectra of centred Hann windows of 32 ms, a quarter of it apart: ``[t, bins]``, t ≥ 2, and the hop.

    Examples:
        >>> spectra, hop = stft(np.zeros(16000, np.float32), 16000)
        >>> spectra.shape, hop
        ((127, 257), 128)
    """
    hop = round(_WINDOW * rate / 4)
    size = 4 * hop
    padded = np.pad(waveform.astype(np.float64), (size // 2, size // 2 + hop))
    starts = np.arange(0, padded.size - size + 1, hop)
    frames = padded[starts[:, None] + np.arange(size)] * _hann(size)
    return np.fft.rfft(frames, axis=1), hop


def overlap_add(spectra: npt.NDArray[np.complex128], hop: int, n: int) -> Waveform:
    """Return the waveform ``[n]`` whose `stft` is nearest to the spectra: the windowed frames, added and divided.

    Source:
        Griffin & Lim 1984, "Signal estimation from modified short-time Fourier transform", equation 6.

    Examples:
        >>> noise = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
        >>> bool(np.allclose(overlap_add(*stft(noise, 16000), 1000), noise, atol=1e-6))
        True
    """
    size = 4 * hop
    window = _hann(size)
    frames = np.fft.irfft(spectra, size, axis=1) * window
    length = max((len(frames) - 1) * hop + size, n + size)
    total, weight = np.zeros(length), np.zeros(length)
    for number, frame in enumerate(frames):
        total[number * hop : number * hop + size] += frame
        weight[number * hop : number * hop + size] += window**2
    sound = total / np.maximum(weight, 1e-3)
    return sound[size // 2 : size // 2 + n].astype(np.float32)


def _hann(size: int) -> npt.NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
