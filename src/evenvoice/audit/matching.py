"""Whether two recordings hold the same sound: by their waveforms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.fft

from evenvoice.audit.fingerprint import RATE, Fingerprint

Indices = npt.NDArray[np.int64]

# What two recordings have in common must last this long, in seconds, and hold this share of the energy of one of them.
_SHORTEST = 0.3
_SHARE = 0.5

# Its mean power, as a share of that of each recording: the rounding errors of silence correlate by chance.
_FAINT = 0.01

# Samples, 50 ms: more than the pitch period of any voice, less than a syllable.
_LEEWAY = RATE // 20

# Interpolation between samples: a sinc under a Hann window, at eighths of a sample.
_TAPS = 16
_EIGHTHS = np.arange(-4, 5) / 8
_DISTANCES = _EIGHTHS[:, None] - np.arange(-_TAPS, _TAPS + 1)
_BETWEEN = np.sinc(_DISTANCES) * np.cos(np.pi * _DISTANCES / (2 * _TAPS + 2)) ** 2


def correlate(first: Fingerprint, second: Fingerprint, about: float) -> tuple[float, float]:
    """Return the highest absolute correlation of two waveforms within 50 ms of a lag, and its lag in seconds.

    The correlation is normalised by the energies of what overlaps; 0 where that is too little to tell. The lag is how
    much later the sound comes in ``second``.

    Args:
        first: One recording.
        second: The other.
        about: The lag to look near, in seconds.

    Examples:
        >>> from evenvoice.audit.fingerprint import fingerprint
        >>> noise = np.random.default_rng(0).normal(0, 0.1, 8000).astype(np.float32)
        >>> first, second = fingerprint(noise, 8000, ""), fingerprint(-0.1 * noise[2000:], 8000, "")
        >>> correlation, lag = correlate(first, second, about=-0.24)
        >>> correlation > 0.98, round(lag, 3)
        (True, -0.25)
    """
    lag = round(about * RATE)
    start, end = max(0, -lag), min(len(first.shape), len(second.shape) - lag)
    if end - start < _SHORTEST * RATE or not (first.shape.any() and second.shape.any()):
        return 0.0, about
    a, b = (_padded(each.shape) for each in (first, second))
    of_a, of_b = _energy(a), _energy(b)
    # The padding in front: sample 0 lies at _LEEWAY.
    still, before, after = a[start + _LEEWAY : end + _LEEWAY], start + lag, end + lag + 2 * _LEEWAY
    length, energy = end - start, of_b[before : after + 1]
    products = _products(b[before:after], still)
    norm = _norm(
        of_a[end + _LEEWAY] - of_a[start + _LEEWAY], energy[length:] - energy[:-length], length,
        _Whole(of_a[-1], len(first.shape)), _Whole(of_b[-1], len(second.shape)),
    )  # fmt: skip
    best = int(np.argmax(np.abs(products) / norm))
    # The sound may lie between two samples: interpolate, as band-limited signals may be, and take the best eighth.
    around = np.pad(products, _TAPS)[best : best + 2 * _TAPS + 1]
    values = np.abs(_BETWEEN @ around) / norm[best]
    between = int(np.argmax(values))
    return min(float(values[between]), 1.0), (lag + best - _LEEWAY + float(_EIGHTHS[between])) / RATE


def is_periodic(recording: Fingerprint, limit: float) -> bool:
    """Tell whether a recording, shifted by more than 50 ms, correlates with itself above ``limit``: a hum or a tone.

    Any hum correlates with any other of its frequency: nothing can be said of the two.
    """
    wave = recording.shape.astype(np.float32)
    lags = np.arange(_LEEWAY, len(wave) - round(_SHORTEST * RATE))
    if not wave.any() or not len(lags):
        return False
    products = _products(np.concatenate([wave, np.zeros_like(wave)]), wave)[lags]
    energy = _energy(wave)
    whole = _Whole(energy[-1], len(wave))
    norm = _norm(energy[len(wave) - lags], energy[-1] - energy[lags], len(wave) - lags, whole, whole)
    return bool((np.abs(products) > limit * norm).any())


class _Whole(NamedTuple):
    """A whole recording: its energy, and its samples."""

    energy: float
    length: int


def _padded(shape: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
    """Return samples with 50 ms of nothing on either side."""
    padded = np.zeros(len(shape) + 2 * _LEEWAY, np.float32)
    padded[_LEEWAY:-_LEEWAY] = shape
    return padded


def _products(moved: npt.NDArray[np.float32], still: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return Σ still(n) · moved(n + l) for each l from 0 on at which all of ``still`` is covered."""
    n = scipy.fft.next_fast_len(len(moved), real=True)
    spectrum = scipy.fft.rfft(moved, n) * scipy.fft.rfft(still, n).conj()
    products: npt.NDArray[np.float32] = scipy.fft.irfft(spectrum, n)[: len(moved) - len(still) + 1]
    return products


def _energy(wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the energy before each sample, and at the end that of all: ``[n + 1]``."""
    energy = np.zeros(len(wave) + 1)
    np.cumsum(np.square(wave, dtype=np.float64), out=energy[1:])
    return energy


def _norm(
    of_a: npt.NDArray[np.float64] | np.float64,
    of_b: npt.NDArray[np.float64],
    length: int | Indices,
    a: _Whole,
    b: _Whole,
) -> npt.NDArray[np.float64]:
    """Return the root of the product of overlapping energies; infinite where the overlap is too small or too faint."""
    enough = (of_a >= _SHARE * a.energy) | (of_b >= _SHARE * b.energy)
    faint = np.minimum(of_a / a.energy * a.length, of_b / b.energy * b.length) < _FAINT * length
    return np.where(enough & ~faint, np.sqrt(of_a * of_b), np.inf)
