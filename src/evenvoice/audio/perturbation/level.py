"""Louder, quieter, and with noise."""

from __future__ import annotations

import numpy as np

from evenvoice.audio.waveform import Waveform


def gain(waveform: Waveform, rate: int, decibels: float) -> Waveform:
    """Return the waveform louder by ``decibels``, cut where it leaves −1 … 1 as a recorder cuts it.

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz; changes nothing.
        decibels: Below 0 is quieter.

    Returns:
        float32 ``[n]``.

    Examples:
        >>> gain(np.float32([0.5, -0.025]), 16000, 20).round(2).tolist()
        [1.0, -0.25]
    """
    louder: Waveform = np.clip(waveform * np.float32(10 ** (decibels / 20)), -1.0, 1.0).astype(np.float32)
    return louder


def noise(waveform: Waveform, rate: int, snr: float, seed: int = 0) -> Waveform:
    """Return the waveform with pink noise ``snr`` dB under it.

    Pink noise has the same power in every octave, as rooms and streets about have.

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz; changes nothing.
        snr: Power of the waveform over that of the noise, both over the whole recording, in dB.
        seed: Of the noise.

    Returns:
        float32 ``[n]``.

    Examples:
        >>> silent = np.zeros(100, np.float32)
        >>> bool((noise(silent, 16000, 10) == silent).all())
        True
    """
    white = np.random.default_rng(seed).standard_normal(waveform.size)
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    spectrum[0] = 0
    pink = np.fft.irfft(spectrum, waveform.size)
    power = np.mean(np.square(waveform, dtype=np.float64))
    level = np.sqrt(power / 10 ** (snr / 10) / max(float(np.mean(np.square(pink))), 1e-30))
    noisy: Waveform = (waveform + level * pink).astype(np.float32)
    return noisy
