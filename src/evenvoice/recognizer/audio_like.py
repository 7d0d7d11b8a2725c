"""What people have in hand, as a waveform: files, bytes, arrays, and what other libraries give.

    "clip.wav", Path("clip.wav")                        a file
    b"RIFF…", open("clip.wav", "rb"), io.BytesIO(…)     the bytes of a file
    x, x with rate=48000                                an array or a torch tensor, [n], at the model's rate or another
    (48000, x), (x, 48000)                              Gradio and scipy; librosa, soundfile and torchaudio
    {"array": x, "sampling_rate": 48000}                Hugging Face datasets and pipelines; "raw" for "array", too
    {"waveform": x, "sample_rate": 48000}               pyannote
    {"path": "clip.wav"}, {"bytes": b"RIFF…"}           Hugging Face datasets, not decoded
    {"audio": …, "label": …}                            a row of a Hugging Face dataset
    AudioDecoder, AudioSamples                          torchcodec, and datasets that decode with it

An array may be of floats of full scale 1, or of int16, int32 or uint8 as WAV files hold them; in a pair or a dict it
may have several channels, along its shorter axis. A list, a column of a table (pandas, pyarrow, datasets), an array of
paths and an iterator are several recordings.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from evenvoice.audio import Waveform, check_length, check_waveform, one_line, open_blocks, resample
from evenvoice.errors import AudioError
from evenvoice.recognizer.arrays import array_of, as_floats, is_number, mono, scalar
from evenvoice.recognizer.elsewhere import is_elsewhere

_EXPECTED = (
    "expected a file, bytes, an array [n], (rate, array) or {'array': …, 'sampling_rate': …}; see "
    "evenvoice.recognizer.audio_like"
)
# What others call samples and rates in a dict, and the attributes of torchcodec's AudioDecoder and AudioSamples.
_SAMPLES, _RATES = ("array", "raw", "waveform"), ("sampling_rate", "sample_rate")
_DECODER, _DECODED = "get_all_samples", ("data", "sample_rate")
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
    has_channels = own is not None and samples.ndim == 2
    waveform = mono(samples, name) if has_channels else check_waveform(as_floats(samples, name), name)
    from_rate = new_rate if own is None else own
    check_length(waveform.size, from_rate, name)
    return resample(waveform, from_rate, new_rate)


def several(audio: object) -> Iterable[Any] | None:
    """Return the recordings in a list, a tuple, a column, an array of paths or an iterator; ``None`` where it is one.

    Numbers are one waveform, whatever holds them, and a pair with a sample rate is one recording.

    Examples:
        >>> several(["a.wav", "b.wav"]), several(("a.wav", "b.wav")), several([])
        (['a.wav', 'b.wav'], ['a.wav', 'b.wav'], [])
        >>> several([0.5, -0.5]), several((16000, [0.5, -0.5])), several("a.wav"), several({"path": "a.wav"})
        (None, None, None, None)
    """
    if isinstance(audio, tuple):
        return list(audio) if audio and not any(_may_be_samples(value) for value in audio) else None
    single = isinstance(audio, str | bytes | bytearray | memoryview | os.PathLike | Mapping | Set | type)
    if single or not isinstance(audio, Iterable) or any(hasattr(audio, name) for name in ("read", "detach", _DECODER)):
        return None
    if isinstance(audio, Iterator):
        return audio
    if hasattr(audio, "__array__"):
        audio = np.asarray(audio)
        if audio.ndim != 1 or audio.dtype.kind not in "OUS":
            return None
    listed = list(audio)
    return None if listed and all(is_number(value) for value in listed) else listed


def as_encoded(audio: object, rate: float | None, name: str) -> Path | BinaryIO | None:
    """Return the file, or the bytes of a file, that a recording is; ``None`` if it is an array.

    Raises:
        AudioError: A sample rate is given for a file, which has its own.
    """
    audio = _of_a_row(audio)
    if isinstance(audio, Mapping) and _first(audio, _SAMPLES) is None:
        stored = _first(audio, ("bytes", "path"))
        audio = stored if isinstance(stored, bytes | str | os.PathLike) else audio
    found: Path | BinaryIO | None = None
    if isinstance(audio, str | os.PathLike):
        path = os.fsdecode(audio)
        if is_elsewhere(path):
            raise AudioError(
                f"{one_line(path)}: an address, and nothing is downloaded unasked; give a file of this machine, or its "
                "bytes (fsspec.open(…).open() reads them)"
            )
        found = Path(path)
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
    if not is_number(rate) or not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
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
    audio = _of_a_row(audio)
    if isinstance(audio, Mapping):
        samples, own = _first(audio, _SAMPLES), _first(audio, _RATES)
        if samples is None or (own is None) == (rate is None):
            keys = one_line(", ".join(map(repr, list(audio)[:4]))) or "nothing"
            beside = "" if samples is None else ", without a sampling_rate" if own is None else ", and a rate beside it"
            raise AudioError(f"{name}: a dict with {keys}{beside}; {_EXPECTED}")
        audio, rate = (samples, rate if own is None else own), None
    elif all(hasattr(audio, attribute) for attribute in _DECODED):
        audio = (audio.data, audio.sample_rate)  # type: ignore[attr-defined]
    if isinstance(audio, tuple):
        if rate is not None or len(audio) != 2:
            beside = "with" if rate is not None else "without"
            raise AudioError(f"{name}: a tuple of {len(audio)}, {beside} a rate beside it; {_EXPECTED}")
        pair = [scalar(value) for value in audio]
        samples, own = pair if is_number(pair[1]) else reversed(pair)
        if not is_number(own):
            raise AudioError(f"{name}: a tuple of two, neither of them a sample rate; {_EXPECTED}")
        return array_of(samples, name, _EXPECTED), check_rate(own, name)
    return array_of(audio, name, _EXPECTED), None if rate is None else check_rate(scalar(rate), name)


def _of_a_row(audio: Any) -> Any:
    """Return the recording of a row of a dataset, and what a decoder has to give."""
    if isinstance(audio, Mapping) and _first(audio, (*_SAMPLES, "bytes", "path")) is None:
        audio = audio.get("audio") if audio.get("audio") is not None else audio
    return audio.get_all_samples() if callable(getattr(audio, _DECODER, None)) else audio


def _first(audio: Mapping[Any, Any], keys: tuple[str, ...]) -> Any:
    """Return the first value that a dict has under one of these keys, and ``None`` where it has none."""
    return next((audio[key] for key in keys if audio.get(key) is not None), None)


def _may_be_samples(value: object) -> bool:
    """Return whether a part of a tuple may be samples or their rate, and no recording of its own."""
    return not isinstance(value, str | bytes | os.PathLike | Mapping | tuple)
