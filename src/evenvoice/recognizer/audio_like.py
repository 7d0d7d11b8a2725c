"""What people have in hand, as a waveform: files, bytes, arrays, and what other libraries give.

    "clip.wav", Path("clip.wav")                        a file
    b"RIFF…", open("clip.wav", "rb"), io.BytesIO(…)     the bytes of a file
    x, x with rate=48000                                an array or a torch tensor, [n], at the model's rate or another
    (48000, x), (x, 48000)                              Gradio and scipy; librosa, soundfile and torchaudio
    {"array": x, "sampling_rate": 48000}                Hugging Face datasets and pipelines; "raw" for "array", too
    {"path": "clip.wav"}, {"bytes": b"RIFF…"}           Hugging Face datasets, not decoded

An array may be of floats of full scale 1, or of int16, int32 or uint8 as WAV files hold them; in a pair or a dict it
may have several channels, along its shorter axis.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from evenvoice.audio import Judge, Waveform, check_length, check_waveform, one_line, open_blocks, resample
from evenvoice.errors import AudioError

_EXPECTED = (
    "expected a file, bytes, an array [n], (rate, array) or {'array': …, 'sampling_rate': …}; see "
    "evenvoice.recognizer.audio_like"
)
# Integers, as WAV files hold them, with what stands for zero and their full scale.
_INTEGERS = {"int16": (0, 2.0**15), "int32": (0, 2.0**31), "uint8": (128, 2.0**7)}
_CHANNELS = 64
_LOWEST_RATE, _HIGHEST_RATE = 1000, 1_000_000


def to_waveform(audio: object, rate: float | None, new_rate: int, name: str) -> Waveform:
    """Return a recording of any kind as float32 ``[n]`` at a sample rate.

    Args:
        audio: The recording.
        rate: The sample rate of an array in Hz; ``None`` if it is the new one.
        new_rate: The sample rate to give, in Hz.
        name: What errors call what has no name.

    Raises:
        AudioError: The recording cannot be used, or is none.

    Examples:
        >>> samples = np.tile(np.array([0, 16384, 8192, -16384], np.int16), 200)
        >>> to_waveform((8000, samples), None, 8000, "the waveform")[:4].tolist()
        [0.0, 0.5, 0.25, -0.5]
    """
    encoded = as_encoded(audio, rate, name)
    if encoded is not None:
        with open_blocks(encoded, name=name) as (own_rate, blocks):
            whole = np.concatenate(list(blocks))
        return resample(whole, own_rate, new_rate)
    samples, own = _unpacked(audio, rate, name)
    waveform = _mono(samples, name) if own is not None and samples.ndim == 2 else check_waveform(_floats(samples), name)
    from_rate = new_rate if own is None else own
    check_length(waveform.size, from_rate, name)
    return resample(waveform, from_rate, new_rate)


def are_several(audio: object) -> bool:
    """Tell whether this is a list of recordings; a list of numbers is one waveform.

    Examples:
        >>> are_several(["a.wav"]), are_several([0.5, -0.5]), are_several("a.wav")
        (True, False, False)
    """
    return isinstance(audio, list) and not (audio and all(map(_is_number, audio)))


def as_encoded(audio: object, rate: float | None, name: str) -> Path | BinaryIO | None:
    """Return the file, or the bytes of a file, that a recording is; ``None`` if it is an array.

    Raises:
        AudioError: A sample rate is given for a file, which has its own.
    """
    if isinstance(audio, Mapping) and audio.get("array") is None and audio.get("raw") is None:
        stored = audio.get("bytes") if audio.get("bytes") is not None else audio.get("path")
        audio = stored if isinstance(stored, bytes | str | os.PathLike) else audio
    found: Path | BinaryIO | None = None
    if isinstance(audio, str | os.PathLike):
        path = os.fspath(audio)
        found = Path(os.fsdecode(path))
    elif isinstance(audio, bytes | bytearray | memoryview):
        found = io.BytesIO(audio)
    elif callable(getattr(audio, "read", None)):
        found = _in_memory(audio, name)
    if found is not None and rate is not None:
        label = found if isinstance(found, Path) else name
        raise AudioError(f"{label}: a file knows its own sample rate; give a rate with waveforms only")
    return found


def check_rate(rate: float, name: str = "the waveform") -> float:
    """Return a sample rate, unless no recording has it.

    Args:
        rate: In Hz.
        name: What errors call the recording.

    Raises:
        AudioError: No number from 1000 to 1,000,000 Hz.
    """
    # Written so that a NaN fails it, too.
    if not _is_number(rate) or not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
        shown = one_line(f"{rate!r:.40}")
        raise AudioError(
            f"{name}: a sample rate of {shown} Hz is impossible; give the one it was recorded at, from "
            f"{_LOWEST_RATE} to {_HIGHEST_RATE}"
        )
    return float(rate)


@contextmanager
def blocks_of(audio: Path | BinaryIO, name: str) -> Iterator[tuple[int, Iterator[Waveform]]]:
    """Give the sample rate of a file or of its bytes, and its waveform in blocks; see `evenvoice.audio.open_blocks`."""
    with open_blocks(audio, name=name, max_seconds=math.inf) as opened:
        yield opened


def _in_memory(file: Any, name: str) -> BinaryIO:
    """Return an open file, or what is left in one that cannot seek."""
    try:
        if file.seekable():
            file.seek(0)
            if isinstance(file.read(0), bytes):
                return cast(BinaryIO, file)
        data = file.read()
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise AudioError(f"{name}: a file that cannot be read ({error}); open it again") from error
    if not isinstance(data, bytes):
        raise AudioError(f"{name}: a file opened as text; open it as bytes, with mode 'rb'")
    return io.BytesIO(data)


def _unpacked(audio: object, rate: float | None, name: str) -> tuple[npt.NDArray[Any], float | None]:
    """Return an array and its sample rate, if any, checked, out of a pair or a dict."""
    if isinstance(audio, Mapping):
        samples = audio.get("array") if audio.get("array") is not None else audio.get("raw")
        if samples is None or audio.get("sampling_rate") is None:
            raise AudioError(
                f"{name}: a dict with {one_line(', '.join(map(repr, list(audio)[:4]))) or 'nothing'}; {_EXPECTED}"
            )
        audio = (samples, audio["sampling_rate"])
    if isinstance(audio, tuple):
        if rate is not None or len(audio) != 2:
            beside = "with" if rate is not None else "without"
            raise AudioError(f"{name}: a tuple of {len(audio)}, {beside} a rate beside it; {_EXPECTED}")
        samples, own = audio if _is_number(audio[1]) else reversed(audio)
        if not _is_number(own):
            raise AudioError(f"{name}: a tuple of two, neither of them a sample rate; {_EXPECTED}")
        return _array(samples, name), check_rate(own, name)
    return _array(audio, name), None if rate is None else check_rate(rate, name)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _array(values: Any, name: str) -> npt.NDArray[Any]:
    """Return an array, or a torch tensor as one."""
    if callable(getattr(values, "detach", None)):
        values = values.detach().cpu().numpy()
    if isinstance(values, np.ndarray):
        found: npt.NDArray[Any] = values
    else:
        if not isinstance(values, list) or not all(_is_number(value) for value in values):
            raise AudioError(f"{name}: {type(values).__name__}; {_EXPECTED}")
        found = np.asarray(values, np.float64)
    return found


def _floats(samples: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return integers as floats of full scale 1, and anything else as it is."""
    if samples.dtype.name in _INTEGERS:
        zero, full_scale = _INTEGERS[samples.dtype.name]
        return ((samples.astype(np.float64) - zero) / full_scale).astype(np.float32)
    return samples


def _mono(samples: npt.NDArray[Any], name: str) -> Waveform:
    """Return the mean of several channels, which lie along the shorter axis, after each was looked at."""
    rows, columns = samples.shape
    if rows == columns > 1 or min(rows, columns) > _CHANNELS:
        raise AudioError(
            f"{name}: an array of shape [{rows}, {columns}]: which axis is the channels? Take their mean, and give [n]"
        )
    values = _floats(samples if columns < rows or columns == 1 else samples.T)
    if not np.issubdtype(values.dtype, np.floating):
        raise AudioError(f"{name}: {values.dtype} values, expected floats of full scale 1; divide by the full scale")
    values = np.ascontiguousarray(values, np.float32)
    judge = Judge(name)
    judge.add(values)
    judge.conclude()
    return np.asarray(values.mean(axis=1, dtype=np.float32))
