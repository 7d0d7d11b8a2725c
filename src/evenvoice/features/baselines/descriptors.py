"""The short-term features, each from the frames x or their amplitude spectrum X: pyAudioAnalysis' definitions.

Frames are float64 ``[N, t]``, spectra float64 ``[K, t]`` with K = N // 2 (neither the bin at half the sample rate nor
anything above it). Frequencies are fractions of half the sample rate: bin k lies at k / K.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import entr

Array = npt.NDArray[np.float64]

N_MFCC = 13
N_CHROMA = 12
_BLOCKS = 10
_ROLL_OFF = 0.90

# Slaney's bank of 40 bands: its edges are 42 mels one apart, from 133 Hz (2 mel) to 6855 Hz (43 mel).
_N_BANDS = 40
_LOWEST_MEL, _HIGHEST_MEL = 2, 43
# Added before the logarithm, as pyAudioAnalysis does: silence gives the logarithm of this.
_FLOOR = float(np.finfo(np.float64).eps)


def zero_crossing_rate(frames: Array) -> Array:
    """Return how often neighbouring samples differ in sign, of N - 1 times: ``[t]``.

    pyAudioAnalysis counts a step to a sample of exactly 0 as half a crossing; here 0 is positive, as librosa has it.

    Examples:
        >>> zero_crossing_rate(np.array([[1.0, 1.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0]])).round(3).tolist()
        [1.0, 0.333]
    """
    import librosa

    crossings: Array = librosa.zero_crossings(frames, pad=False, axis=0).sum(axis=0) / (frames.shape[0] - 1)
    return crossings


def block_entropy(power: Array) -> Array:
    """Return how evenly a power is spread over ten blocks of equal length, in bits: ``[t]``.

    -Σ s·log2(s), s = the share of a block in the sum of all: log2(10) = 3.32 where all are equal, 0 where one has
    everything, and 0 for silence. With x² it is the entropy of energy, with X² the spectral entropy. What is left over
    at the end when the length is no multiple of ten is ignored; pyAudioAnalysis keeps it in the sum.

    Examples:
        >>> block_entropy(np.ones((20, 1))).round(3).tolist(), block_entropy(np.eye(10)[:, :1]).tolist()
        ([3.322], [0.0])
    """
    length = power.shape[0] // _BLOCKS
    blocks = power[: _BLOCKS * length].reshape(_BLOCKS, length, -1).sum(axis=1)
    entropy: Array = entr(_shares(blocks)).sum(axis=0) / np.log(2)
    return entropy


def centroid_and_spread(spectrum: Array) -> tuple[Array, Array]:
    """Return the mean frequency of the spectrum, and the deviation around it, weighted by X: ``[t]`` each.

    c = Σ f·X / Σ X and sqrt(Σ (f - c)²·X / Σ X), fractions of half the sample rate; 0 and 0 for silence.
    pyAudioAnalysis takes each frequency one bin higher, which moves every centroid by the same 1 / K.

    Examples:
        >>> [one.tolist() for one in centroid_and_spread(np.array([[0.0], [1.0], [0.0], [1.0]]))]
        [[0.5], [0.25]]
    """
    import librosa

    frequencies = _frequencies(spectrum)
    centroid: Array = librosa.feature.spectral_centroid(S=spectrum, freq=frequencies)
    spread: Array = librosa.feature.spectral_bandwidth(S=spectrum, freq=frequencies, centroid=centroid)
    return centroid[0], spread[0]


def flux(spectrum: Array) -> Array:
    """Return how much the shape of the spectrum differs from the frame before: ``[t]``, 0 for the first frame.

    Σ (X / Σ X - X' / Σ X')², X' of the frame before.

    Examples:
        >>> flux(np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 4.0]])).tolist()
        [0.0, 0.0, 2.0]
    """
    steps = np.diff(_shares(spectrum), axis=1, prepend=_shares(spectrum[:, :1]))
    changed: Array = np.square(steps).sum(axis=0)
    return changed


def roll_off(spectrum: Array) -> Array:
    """Return the frequency below which 90 % of the power X² lies: ``[t]``, a fraction; 0 for silence.

    Examples:
        >>> roll_off(np.array([[0.0, 1.0], [3.0, 0.0], [1.0, 0.0], [0.0, 0.0]])).tolist()
        [0.25, 0.0]
    """
    import librosa

    found = librosa.feature.spectral_rolloff(S=np.square(spectrum), freq=_frequencies(spectrum), roll_percent=_ROLL_OFF)
    rolled: Array = found[0]
    return rolled


def mfcc(spectrum: Array, sample_rate: int, window: int) -> Array:
    """Return 13 cepstral coefficients: ``[13, t]``, the orthonormal DCT-II of log10(Σ B·X + ε) over 40 bands B.

    The bands are Slaney's, of amplitudes and not of powers. pyAudioAnalysis means the same, but places them on the axis
    of a spectrum twice as wide, so that each lies at half its frequency; here they lie where they belong. They end at
    half the sample rate where that is below 6855 Hz.

    Examples:
        >>> mfcc(np.zeros((1600, 1)), 16000, 3200).shape
        (13, 1)
    """
    import librosa

    bands = np.log10(_mel_bank(sample_rate, window) @ spectrum + _FLOOR)
    coefficients: Array = librosa.feature.mfcc(S=bands, n_mfcc=N_MFCC)
    return coefficients


def chroma(spectrum: Array, sample_rate: int, window: int) -> Array:
    """Return the share of each pitch class, A first, in the power X²: ``[12, t]``; they sum to 1, in silence to 0.

    A bin belongs to the pitch classes around it by Gaussian weights that sum to 1 (`librosa.filters.chroma`), with
    A = 440 Hz. pyAudioAnalysis gives each bin to the nearest semitone, but of a semitone's bins keeps only the highest,
    divided by their number.

    Examples:
        >>> tone = np.zeros((1600, 1))
        >>> tone[88] = 1  # 440 Hz
        >>> shares = chroma(tone, 16000, 3200)
        >>> int(shares.argmax()), round(float(shares.sum()), 6)
        (0, 1.0)
    """
    return _shares(_chroma_bank(sample_rate, window) @ np.square(spectrum))


def _frequencies(spectrum: Array) -> Array:
    """Return the frequency of each bin as a fraction of half the sample rate."""
    frequencies: Array = np.arange(spectrum.shape[0]) / spectrum.shape[0]
    return frequencies


def _shares(values: Array) -> Array:
    """Return each column divided by its sum, zeros where the sum is zero."""
    total = values.sum(axis=0)
    shares: Array = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    return shares


@lru_cache(maxsize=8)
def _mel_bank(sample_rate: int, window: int) -> Array:
    """Return the triangles of the mel bands ``[40, K]``."""
    import librosa

    edges = librosa.mel_to_hz(np.array([_LOWEST_MEL, _HIGHEST_MEL]))
    bank = librosa.filters.mel(
        sr=sample_rate,
        n_fft=window,
        n_mels=_N_BANDS,
        fmin=edges[0],
        fmax=min(edges[1], sample_rate / 2),
        dtype=np.float64,
    )
    return np.asarray(bank)[:, : window // 2]


@lru_cache(maxsize=8)
def _chroma_bank(sample_rate: int, window: int) -> Array:
    """Return the weights of each bin in the twelve pitch classes ``[12, K]``; columns sum to 1."""
    import librosa

    bank = librosa.filters.chroma(
        sr=sample_rate, n_fft=window, n_chroma=N_CHROMA, octwidth=None, norm=1, base_c=False, dtype=np.float64
    )
    return np.asarray(bank)[:, : window // 2]
