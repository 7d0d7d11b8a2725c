"""Waveforms: what can be heard, and at another sample rate (soxr)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

from evenvoice.errors import AudioError

Waveform = npt.NDArray[np.float32]

# Full scale is 1. Squares of anything above this overflow float32 further on, and no microphone made it.
_LOUDEST = 1e9

LEAVE_OUT = "record or download it again, or leave it out"


def resample(waveform: Waveform, rate: int, new_rate: int) -> Waveform:
    """Return the waveform ``[n]`` at another sample rate: float32 ``[about n * new_rate / rate]`` (soxr, HQ).

    Examples:
        >>> resample(np.zeros(441, np.float32), 44100, 16000).shape
        (160,)
    """
    if rate == new_rate:
        return waveform
    return np.asarray(soxr.resample(waveform, rate, new_rate), dtype=np.float32)


def check_waveform(waveform: npt.ArrayLike, name: str) -> Waveform:
    """Return a waveform as float32 ``[n]``, or raise the `AudioError` that says why it cannot be used.

    Args:
        waveform: Floats ``[n]`` of full scale 1.
        name: What the error calls it: a file, ``X[3]``.

    Raises:
        AudioError: Not one channel, not floats, empty, silent, NaN or infinite, or far above full scale.

    Examples:
        >>> check_waveform(np.zeros(800), "X[3]")
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: X[3]: silent (every sample is zero); record or download it again, or leave it out
    """
    values = np.asarray(waveform)
    if values.ndim != 1:
        raise AudioError(
            f"{name}: an array of shape {list(values.shape)}, expected mono [n]; take the mean of the channels"
        )
    if not np.issubdtype(values.dtype, np.floating):
        raise AudioError(f"{name}: {values.dtype} values, expected floats of full scale 1; divide by the full scale")
    if values.size == 0:
        raise AudioError(f"{name}: no samples; {LEAVE_OUT}")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is told of below
        values = values.astype(np.float32, copy=False)
    peak = float(np.abs(values).max())
    if not np.isfinite(peak):
        raise AudioError(f"{name}: holds samples that are NaN or infinite; {LEAVE_OUT}")
    if peak > _LOUDEST:
        raise AudioError(f"{name}: samples reach {peak:.1e}, where full scale is 1; {LEAVE_OUT}")
    if peak == 0:
        raise AudioError(f"{name}: silent (every sample is zero); {LEAVE_OUT}")
    return values
