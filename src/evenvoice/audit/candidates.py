"""Which recordings may hold the same sound: those that share sub-fingerprints, found without comparing all pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenvoice.allocator import release
from evenvoice.audit.fingerprint import BITS, HOP_SECONDS, Fingerprint
from evenvoice.audit.hums import Hums
from evenvoice.audit.nearest import NearestFirst

Indices = npt.NDArray[np.signedinteger]

# Two recordings are candidates where fewer bits than this differ. 0.5 is chance, copies through the poorest codec stay
# under 0.25, and Haitsma and Kalker take 0.35.
_BIT_ERRORS = 0.3

# How many frames of an overlap are compared, and of how many pairs at once: half a MB an array, which a cache holds.
_FRAMES_COMPARED = 128
_PAIRS_COMPARED = 512

# A sub-fingerprint is looked up among so many of its equals, in the order of the files, so that one that is everywhere
# costs no more than others. A large set of copies still becomes one set: each is matched with those that follow.
_EQUALS = 64

# How many sub-fingerprints are looked up at once, those of a file together: bounds the memory (about 50 MB).
_LOOKED_UP = 8_000

# How many frames are worked on at once while the index is made (some 8 MB an array), and in how many parts it is made.
_INDEXED = 1 << 20
_PARTS = 16

# The bit of a word that tells an audible frame, above those of the sub-fingerprint.
_AUDIBLE = np.uint32(1 << BITS)
_BITS = np.uint32((1 << BITS) - 1)

# The file of every 64th frame is noted, as a power of two: a file for each would take as much as the bits.
_NEAR_FILE = 6


def candidates(fingerprints: Sequence[Fingerprint], hums: Hums) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs that share a sub-fingerprint and most of the bits around it: first < second, and the lag.

    The lag is how much later the sound comes in the second, in seconds, as nearly as a hop. Those with the fewest
    different bits come first.

    The time grows with the number of recordings and of pairs that share a sub-fingerprint, not with that of all pairs.
    Memory: 8 bytes a frame, 1 kB a second of sound; pairs are put aside in files where there are many.

    Args:
        fingerprints: One for each recording.
        hums: Which of them are hums, as far as it is known: some pairs that cannot be judged are left out.
    """
    if not fingerprints:
        return
    track = _Track.of(fingerprints)
    with NearestFirst(_BIT_ERRORS) as pairs:
        for first, second, lag in _sharing(track):
            of_use = hums.may_be_judged(first, second)
            first, second, lag = first[of_use], second[of_use], lag[of_use]
            for start in range(0, len(first), _PAIRS_COMPARED):
                block = slice(start, start + _PAIRS_COMPARED)
                errors = _bit_errors(track, first[block], second[block], lag[block])
                near = errors < _BIT_ERRORS
                pairs.put(errors[near], first[block][near], second[block][near], lag[block][near])
                hums.count(first[block][near], second[block][near])
        del track
        for firsts, seconds, lags in pairs:
            yield from zip(firsts.tolist(), seconds.tolist(), (lags * HOP_SECONDS).tolist(), strict=True)


@dataclass(frozen=True)
class _Track:
    """The sub-fingerprints of all recordings, one recording behind the other.

    ``words`` is ``[all frames]``: the bits, and `_AUDIBLE` where they are. ``starts`` (frames) and ``lengths`` are
    ``[files]``. ``near_file`` is the file of every 64th frame; ``steps`` is how many begin, at most, until
    the next.
    """

    words: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    near_file: npt.NDArray[np.intp]
    steps: int

    @classmethod
    def of(cls, fingerprints: Sequence[Fingerprint]) -> _Track:
        """Join the fingerprints of at least one recording."""
        lengths = np.array([len(each.bits) for each in fingerprints], np.int64)
        ends = np.cumsum(lengths)
        words = np.empty(ends[-1], np.uint32)
        read = 0
        for each, end in zip(fingerprints, ends.tolist(), strict=True):
            words[end - len(each.bits) : end] = each.bits | each.audible * _AUDIBLE
            read += len(each.bits)
            if read > _INDEXED or end == len(words):
                release(each.bits)
                release(each.audible)
                read = 0
        near_file = np.searchsorted(ends, np.arange(0, len(words), 1 << _NEAR_FILE), side="right")
        steps = int(np.diff(near_file, append=len(lengths) - 1).max())
        return cls(words, ends - lengths, lengths, near_file, steps)

    @property
    def audible(self) -> npt.NDArray[np.bool_]:
        """Which frames are not silence: ``[all frames]``."""
        return self.words >= _AUDIBLE

    def file(self, frames: Indices) -> npt.NDArray[np.intp]:
        """Return the file of each frame."""
        file: npt.NDArray[np.intp] = self.near_file[frames >> _NEAR_FILE]
        ends = self.starts + self.lengths
        for _ in range(self.steps):
            file += ends[file] <= frames
        return file


def _sharing(track: _Track) -> Iterator[tuple[Indices, Indices, Indices]]:
    """Yield first, second and lag (in frames) of the pairs that share a sub-fingerprint: the lag at which most do.

    Of lags with as many, the smallest.
    """
    files, longest = len(track.lengths), int(track.lengths.max())
    bits = (2 * longest).bit_length()
    for first, one, other in _equal_frames(track):
        second = track.file(other)
        lag = (other - track.starts[second]) - (one - track.starts[first])
        code = ((first * files + second) << bits) + (lag + longest)
        code.sort()
        at = np.flatnonzero(np.diff(code, prepend=-1))
        code, votes = code[at], np.diff(at, append=len(code))
        pair = code >> bits
        begins = np.flatnonzero(np.diff(pair, prepend=-1))
        most = np.maximum.reduceat(votes, begins) if len(begins) else votes
        most_voted = np.flatnonzero(votes == np.repeat(most, np.diff(begins, append=len(pair))))
        best = most_voted[np.flatnonzero(np.diff(pair[most_voted], prepend=-1))]
        pair = pair[best]
        yield pair // files, pair % files, (code[best] & ((1 << bits) - 1)) - longest


def _equal_frames(track: _Track) -> Iterator[tuple[Indices, Indices, Indices]]:
    """Yield the frames of equal bits in different files, the earlier file first; all of an earlier file at once.

    That is the earlier file, the frame in it and the other frame.
    """
    following = _following(track.words)
    ends = track.starts + track.lengths
    audible = _audible_before(track, ends)
    file = done = 0
    while file < len(ends):
        last = min(int(np.searchsorted(audible, done + _LOOKED_UP)), len(ends) - 1)
        begin, done = int(track.starts[file]), int(audible[last])
        file = last + 1
        one = np.flatnonzero(track.words[begin : ends[last]] >= _AUDIBLE) + begin
        first, other, found = track.file(one), one, []
        for _ in range(_EQUALS):
            other = following[other]
            there = np.flatnonzero(other >= 0)
            first, one, other = first[there], one[there], other[there]
            # Those of equal bits in the same file are looked up too.
            differ = np.flatnonzero(other >= ends[first])
            found.append((first[differ], one[differ], other[differ]))
        firsts, ones, others = (np.concatenate(column) for column in zip(*found, strict=True))
        yield firsts, ones, others


def _audible_before(track: _Track, ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return how many audible frames there are up to the end of each file."""
    each = [
        int(np.count_nonzero(track.words[start:end] >= _AUDIBLE))
        for start, end in zip(track.starts.tolist(), ends.tolist(), strict=True)
    ]
    return np.cumsum(each, dtype=np.int64)


def _following(words: npt.NDArray[np.uint32]) -> Indices:
    """Return for each audible frame the next one with its bits, -1 where there is none: ``[all frames]``.

    Bits and frame number are sorted as one number of 64 bits, those with one remainder of the bits at a time: all at
    once would take as much memory again as all that stays.
    """
    following: Indices = np.full(len(words), -1, np.int32 if len(words) < 2**31 else np.int64)
    starts = range(0, len(words), _INDEXED)
    for part in range(_PARTS):
        pieces = []
        for start in starts:
            block = words[start : start + _INDEXED]
            frames = np.flatnonzero((block >= _AUDIBLE) & (_hashed(block) == part))
            bits = (block[frames] & _BITS).astype(np.uint64) << np.uint64(64 - BITS)
            pieces.append(bits | (frames + start).astype(np.uint64))
        key = np.concatenate(pieces)
        key.sort()
        frames = (key & np.uint64((1 << (64 - BITS)) - 1)).astype(following.dtype)
        key >>= np.uint64(64 - BITS)
        same = key[1:] == key[:-1]
        following[frames[:-1][same]] = frames[1:][same]
    return following


def _hashed(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return a number below `_PARTS` for the bits of each word, evenly spread (Knuth's multiplicative hash)."""
    return (words & _BITS) * np.uint32(2654435761) >> np.uint32(32 - _PARTS.bit_length() + 1)


def _bit_errors(track: _Track, first: Indices, second: Indices, lag: Indices) -> npt.NDArray[np.float64]:
    """Return for each pair the share of bits that differ, over frames that are audible in both; 1 where none is."""
    begin = np.maximum(0, -lag)
    end = np.minimum(track.lengths[first], track.lengths[second] - lag)
    step = (end - begin).astype(np.int32)[:, None] * np.arange(_FRAMES_COMPARED, dtype=np.int32) // _FRAMES_COMPARED
    one = track.words[step + (track.starts[first] + begin)[:, None]]
    other = track.words[step + (track.starts[second] + begin + lag)[:, None]]
    both = (one & other) >> np.uint32(BITS)
    compared = both.sum(axis=1)
    ones = _ones((one ^ other) * both).sum(axis=1)
    return np.where(compared > 0, ones / (BITS * np.maximum(compared, 1)), 1.0)


def _ones(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """Return how many bits are set in every two words: ``[..., n]`` to ``[..., n / 2]``.

    Each step adds neighbours: bits to pairs, pairs to fours, fours to bytes; the product adds all bytes into the upper.
    """
    both = words.view(np.uint64)
    both = both - ((both >> np.uint64(1)) & np.uint64(0x5555555555555555))
    both = (both & np.uint64(0x3333333333333333)) + ((both >> np.uint64(2)) & np.uint64(0x3333333333333333))
    both = (both + (both >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (both * np.uint64(0x0101010101010101)) >> np.uint64(56)
