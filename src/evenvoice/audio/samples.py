"""Samples that cannot be speech, judged channel by channel before they are mixed down, block by block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evenvoice.errors import AudioError

LEAVE_OUT = "record or download it again, or leave it out"

# Full scale is 1. Floats may go beyond it, but not by 24 dB: these are integers that were never scaled.
LOUDEST = 16.0
# The share of samples at the extremes from which no speech is left, and how near the extremes that is.
_CLIPPED, _NEAR = 0.5, 0.99
# What is left of a constant's samples, against the constant, is rounding.
_ROUNDING = 1e-4
# The power of the mean of all channels, against channels that have nothing to do with one another: -20 dB.
_CANCELLED = 0.01


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
        self._low: npt.NDArray[np.float64] | None = None

    def add(self, block: npt.NDArray[np.float32]) -> None:
        """Take a block of samples, float32 ``[n, channels]``.

        Raises:
            AudioError: Samples that are NaN or infinite, or far above full scale.
        """
        if block.size == 0:
            return
        if self._low is None:
            channels = block.shape[1]
            self._low, self._high = np.full(channels, np.inf), np.full(channels, -np.inf)
            # Sums over the channels, and over their mean in the last place.
            self._sum, self._squares = np.zeros(channels + 1), np.zeros(channels + 1)
            self._extreme, self._at_extreme = np.zeros(channels), np.zeros(channels)
        low, high = block.min(axis=0), block.max(axis=0)
        peak = float(max(-low.min(), high.max()))
        if not np.isfinite(peak):
            raise AudioError(f"{self._name}: holds samples that are NaN or infinite; {LEAVE_OUT}")
        if peak > LOUDEST:
            shown = f"{peak:,.0f}" if peak < 1e6 else f"{peak:.1e}"
            raise AudioError(
                f"{self._name}: samples reach {shown}, where full scale is 1; divide them by the full scale "
                "(32768 for integers of 16 bits)"
            )
        self._low, self._high = np.minimum(self._low, low), np.maximum(self._high, high)
        self._count += len(block)
        wide = block.astype(np.float64)
        wide = np.concatenate((wide, wide.mean(axis=1, keepdims=True)), axis=1)
        self._sum += wide.sum(axis=0)
        self._squares += np.square(wide).sum(axis=0)
        self._count_extremes(np.abs(block))

    def _count_extremes(self, sizes: npt.NDArray[np.float32]) -> None:
        """Count samples near the largest so far."""
        peaks = sizes.max(axis=0)
        risen = peaks * _NEAR > self._extreme
        self._at_extreme[risen] = 0
        self._extreme = np.maximum(self._extreme, peaks)
        self._at_extreme += (sizes >= _NEAR * self._extreme).sum(axis=0)

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
        if clipped > _CLIPPED:
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
