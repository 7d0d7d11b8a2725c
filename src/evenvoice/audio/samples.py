"""Samples that cannot be speech, judged channel by channel before they are mixed down, block by block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evenvoice.errors import AudioError

Block = npt.NDArray[np.float32]

LEAVE_OUT = "record or download it again, or leave it out"

# Full scale is 1. Floats may go beyond it, but not by 24 dB: these are integers that were never scaled.
LOUDEST = 16.0
# In seconds. A vowel takes a tenth; features of less are mostly those of the zeros that they are padded with.
SHORTEST = 0.1
# Times in a table are rounded, and so are samples at another rate.
_ROUNDED = 5e-4
# The share of samples at the extremes from which no speech is left, and how near that is, as a part of the range.
_CLIPPED, _NEAR = 0.8, 0.005
# Of fewer samples than this, many lie at the extremes by chance.
_FEW = 100
# What is left of a constant's samples, against the constant, is rounding.
_ROUNDING = 1e-4
# The power of the mean of all channels, against channels that have nothing to do with one another: -20 dB.
_CANCELLED = 0.01


def check_length(samples: int, rate: float, name: str, part: str = "") -> None:
    """Raise unless there is enough of a recording to say anything of it.

    Args:
        samples: How many there are.
        rate: How many a second has, in Hz.
        name: What the error calls the recording.
        part: What it calls the part of it, with a space behind.

    Raises:
        AudioError: It lasts less than `SHORTEST`.

    Examples:
        >>> check_length(1600, 16000, "a.wav")
        >>> check_length(160, 16000, "a.wav")
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: a.wav: lasts 0.01 s, expected 0.1 s or more; record or download it again, \
or leave it out
    """
    if samples < (SHORTEST - _ROUNDED) * rate:
        lasts = f"{part}lasts {samples / rate:.2g} s"
        raise AudioError(f"{name}: {lasts}, expected {SHORTEST:g} s or more; {LEAVE_OUT}")


def _energy(samples: npt.NDArray[np.float64]) -> float:
    """Return the sum of squares."""
    # Not `samples @ samples`: BLAS shares that among threads, which on a busy machine wait for each other.
    return float(np.square(samples).sum())


class Judge:
    """Takes the blocks of one recording and says at the end whether they can be speech.

    Args:
        name: What errors call the recording.

    Examples:
        >>> judge = Judge("a.wav")
        >>> judge.add(np.full((800, 1), 0.5, np.float32))
        >>> judge.conclude()
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: a.wav: constant (every sample is 0.5); record or download it again, or leave it out
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._low: Block | None = None

    def add(self, block: Block) -> None:
        """Take a block of samples, float32 ``[n, channels]``.

        Raises:
            AudioError: Samples that are NaN or infinite, or far above full scale.
        """
        if block.size == 0:
            return
        # Each channel in one piece: sums over them take a tenth of the time.
        channels = np.ascontiguousarray(block.T)
        low, high = channels.min(axis=1), channels.max(axis=1)
        if self._low is None:
            self._low, self._high = low, high
            # Sums over the channels, and over their mean in the last place.
            self._sum, self._squares = np.zeros(len(channels) + 1), np.zeros(len(channels) + 1)
            self._at_extreme = np.zeros(len(channels))
        peak = float(max(-low.min(), high.max()))
        if not np.isfinite(peak):
            raise AudioError(f"{self._name}: holds samples that are NaN or infinite; {LEAVE_OUT}")
        if peak > LOUDEST:
            shown = f"{peak:,.0f}" if peak < 1e6 else f"{peak:.1e}"
            raise AudioError(
                f"{self._name}: samples reach {shown}, where full scale is 1; divide them by the full scale "
                "(32768 for integers of 16 bits)"
            )
        self._count_extremes(channels, low, high)
        self._count += len(block)
        wide = channels.astype(np.float64)
        # The mean of one channel is that channel.
        sums = [(of.sum(), _energy(of)) for of in (wide if len(wide) == 1 else (*wide, wide.mean(axis=0)))]
        for place, (total, energy) in enumerate(sums if len(wide) > 1 else sums * 2):
            self._sum[place] += total
            self._squares[place] += energy

    def _count_extremes(self, channels: Block, low: Block, high: Block) -> None:
        """Count samples near the lowest and the highest so far; anew where the range has grown."""
        before = low if self._low is None else self._low
        lowest, highest = np.minimum(before, low), np.maximum(self._high, high)
        near = _NEAR * (highest - lowest)
        self._at_extreme[(lowest < before - near) | (highest > self._high + near)] = 0
        self._low, self._high = lowest, highest
        bottom, top = (lowest + near)[:, None], (highest - near)[:, None]
        self._at_extreme += np.count_nonzero((channels <= bottom) | (channels >= top), axis=1)

    def conclude(self) -> None:
        """Say whether what was added can be speech.

        Raises:
            AudioError: No samples, silence, a constant, channels that cancel, or clipping throughout.
        """
        if self._low is None:
            raise AudioError(f"{self._name}: no samples; {LEAVE_OUT}")
        if not self._low.any() and not self._high.any():
            raise AudioError(f"{self._name}: silent (every sample is zero); {LEAVE_OUT}")
        if self._count == 1:
            return
        spans, sizes = self._high - self._low, np.maximum(-self._low, self._high)
        if (spans <= _ROUNDING * sizes).all():
            level = self._sum[int(sizes.argmax())] / self._count
            raise AudioError(f"{self._name}: constant (every sample is {level:.3g}); {LEAVE_OUT}")
        self._check_mix()
        sounding = spans > _ROUNDING * sizes
        clipped = (self._at_extreme / self._count)[sounding].min()
        if clipped > _CLIPPED and self._count >= _FEW:
            raise AudioError(
                f"{self._name}: clipped ({clipped:.0%} of its samples lie at the extremes); record it again at a lower "
                "level, or leave it out"
            )

    def _check_mix(self) -> None:
        """Raise if the channels cancel when their mean is taken."""
        power = self._squares / self._count - np.square(self._sum / self._count)
        *each, mix = np.maximum(power, 0)
        if mix < _CANCELLED * sum(each) / len(each) ** 2:
            raise AudioError(
                f"{self._name}: its channels cancel when they are mixed to mono (one is inverted); keep one of them, "
                "for example with ffmpeg -i IN -af 'pan=mono|c0=c0' OUT.wav"
            )
