"""Faster and slower, higher and lower."""

from __future__ import annotations

import numpy as np
import soxr

from evenvoice.audio.perturbation.frames import overlap_add, stft
from evenvoice.audio.waveform import Waveform


def speed(waveform: Waveform, rate: int, factor: float) -> Waveform:
    """Return the waveform played ``factor`` times as fast: shorter, and pitch and formants higher by the same factor.

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz.
        factor: Above 0.

    Returns:
        float32, about ``n / factor`` samples.

    Source:
        Ko et al. 2015, "Audio augmentation for speech recognition".

    Examples:
        >>> speed(np.zeros(1100, np.float32), 16000, 1.1).size
        1000
    """
    faster = soxr.resample(waveform, rate * factor, rate)
    return np.ascontiguousarray(faster, np.float32)


def tempo(waveform: Waveform, rate: int, factor: float) -> Waveform:
    """Return the waveform ``factor`` times as fast, at the same pitch.

    A phase vocoder: frames are read ``factor`` hops apart and written one hop apart, each bin's phase moved on by what
    its own frequency makes of a hop.

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz.
        factor: Above 0.

    Returns:
        float32, about ``n / factor`` samples.

    Source:
        Flanagan & Golden 1966, "Phase vocoder"; Laroche & Dolson 1999, "Improved phase vocoder time-scale modification
        of audio".

    Examples:
        >>> tempo(np.ones(1100, np.float32), 16000, 1.1).size
        1000
    """
    spectra, hop = stft(waveform, rate)
    places = np.arange(0, len(spectra) - 1, factor)
    first = places.astype(int)
    share = (places - first)[:, None]
    magnitude = (1 - share) * np.abs(spectra[first]) + share * np.abs(spectra[first + 1])
    # How far a bin's phase moves in a hop: what its centre frequency makes, and the rest within half a turn.
    expected = 2 * np.pi * hop * np.arange(spectra.shape[1]) / (2 * (spectra.shape[1] - 1))
    rest = np.angle(spectra[first + 1]) - np.angle(spectra[first]) - expected
    advance = expected + rest - 2 * np.pi * np.round(rest / (2 * np.pi))
    phase = np.angle(spectra[0]) + np.concatenate((np.zeros_like(advance[:1]), advance[:-1].cumsum(axis=0)))
    return overlap_add(magnitude * np.exp(1j * phase), hop, max(1, round(waveform.size / factor)))


def pitch(waveform: Waveform, rate: int, semitones: float) -> Waveform:
    """Return the waveform with pitch and formants higher by ``semitones``, as long as before.

    Args:
        waveform: float32 ``[n]``.
        rate: In Hz.
        semitones: A twelfth of an octave each; below 0 is lower.

    Returns:
        float32 ``[n]``.

    Examples:
        >>> pitch(np.ones(1000, np.float32), 16000, -1).size
        1000
    """
    factor = 2 ** (semitones / 12)
    moved = speed(tempo(waveform, rate, 1 / factor), rate, factor)[: waveform.size]
    return np.pad(moved, (0, waveform.size - moved.size))
