"""What a throat, a room or a channel does to a spectrum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evenvoice.audio.perturbation.frames import overlap_add, stft
from evenvoice.audio.waveform import Waveform

# The spectral envelope is what the first cepstral coefficients say: quefrencies below 2 ms, under any voice's period.
_ENVELOPE = 0.002


def formants(waveform: Waveform, rate: int, factor: float) -> Waveform:
    """Return the waveform with its formants at ``factor`` times their frequency, pitch and tempo as they were.

    Each frame's spectral envelope E(f), smoothed in the cepstrum, is replaced by E(f / factor): a shorter vocal tract
    (above 1) or a longer one (below 1).

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz.
        factor: Above 0.

    Returns:
        float32 ``[n]``.

    Source:
        Jaitly & Hinton 2013, "Vocal tract length perturbation (VTLP) improves speech recognition", here of
        the waveform.

    Examples:
        >>> formants(np.ones(1000, np.float32), 16000, 1.1).size
        1000
    """
    spectra, hop = stft(waveform, rate)
    kept = max(2, round(_ENVELOPE * rate))
    cepstra = np.fft.irfft(np.log(np.abs(spectra) + 1e-5), axis=1)
    cepstra[:, kept : cepstra.shape[1] - kept + 1] = 0
    envelope = np.fft.rfft(cepstra, axis=1).real
    bins = np.arange(spectra.shape[1])
    moved = np.stack([np.interp(bins / factor, bins, row) for row in envelope])
    return overlap_add(spectra * np.exp(moved - envelope), hop, waveform.size)


def band(waveform: Waveform, rate: int, low: float, high: float) -> Waveform:
    """Return the waveform with nothing left below ``low`` and above ``high`` Hz.

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz.
        low: In Hz; 0 keeps all that is low.
        high: In Hz, above ``low``.

    Returns:
        float32 ``[n]``.

    Examples:
        >>> tone = np.sin(2 * np.pi * 100 * np.arange(16000) / 16000).astype(np.float32)
        >>> bool(np.std(band(tone, 16000, 300, 3400)) < 0.02)
        True
    """
    # Zeros at the end keep the end from running into the beginning.
    size = 2 * waveform.size
    spectrum = np.fft.rfft(waveform.astype(np.float64), size)
    frequency = np.fft.rfftfreq(size, 1 / rate)
    spectrum[(frequency < low) | (frequency > high)] = 0
    return np.fft.irfft(spectrum, size)[: waveform.size].astype(np.float32)


def room(waveform: Waveform, rate: int, seconds: float, seed: int = 0) -> Waveform:
    """Return the waveform in a room whose sound falls by 60 dB in so many seconds.

    The response is the direct sound, and from 5 ms on noise that decays exponentially, with the direct sound's energy
    at the distance where both are equal.

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz.
        seconds: RT60, above 0.
        seed: Of the noise.

    Returns:
        float32 ``[n]``, of the same energy.

    Source:
        Polack 1993, "Playing billiards in the concert hall: the mathematical foundations of geometrical room
        acoustics".

    Examples:
        >>> room(np.ones(1000, np.float32), 16000, 0.4).size
        1000
    """
    time = np.arange(max(2, round(seconds * rate))) / rate
    tail = np.random.default_rng(seed).standard_normal(time.size) * 10 ** (-3 * time / seconds) * (time >= 0.005)
    response = tail / max(np.sqrt(np.sum(tail**2)), 1e-12)
    response[0] += 1
    size = waveform.size + response.size
    wet = np.fft.irfft(np.fft.rfft(waveform, size) * np.fft.rfft(response, size), size)[: waveform.size]
    return _with_energy_of(waveform, wet)


def _with_energy_of(waveform: Waveform, changed: npt.NDArray[np.float64]) -> Waveform:
    energy = np.sum(np.square(changed))
    before = np.sum(np.square(waveform, dtype=np.float64))
    return (changed * np.sqrt(before / energy) if energy > 0 else changed).astype(np.float32)
