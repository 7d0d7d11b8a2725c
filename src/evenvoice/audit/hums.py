"""Which recordings are hums or tones, of which no pair can be judged: found without looking at every recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evenvoice.allocator import release
from evenvoice.audit.fingerprint import Fingerprint
from evenvoice.audit.matching import is_periodic

Indices = npt.NDArray[np.signedinteger]

# A hum is looked for in a recording that is the shorter of more candidates than these. It takes as long as to compare
# the bits of 500 pairs; EmoDB and RAVDESS together have 226 candidates of 1,975 recordings.
_MANY = 4

MOST_READ = 1 << 21
"""Bytes of waveforms to read from their file before it is given back: the system maps more, whole folios of it."""


class Hums:
    """Which recordings correlate with themselves above a limit, each looked at once, and only where it matters.

    Args:
        fingerprints: One for each recording.
        limit: Of the correlation.

    Examples:
        >>> from evenvoice.audit.fingerprint import fingerprint
        >>> time = np.arange(8000) / 8000
        >>> tone = np.sin(2 * np.pi * 440 * time).astype(np.float32)
        >>> noise = np.random.default_rng(0).normal(0, 0.1, 8000).astype(np.float32)
        >>> hums = Hums([fingerprint(sound, 8000, name) for sound, name in ((tone, "tone"), (noise, "noise"))], 0.6)
        >>> hums.has(0), hums.has(1)
        (True, False)
    """

    def __init__(self, fingerprints: Sequence[Fingerprint], limit: float) -> None:
        self._fingerprints, self._limit = fingerprints, limit
        self._lengths = np.array([len(each.shape) for each in fingerprints], np.int64)
        self._candidates = np.zeros(len(fingerprints), np.int64)
        self._known: dict[int, bool] = {}
        self._hums = np.zeros(len(fingerprints), bool)
        self._read = 0

    def has(self, number: int) -> bool:
        """Return whether a recording is a hum."""
        if number not in self._known:
            shape = self._fingerprints[number].shape
            self._known[number] = self._hums[number] = is_periodic(self._fingerprints[number], self._limit)
            self._read += shape.nbytes
            if self._read > MOST_READ:
                release(shape)
                self._read = 0
        return self._known[number]

    def can_be_judged(self, first: int, second: int) -> bool:
        """Return whether the shorter of two recordings, the first of two of one length, is no hum."""
        return not self.has(second if self._lengths[second] < self._lengths[first] else first)

    def may_be_judged(self, first: Indices, second: Indices) -> npt.NDArray[np.bool_]:
        """Return for pairs whether `can_be_judged` may be true, of what `count` has found so far: bool ``[n]``."""
        return ~self._hums[self._shorter(first, second)]

    def count(self, first: Indices, second: Indices) -> None:
        """Count candidates, and look for a hum in recordings that are the shorter of many."""
        numbers, counts = np.unique(self._shorter(first, second), return_counts=True)
        self._candidates[numbers] += counts
        for number in numbers[self._candidates[numbers] > _MANY].tolist():
            self.has(number)

    def _shorter(self, first: Indices, second: Indices) -> Indices:
        return np.where(self._lengths[second] < self._lengths[first], second, first)
