"""Which recordings may hold the same sound, and whether two do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.fft

from evenvoice.audit.fingerprint import BITS, HOP_SECONDS, RATE, Fingerprint

Indices = npt.NDArray[np.int64]

# Two recordings are candidates where fewer bits than this differ. 0.5 is chance, copies through the poorest codec stay
# under 0.25, and Haitsma and Kalker take 0.35.
_BIT_ERRORS = 0.3

# How many frames of an overlap are compared, and of how many pairs at once (some 20 MB).
_FRAMES_COMPARED = 128
_PAIRS_COMPARED = 8192

# A sub-fingerprint is looked up among so many of its equals, in the order of the files, so that one that is everywhere
# costs no more than others. A large set of copies still becomes one set: each is matched with those that follow.
_EQUALS = 64

# How many sub-fingerprints are looked up at once: bounds the memory (about 100 MB).
_LOOKED_UP = 50_000

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

_ONES = np.array([value.bit_count() for value in range(1 << 12)], np.uint8)


def candidates(fingerprints: Sequence[Fingerprint]) -> list[tuple[int, int, float]]:
    """Return the pairs that share a sub-fingerprint and most of the bits around it: first < second, and the lag.

    The lag is how much later the sound comes in the second, in seconds, as nearly as a hop. Those with the fewest
    different bits come first.

    The time grows with the number of recordings and of pairs that share a sub-fingerprint, not with that of all pairs.

    Args:
        fingerprints: One for each recording.
    """
    if not fingerprints:
        return []
    track = _Track.of(fingerprints)
    found: list[tuple[float, int, int, float]] = []
    for first, second, lag in _sharing(track):
        for block in np.array_split(np.arange(len(first)), len(first) // _PAIRS_COMPARED + 1):
            errors = _bit_errors(track, first[block], second[block], lag[block])
            near = errors < _BIT_ERRORS
            columns = errors, first[block], second[block], lag[block] * HOP_SECONDS
            found += zip(*(column[near].tolist() for column in columns), strict=True)
    return [(first, second, lag) for _, first, second, lag in sorted(found)]


@dataclass(frozen=True)
class _Track:
    """The sub-fingerprints of all recordings, one recording behind the other.

    ``bits``, ``audible``, ``file`` and ``frame`` (counted within the file) are ``[all frames]``, ``starts`` and
    ``lengths`` ``[files]``.
    """

    bits: npt.NDArray[np.uint32]
    audible: npt.NDArray[np.bool_]
    file: Indices
    frame: Indices
    starts: Indices
    lengths: Indices

    @classmethod
    def of(cls, fingerprints: Sequence[Fingerprint]) -> _Track:
        """Join the fingerprints of at least one recording."""
        bits = np.concatenate([each.bits for each in fingerprints])
        audible = np.concatenate([each.audible for each in fingerprints])
        lengths = np.array([len(each.bits) for each in fingerprints], np.int64)
        starts = np.cumsum(lengths) - lengths
        file = np.repeat(np.arange(len(lengths)), lengths)
        return cls(bits, audible, file, np.arange(len(bits)) - starts[file], starts, lengths)


def _sharing(track: _Track) -> Iterator[tuple[Indices, Indices, Indices]]:
    """Yield first, second and lag (in frames) of the pairs that share a sub-fingerprint: the lag at which most do."""
    files = len(track.lengths)
    span = 2 * int(track.lengths.max()) + 1
    for one, other in _equal_frames(track):
        pair = track.file[one] * files + track.file[other]
        lag = track.frame[other] - track.frame[one]
        code, votes = np.unique(pair * span + lag + span // 2, return_counts=True)
        pair, lag = code // span, code % span - span // 2
        by_votes = np.lexsort((-votes, pair))
        best = by_votes[np.unique(pair[by_votes], return_index=True)[1]]
        yield pair[best] // files, pair[best] % files, lag[best]


def _equal_frames(track: _Track) -> Iterator[tuple[Indices, Indices]]:
    """Yield the frames of equal bits in different files, the earlier file first; all of an earlier file at once."""
    audible = np.flatnonzero(track.audible)
    order = audible[np.argsort(track.bits[audible], kind="stable")]  # among equals, in the order of the files
    bits = track.bits[order]
    equals_behind = np.searchsorted(bits, bits, side="right") - np.arange(len(order)) - 1
    followers = np.minimum(equals_behind, _EQUALS)
    by_file = np.argsort(track.file[order], kind="stable")
    file_ends = np.cumsum(np.bincount(track.file[audible], minlength=len(track.lengths)))
    start = 0
    while start < len(by_file):
        end = int(file_ends[np.searchsorted(file_ends, min(start + _LOOKED_UP, len(by_file)))])
        places = by_file[start:end]
        start = end
        count = followers[places]
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + 1
        one = np.repeat(places, count)
        differ = track.file[order[one]] != track.file[order[one + step]]
        yield order[one[differ]], order[(one + step)[differ]]


def _bit_errors(track: _Track, first: Indices, second: Indices, lag: Indices) -> npt.NDArray[np.float64]:
    """Return for each pair the share of bits that differ, over frames that are audible in both; 1 where none is."""
    begin = np.maximum(0, -lag)
    end = np.minimum(track.lengths[first], track.lengths[second] - lag)
    at = begin[:, None] + (end - begin)[:, None] * np.arange(_FRAMES_COMPARED) // _FRAMES_COMPARED
    one = track.starts[first][:, None] + at
    other = track.starts[second][:, None] + at + lag[:, None]
    both = track.audible[one] & track.audible[other]
    different = track.bits[one] ^ track.bits[other]
    ones = (_ONES[different & 0xFFF] + _ONES[different >> 12]) * both
    compared = both.sum(axis=1)
    return np.where(compared > 0, ones.sum(axis=1) / (BITS * np.maximum(compared, 1)), 1.0)


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
