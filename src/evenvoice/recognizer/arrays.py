"""Samples in arrays, tensors, columns and lists: as NumPy has them, as floats of full scale 1, and as one channel."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.audio import Judge, Waveform, not_floats
from evenvoice.errors import AudioError

# Integers, as WAV files hold them, with what stands for zero and their full scale.
_INTEGERS = {"int16": (0, 2.0**15), "int32": (0, 2.0**31), "uint8": (128, 2.0**7)}
_CHANNELS = 64


def is_number(value: object) -> bool:
    """Return whether a value is a real number, of Python or of NumPy; true and false are none."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool | np.bool_)


def scalar(value: Any) -> Any:
    """Return the number in an array or a tensor of one, as loaders of batches give sample rates."""
    return value.item() if getattr(value, "ndim", None) == 0 and callable(getattr(value, "item", None)) else value


def array_of(values: Any, name: str, expected: str) -> npt.NDArray[Any]:
    """Return an array, or a tensor, a column or a list of numbers as one.

    Args:
        values: What holds them.
        name: What errors call it.
        expected: What errors say that was expected.

    Raises:
        AudioError: It holds no numbers, or some of them are masked.
    """
    if callable(getattr(values, "detach", None)) and callable(getattr(values, "cpu", None)):
        values = values.detach().cpu()
        if str(getattr(values, "dtype", None)) == "torch.bfloat16":  # NumPy has no such type
            values = values.float()
        values = values.numpy()
    # NumPy imports `ma` when it is first asked for, which takes as long as a prediction; before, nothing is masked.
    ma = sys.modules.get("numpy.ma")
    if ma is not None and isinstance(values, ma.MaskedArray) and (masked := int(np.count_nonzero(values.mask))):
        raise AudioError(f"{name}: {masked} samples are masked; fill them in, or cut them out")
    if not isinstance(values, np.ndarray):
        if not (_holds_numbers(values) or hasattr(values, "__array__") or hasattr(values, "typecode")):
            raise AudioError(f"{name}: {type(values).__name__}; {expected}")
        values = np.asarray(values, np.float64 if isinstance(values, list) else None)
    found: npt.NDArray[Any] = values
    if found.dtype.kind == "O" and all(is_number(value) for value in found.flat):
        found = found.astype(np.float64)
    return found


def _holds_numbers(values: Any) -> bool:
    """Return whether something is a list of numbers, or of equally long lists of them, as JSON holds channels."""
    if not isinstance(values, list):
        return False
    if values and all(isinstance(each, list) for each in values):
        return len({len(each) for each in values}) == 1 and all(is_number(value) for each in values for value in each)
    return all(is_number(value) for value in values)


def as_floats(samples: npt.NDArray[Any], name: str, *, whole: bool = True) -> npt.NDArray[Any]:
    """Return integers as floats of full scale 1, and anything else as it is.

    Args:
        samples: Any shape and dtype.
        name: What errors call them.
        whole: Whether it is a whole recording; a part of one may be all but silent.

    Raises:
        AudioError: Samples of 16 or 24 bits in integers of 32, which would be all but silent.

    Examples:
        >>> as_floats(np.array([0, -16384], np.int16), "the waveform").tolist()
        [0.0, -0.5]
    """
    if samples.dtype.name not in _INTEGERS:
        return samples
    zero, full_scale = _INTEGERS[samples.dtype.name]
    if samples.dtype.name == "int32" and samples.size and whole:
        # Samples of fewer bits that fill 32, as files hold them, end in zeros.
        peak = max(int(samples.max()), -int(samples.min()))
        bits = 16 if peak <= 2**15 else 24
        if 0 < peak <= 2**23 and bool((samples & (2 ** (32 - bits) - 1)).any()):
            raise AudioError(
                f"{name}: int32 values reach {peak:,}, and their full scale is 2**31; these look like samples of "
                f"{bits} bits: divide them by 2**{bits - 1}, and give floats"
            )
    return ((samples.astype(np.float64) - zero) / full_scale).astype(np.float32)


def mono(samples: npt.NDArray[Any], name: str) -> Waveform:
    """Return the mean of several channels, which lie along the shorter axis, after each was looked at.

    Raises:
        AudioError: An axis that cannot be told, values that are no floats, or a channel that cannot be speech.
    """
    rows, columns = samples.shape
    if rows == columns > 1 or min(rows, columns) > _CHANNELS:
        raise AudioError(
            f"{name}: an array of shape [{rows}, {columns}]: which axis is the channels? Take their mean, and give [n]"
        )
    values = as_floats(samples if columns < rows or columns == 1 else samples.T, name)
    if not np.issubdtype(values.dtype, np.floating):
        raise not_floats(values.dtype, name)
    values = np.ascontiguousarray(values, np.float32)
    judge = Judge(name)
    judge.add(values)
    judge.conclude()
    return np.asarray(values.mean(axis=1, dtype=np.float32))
