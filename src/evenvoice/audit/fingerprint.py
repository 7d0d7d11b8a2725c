"""What is left of a recording when it is resampled, trimmed, made louder or re-encoded.

A fingerprint has three parts. The hash of the decoded samples finds exact copies. The sub-fingerprints of Haitsma and
Kalker ("A Highly Robust Audio Fingerprinting System", ISMIR 2002) find the recordings that may hold the same sound,
without comparing each with every other: 24 bits every 8 ms, each the sign of how the energy difference of two
neighbouring bands changes from one frame to the next. The waveform between 250 and 1750 Hz decides: codecs and
telephones leave it as it is, and nobody says a sentence twice with the same phase.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft

from evenvoice import audio

# The sample rate of everything below, in Hz: speech keeps most of its energy under its half.
RATE = 4000

# Seconds from one sub-fingerprint to the next.
HOP_SECONDS = 0.008

# The bits of a sub-fingerprint. More are rarely found again after a codec at a low rate, fewer are found everywhere.
BITS = 24

# Windows overlap by 31/32, as in the paper, so that it does not matter where in a hop a trimmed recording begins.
_HOP = round(HOP_SECONDS * RATE)
_WINDOW = 32 * _HOP
_HANN = np.hanning(_WINDOW).astype(np.float32)

# The paper's 300 to 2000 Hz, less what a resampler's slope takes.
_EDGES = np.searchsorted(np.fft.rfftfreq(_WINDOW, 1 / RATE), np.geomspace(300, 1700, BITS + 2))
_WEIGHTS = np.left_shift(np.uint32(1), np.arange(BITS, dtype=np.uint32))

# A frame counts where its energy is less than 40 dB under the loudest: the bits of silence are chance.
_AUDIBLE = 1e-4

# How many frames are transformed at once: 16 MiB.
_BLOCK = 4096

# The level is measured over 50 ms, down to 60 dB under the loudest.
_LEVEL_WINDOW = RATE // 20
_LEVEL_FLOOR = 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class Fingerprint:
    """A recording as `evenvoice.audit.duplicates.find_duplicates` sees it: about 5 kB a second.

    Attributes:
        exact: The hash of the decoded samples, `decoded_hash`.
        bits: One sub-fingerprint every `HOP_SECONDS`, of `BITS` bits: uint32 ``[t]``.
        audible: Which of them are not silence: bool ``[t]``.
        shape: The waveform from 250 to 1750 Hz at `RATE`, its level half evened out: int8 ``[n]``.
    """

    exact: str
    bits: npt.NDArray[np.uint32]
    audible: npt.NDArray[np.bool_]
    shape: npt.NDArray[np.int8]


def decoded_hash(waveform: npt.NDArray[np.float32]) -> str:
    """Return the SHA-256 of the samples in 16 bits, little-endian: one for all lossless containers of the same samples.

    Args:
        waveform: Decoded samples of full scale 1, before any resampling: float32 ``[n]``.

    Examples:
        >>> samples = np.array([0.5, -0.25], np.float32)
        >>> decoded_hash(samples) == decoded_hash(samples + 1e-6)
        True
    """
    samples = np.clip(np.rint(waveform * 32768), -32768, 32767).astype("<i2")
    return hashlib.sha256(samples.tobytes()).hexdigest()


def fingerprint(waveform: npt.NDArray[np.float32], rate: int, exact: str) -> Fingerprint:
    """Return the fingerprint of a recording.

    Args:
        waveform: The decoded recording: float32 ``[n]``. Silence has a fingerprint too, which is near to nothing.
        rate: Its sample rate, in Hz.
        exact: Its `decoded_hash`.

    Examples:
        >>> noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
        >>> print_ = fingerprint(noise, 16000, decoded_hash(noise))
        >>> print_.bits.shape, bool(print_.audible.all()), print_.shape.shape
        ((93,), True, (4000,))
    """
    voice = _band_pass(audio.resample(waveform - waveform.mean(dtype=np.float64), rate, RATE))
    bits, audible = _sub_fingerprints(voice)
    return Fingerprint(exact, bits, audible, _even_out(voice))


def _band_pass(waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Keep 250 to 1750 Hz, with slopes of 100 Hz; phase is untouched, so that waveforms can be laid over each other."""
    # Room behind the end, so that what rings on is not added to the beginning.
    padded = scipy.fft.next_fast_len(len(waveform) + _LEVEL_WINDOW, real=True)
    spectrum = scipy.fft.rfft(waveform, padded)
    frequency = np.arange(len(spectrum), dtype=np.float32) * (RATE / padded)
    keep = np.clip((frequency - 200) / 100, 0, 1) * np.clip((1800 - frequency) / 100, 0, 1)
    passed: npt.NDArray[np.float32] = scipy.fft.irfft(spectrum * keep, padded)[: len(waveform)]
    return passed


def _sub_fingerprints(voice: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """Return the bits ``[t]`` and which of them are audible ``[t]`` (Haitsma and Kalker, equation 1).

    Bit m of frame t is 1 where ``E(t, m) - E(t, m+1) - (E(t-1, m) - E(t-1, m+1)) > 0``, E the energy of a band.
    """
    voice = np.pad(voice, (0, max(0, _WINDOW + _HOP - len(voice))))
    frames = np.lib.stride_tricks.sliding_window_view(voice, _WINDOW)[::_HOP]
    energy = np.concatenate([_band_energies(frames[i : i + _BLOCK]) for i in range(0, len(frames), _BLOCK)])
    total = energy[1:].sum(axis=1)
    change = np.diff(energy[:, :-1] - energy[:, 1:], axis=0)
    return (change > 0) @ _WEIGHTS, total > _AUDIBLE * total.max()


def _band_energies(frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the energies ``[t, BITS + 1]`` of bands from 300 to 1700 Hz, evenly spaced on a logarithmic scale."""
    spectrum = scipy.fft.rfft(frames * _HANN, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    bands: npt.NDArray[np.float32] = np.add.reduceat(power, _EDGES, axis=1)[:, :-1]  # the last is all above 1700 Hz
    return bands


def _even_out(voice: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Divide by the square root of the level, so that one loud vowel does not decide alone; scale to int8."""
    energy = np.concatenate([[0.0], np.cumsum(voice.astype(np.float64) ** 2)])
    at = np.arange(len(voice))
    first, last = np.maximum(at - _LEVEL_WINDOW // 2, 0), np.minimum(at + _LEVEL_WINDOW // 2, len(voice))
    level = np.sqrt((energy[last] - energy[first]) / np.maximum(last - first, 1))
    loudest = level.max(initial=0.0)
    if loudest == 0:
        return np.zeros(len(voice), np.int8)
    even = voice / np.sqrt(np.maximum(level, _LEVEL_FLOOR * loudest))
    return np.asarray(np.rint(even * (127 / np.abs(even).max())), np.int8)
