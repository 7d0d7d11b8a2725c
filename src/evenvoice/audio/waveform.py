"""Waveforms in memory: one channel at one sample rate, checked and resampled (soxr)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from evenvoice.audio.samples import LEAVE_OUT, Judge, check_length
from evenvoice.errors import AudioError

Waveform = npt.NDArray[np.float32]


def resample(waveform: Waveform, rate: float, new_rate: int) -> Waveform:
    """Return the waveform ``[n]`` at another sample rate: float32 ``[about n * new_rate / rate]`` (soxr, HQ).

    Examples:
        >>> resample(np.zeros(441, np.float32), 44100, 16000).shape
        (160,)
    """
    if rate == new_rate:
        return waveform
    return np.asarray(soxr.resample(waveform, rate, new_rate), dtype=np.float32)


def check_waveform(waveform: npt.ArrayLike, name: str, rate: float | None = None) -> Waveform:
    """Return a waveform as float32 ``[n]``, or raise the `AudioError` that says why it cannot be used.

    Args:
        waveform: Floats ``[n]`` of full scale 1.
        name: What the error calls it: a file, ``X[3]``.
        rate: Its sample rate in Hz; if not given, it may be of any length.

    Raises:
        AudioError: Not one channel, not floats, empty, silent, constant, clipped throughout, NaN or infinite, far
            above full scale, or shorter than 0.1 s.

    Examples:
        >>> check_waveform(np.zeros(800), "X[3]")
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: X[3]: silent (every sample is zero); record or download it again, or leave it out
    """
    judge = Judge(name)
    values = _mono(waveform, name)
    judge.add(values[:, None])
    judge.conclude()
    if rate is not None:
        check_length(values.size, rate, name)
    return values


def check_chunk(chunk: npt.ArrayLike, name: str) -> Waveform:
    """Return a part of a recording as float32 ``[n]``; unlike the whole it may be empty, silent or constant.

    Args:
        chunk: Floats ``[n]`` of full scale 1.
        name: What the error calls it.

    Raises:
        AudioError: Not one channel, not floats, NaN or infinite, or far above full scale.

    Examples:
        >>> check_chunk([0.5, np.nan], "chunk 2")
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: chunk 2: holds samples that are NaN or infinite; record or download it again, or \
leave it out
    """
    values = np.ascontiguousarray(_mono(chunk, name))
    Judge(name).add(values[:, None])
    return values


def not_floats(dtype: np.dtype[Any], name: str) -> AudioError:
    """Return the error for samples that are no floats.

    Args:
        dtype: Theirs.
        name: What the error calls the recording.

    Examples:
        >>> print(not_floats(np.dtype("int64"), "X[3]"))
        X[3]: int64 values, expected floats of full scale 1; divide by the full scale
        >>> print(not_floats(np.dtype("complex64"), "X[3]"))
        X[3]: complex64 values, expected floats of full scale 1; give the samples of a waveform
    """
    remedy = "divide by the full scale" if dtype.kind in "iu" else "give the samples of a waveform"
    return AudioError(f"{name}: {dtype} values, expected floats of full scale 1; {remedy}")


def _mono(waveform: npt.ArrayLike, name: str) -> Waveform:
    """Return floats of one channel as float32."""
    try:
        values = np.asarray(waveform)
    except (ValueError, TypeError) as error:
        raise AudioError(f"{name}: not an array ({error}); give floats [n] of full scale 1") from error
    if values.ndim != 1:
        raise AudioError(
            f"{name}: an array of shape {list(values.shape)}, expected mono [n]; take the mean of the channels"
        )
    if values.size and not np.issubdtype(values.dtype, np.floating):
        raise not_floats(values.dtype, name)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused by the check
        return values.astype(np.float32, copy=False)


__all__ = ["LEAVE_OUT", "Waveform", "check_chunk", "check_waveform", "not_floats", "resample"]
