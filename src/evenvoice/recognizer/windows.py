"""The rule of windows: where a long recording is cut. Files, live audio and the page in the browser share it.

Windows of one length begin at 0, hop, 2·hop, … as long as they lie wholly in the recording. If the last of them does
not reach the end, one more of the same length ends with the recording. A recording shorter than a window is one window.

Seconds become samples once, and everything else is whole numbers, so that every implementation cuts at the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from evenvoice.audio import SHORTEST, Waveform, one_line
from evenvoice.errors import EvenvoiceError

# A window is held in memory whole, and above a minute it is not a timeline.
LONGEST = 60.0
SHORTEST_HOP = 0.01


def in_samples(window: float, hop: float, rate: int) -> tuple[int, int]:
    """Return the length of a window and of a hop in samples: seconds × rate, rounded, halves up.

    Halves go up because JavaScript's ``Math.round`` does so; Python's ``round`` goes to the even neighbour.

    Args:
        window: Length of a window in seconds, from `SHORTEST` to `LONGEST`.
        hop: From the start of a window to that of the next in seconds, from `SHORTEST_HOP` to ``window``.
        rate: Sample rate in Hz.

    Raises:
        EvenvoiceError: A length out of its range.

    Examples:
        >>> in_samples(3.0, 1.0, 16000)
        (48000, 16000)
        >>> in_samples(2.0, 0.5, 11025)
        (22050, 5513)
    """
    for name, value in (("window", window), ("hop", hop)):
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or 1e9 < value < math.inf:
            raise EvenvoiceError(f"{name} of {one_line(f'{value!r:.40}')}: expected seconds, for example {name}=1.0")
    # Written so that a NaN fails it, too.
    if not SHORTEST <= window <= LONGEST:
        raise EvenvoiceError(f"window of {window:g} s: expected {SHORTEST:g} s to {LONGEST:g} s; 3 s suits most speech")
    if not SHORTEST_HOP <= hop <= window:
        raise EvenvoiceError(
            f"hop of {hop:g} s: expected {SHORTEST_HOP:g} s to the window's {window:g} s, beyond which parts would be "
            f"left out; give a hop of {min(1.0, window):g} s, for example"
        )
    return math.floor(window * rate + 0.5), math.floor(hop * rate + 0.5)


def starts(samples: int, length: int, hop: int) -> list[int]:
    """Return the first sample of each window of a recording.

    Args:
        samples: How long the recording is.
        length: How long a window is.
        hop: From the start of a window to that of the next, at most ``length``.

    Examples:
        >>> starts(10, length=4, hop=3)
        [0, 3, 6]
        >>> starts(12, length=4, hop=3)
        [0, 3, 6, 8]
        >>> starts(2, length=4, hop=3)
        [0]
    """
    last = samples - length
    if last <= 0:
        return [0]
    found = list(range(0, last + 1, hop))
    return found if found[-1] == last else [*found, last]


class Cutter:
    """Cuts a recording that comes in parts: each window as soon as it is complete.

    A buffer of two windows is all that is held; the samples of a window are a view of it: copy what is to be kept.

    Args:
        length: How long a window is, in samples.
        hop: From the start of a window to that of the next, at most ``length``.

    Examples:
        >>> cutter = Cutter(length=4, hop=3)
        >>> [(start, samples.tolist()) for start, samples in cutter.push(np.arange(6, dtype=np.float32))]
        [(0, [0.0, 1.0, 2.0, 3.0])]
        >>> [(start, samples.tolist()) for start, samples in cutter.finish()]
        [(2, [2.0, 3.0, 4.0, 5.0])]
    """

    def __init__(self, length: int, hop: int) -> None:
        self._length = length
        self._hop = hop
        self._buffer = np.zeros(2 * length, np.float32)
        self._filled = 0  # samples in the buffer
        self._passed = 0  # samples that are no longer in it
        self._start = 0  # of the next window, counted from the beginning of the recording

    def push(self, part: Waveform) -> Iterator[tuple[int, Waveform]]:
        """Yield first sample and samples of each window that a part completes; run it to its end.

        Args:
            part: What comes next, float32 ``[n]`` of any length.
        """
        length, buffer = self._length, self._buffer
        for first in range(0, part.size, length):
            piece = part[first : first + length]
            if self._filled + piece.size > buffer.size:
                # A window of samples is all that can still be asked for: hop <= length, so the next one lies within it.
                self._passed += self._filled - length
                buffer[:length] = buffer[self._filled - length : self._filled]
                self._filled = length
            buffer[self._filled : self._filled + piece.size] = piece
            self._filled += piece.size
            while self._start + length <= self._passed + self._filled:
                at = self._start - self._passed
                yield self._start, buffer[at : at + length]
                self._start += self._hop

    def finish(self) -> Iterator[tuple[int, Waveform]]:
        """Yield the window that `starts` adds at the end of the recording, if any."""
        length, total = self._length, self._passed + self._filled
        if 0 < total < length:
            yield 0, self._buffer[: self._filled]
        elif total > length and self._start - self._hop != total - length:
            yield total - length, self._buffer[self._filled - length : self._filled]


def cut(chunks: Iterable[Waveform], length: int, hop: int) -> Iterator[tuple[int, Waveform]]:
    """Yield first sample and samples of each window as soon as it is complete; at the end the one that `starts` adds.

    Args:
        chunks: Consecutive parts of one recording, float32 ``[n]`` each, of any lengths.
        length: How long a window is, in samples.
        hop: From the start of a window to that of the next, at most ``length``.

    Examples:
        >>> chunks = np.array_split(np.arange(12, dtype=np.float32), 5)
        >>> [(start, window.tolist()) for start, window in cut(chunks, length=8, hop=3)]
        [(0, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), (3, [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]), \
(4, [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0])]
    """
    cutter = Cutter(length, hop)
    for chunk in chunks:
        yield from cutter.push(chunk)
    yield from cutter.finish()
