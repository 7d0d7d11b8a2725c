"""Which recordings may hold the same sound: those that share sub-fingerprints, found without comparing all pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenvoice.audit.fingerprint import BITS, HOP_SECONDS, Fingerprint

Indices = npt.NDArray[np.signedinteger]

# Two recordings are candidates where fewer bits than this differ. 0.5 is chance, copies through the poorest codec stay
# under 0.25, and Haitsma and Kalker take 0.35.
_BIT_ERRORS = 0.3

# How many frames of an overlap are compared, and of how many pairs at once (some 20 MB).
_FRAMES_COMPARED = 128
_PAIRS_COMPARED = 8192

# A sub-fingerprint is looked up among so many of its equals, in the order of the files, so that one that is everywhere
# costs no more than others. A large set of copies still becomes one set: each is matched with those that follow.
_EQUALS = 64

# How many sub-fingerprints are looked up at once, those of a file together: bounds the memory (about 100 MB).
_LOOKED_UP = 20_000

# How many frames are worked on at once while the index is made (some 10 MB an array).
_INDEXED = 1 << 20

_ONES = np.array([value.bit_count() for value in range(1 << 12)], np.uint8)


def candidates(fingerprints: Sequence[Fingerprint]) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs that share a sub-fingerprint and most of the bits around it: first < second, and the lag.

    The lag is how much later the sound comes in the second, in seconds, as nearly as a hop. Those with the fewest
    different bits come first.

    The time grows with the number of recordings and of pairs that share a sub-fingerprint, not with that of all pairs.
    Memory: 18 bytes a frame, 2.3 kB a second of sound, and 8 bytes more while the index is made; 24 bytes a pair.

    Args:
        fingerprints: One for each recording.
    """
    if not fingerprints:
        return
    track = _Track.of(fingerprints)
    found = []
    for first, second, lag in _sharing(track):
        for block in np.array_split(np.arange(len(first)), len(first) // _PAIRS_COMPARED + 1):
            errors = _bit_errors(track, first[block], second[block], lag[block])
            near = errors < _BIT_ERRORS
            pairs = (values[block][near].astype(np.int32) for values in (first, second, lag))
            found.append((errors[near], *pairs))
    del track
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    del found
    errors, firsts, seconds, lags = columns
    order = np.lexsort((lags, seconds, firsts, errors))
    for start in range(0, len(order), _PAIRS_COMPARED):
        block = order[start : start + _PAIRS_COMPARED]
        yield from zip(
            firsts[block].tolist(), seconds[block].tolist(), (lags[block] * HOP_SECONDS).tolist(), strict=True
        )


@dataclass(frozen=True)
class _Track:
    """The sub-fingerprints of all recordings, one recording behind the other.

    ``bits``, ``audible`` and ``file`` are ``[all frames]``, ``starts`` (frames) and ``lengths`` ``[files]``.
    """

    bits: npt.NDArray[np.uint32]
    audible: npt.NDArray[np.bool_]
    file: Indices
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    @classmethod
    def of(cls, fingerprints: Sequence[Fingerprint]) -> _Track:
        """Join the fingerprints of at least one recording."""
        bits = np.concatenate([each.bits for each in fingerprints])
        audible = np.concatenate([each.audible for each in fingerprints])
        lengths = np.array([len(each.bits) for each in fingerprints], np.int64)
        file = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        return cls(bits, audible, file, np.cumsum(lengths) - lengths, lengths)

    def lag(self, one: Indices, other: Indices) -> npt.NDArray[np.int64]:
        """Return how many frames later, counted from the beginning of its file, the other frame is."""
        lag: npt.NDArray[np.int64] = (other - self.starts[self.file[other]]) - (one - self.starts[self.file[one]])
        return lag


def _sharing(track: _Track) -> Iterator[tuple[Indices, Indices, Indices]]:
    """Yield first, second and lag (in frames) of the pairs that share a sub-fingerprint: the lag at which most do."""
    files = len(track.lengths)
    span = 2 * int(track.lengths.max()) + 1
    for one, other in _equal_frames(track):
        pair = track.file[one].astype(np.int64) * files + track.file[other]
        lag = track.lag(one, other)
        code, votes = np.unique(pair * span + lag + span // 2, return_counts=True)
        pair, lag = code // span, code % span - span // 2
        by_votes = np.lexsort((-votes, pair))
        best = by_votes[np.unique(pair[by_votes], return_index=True)[1]]
        yield pair[best] // files, pair[best] % files, lag[best]


def _equal_frames(track: _Track) -> Iterator[tuple[Indices, Indices]]:
    """Yield the frames of equal bits in different files, the earlier file first; all of an earlier file at once."""
    order, followers = _by_bits(track)
    place = np.zeros(len(track.bits), order.dtype)
    for start in range(0, len(order), _INDEXED):
        place[order[start : start + _INDEXED]] = np.arange(start, min(start + _INDEXED, len(order)))
    ends = track.starts + track.lengths
    audible = np.cumsum(np.add.reduceat(track.audible, track.starts, dtype=np.int64))
    file = done = 0
    while file < len(ends):
        last = min(int(np.searchsorted(audible, done + _LOOKED_UP)), len(ends) - 1)
        first_frame, done = int(track.starts[file]), int(audible[last])
        frames = np.flatnonzero(track.audible[first_frame : ends[last]]) + first_frame
        file = last + 1
        places = place[frames]
        count = followers[places].astype(np.int64)
        one = np.repeat(places, count)
        step = np.arange(count.sum(), dtype=order.dtype) - np.repeat((np.cumsum(count) - count), count) + 1
        other = order[one + step]
        one = order[one]
        differ = track.file[one] != track.file[other]
        yield one[differ], other[differ]


def _by_bits(track: _Track) -> tuple[Indices, npt.NDArray[np.uint8]]:
    """Return the audible frames in the order of their bits, and how many equals follow each.

    Equals are in the order of the files. Bits and frame number are sorted as one number of 64 bits, in place: an index
    of its own would take as much again.
    """
    key = np.flatnonzero(track.audible).view(np.uint64)
    blocks = [slice(start, start + _INDEXED) for start in range(0, len(key), _INDEXED)]
    for block in blocks:
        key[block] |= track.bits[key[block]].astype(np.uint64) << np.uint64(64 - BITS)
    key.sort()
    of_frame = np.uint64((1 << (64 - BITS)) - 1)
    order: Indices = np.empty(len(key), np.int32 if len(track.bits) < 2**31 else np.int64)
    followers = np.empty(len(key), np.uint8)
    for block in blocks:
        equals_end = np.searchsorted(key, key[block] | of_frame, side="right")
        followers[block] = np.minimum(equals_end - np.arange(block.start, min(block.stop, len(key))) - 1, _EQUALS)
        order[block] = key[block] & of_frame
    return order, followers


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
