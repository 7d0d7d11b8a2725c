"""Recordings to waveforms: decode, mix down, resample."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from evenvoice.audio.opening import open_sound
from evenvoice.audio.samples import LEAVE_OUT, Judge, check_length
from evenvoice.audio.sound import Sound
from evenvoice.audio.source import Source, open_memory, open_path
from evenvoice.audio.waveform import Waveform, resample
from evenvoice.errors import AudioError

# Times in a table are rounded, so an end may lie this many seconds behind the last sample.
_ROUNDING = 0.01

# In seconds. No utterance lasts four hours: this is a header that lies, or a file that unpacks to fill the memory.
LONGEST = 4 * 3600.0


@dataclass(frozen=True)
class Clip:
    """A recording: a file, or the part of it between two times.

    Args:
        file: The recording.
        start: Where to start, in seconds; ``None`` is the beginning.
        end: Where to stop, in seconds; ``None`` is the end of the file.

    Examples:
        >>> Clip(Path("a.wav"), start=1.5, end=4.0).end
        4.0
    """

    file: Path
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording at its own sample rate, and what its header says.

    Attributes:
        waveform: The mean of its channels, float32 ``[n]``.
        rate: Its sample rate in Hz.
        channels: How many channels the file has.
        format: The container, as libsndfile names it: ``WAV``, ``FLAC``, ….
        subtype: The coding of the samples: ``PCM_16``, ``VORBIS``, ….
    """

    waveform: Waveform
    rate: int
    channels: int
    format: str
    subtype: str


def load(
    file: Path | str,
    *,
    rate: int = 16000,
    start: float | None = None,
    end: float | None = None,
    max_seconds: float = LONGEST,
) -> Waveform:
    """Return the waveform of a recording: decoded, the mean of its channels, resampled; float32 ``[n]``.

    Args:
        file: Any format that libsndfile reads (WAV, FLAC, OGG, MP3, AIFF, …), or PyAV where it is installed.
        rate: The sample rate to give, in Hz.
        start: Where to start, in seconds; ``None`` is the beginning.
        end: Where to stop, in seconds; ``None`` is the end of the file.
        max_seconds: A longer recording, or part, is refused.

    Raises:
        AudioError: The file is missing, unreadable, no audio, cut short, damaged, too long, or ends before ``end``; or
            its samples cannot be speech (`evenvoice.audio.samples.Judge`), or it is shorter than 0.1 s.

    Examples:
        >>> load("missing.wav")
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: missing.wav: no such file; check the path
    """
    with open_path(Path(file)) as source:
        return _waveform(source, rate, Clip(Path(file), start, end), max_seconds)


def read(clip: Clip) -> Recording:
    """Return a recording as it is stored, mixed down but not resampled.

    Raises:
        AudioError: As in `load`.

    Examples:
        >>> read(Clip(Path("missing.wav")))
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: missing.wav: no such file; check the path
    """
    with open_path(Path(clip.file)) as source:
        return _read(source, clip, LONGEST)


def decode(
    data: BinaryIO,
    *,
    rate: int = 16000,
    start: float | None = None,
    end: float | None = None,
    name: str = "the recording",
    max_seconds: float = LONGEST,
) -> Waveform:
    """Return the waveform of a recording held in memory (``io.BytesIO``), as `load` does for a file.

    Args:
        data: The bytes of the recording, seekable.
        rate: The sample rate to give, in Hz.
        start: Where to start, in seconds.
        end: Where to stop, in seconds.
        name: What error messages call it.
        max_seconds: A longer recording, or part, is refused.

    Raises:
        AudioError: As in `load`.

    Examples:
        >>> import io, soundfile
        >>> memory = io.BytesIO()
        >>> soundfile.write(memory, np.sin(np.arange(800)), 8000, format="WAV")
        >>> _ = memory.seek(0)
        >>> decode(memory, rate=16000).shape
        (1600,)
    """
    with open_memory(data, name) as source:
        return _waveform(source, rate, Clip(Path(), start, end), max_seconds)


@contextmanager
def open_blocks(
    audio: Path | str | BinaryIO, *, name: str = "the recording", max_seconds: float = LONGEST
) -> Iterator[tuple[int, Iterator[Waveform]]]:
    """Give the sample rate of a recording in Hz, and its waveform in blocks of float32 ``[n]``: flat memory.

    Args:
        audio: A file, or the bytes of a recording as a seekable file object.
        name: What error messages call a file object.
        max_seconds: A longer recording is refused.

    Raises:
        AudioError: As in `load`; what only the whole recording shows (it is cut short, silent, …) is raised behind the
            last block.

    Examples:
        >>> import io, soundfile
        >>> memory = io.BytesIO()
        >>> soundfile.write(memory, np.sin(np.arange(800)), 8000, format="WAV")
        >>> with open_blocks(memory) as (rate, blocks):
        ...     rate, [block.size for block in blocks]
        (8000, [800])
    """
    opening = open_path(Path(audio)) if isinstance(audio, Path | str) else open_memory(audio, name)
    with opening as source, open_sound(source) as sound:
        yield sound.rate, _mono(source, sound, Clip(Path()), max_seconds)


class Header(NamedTuple):
    """What `header` gives: how long a clip is, in seconds, and the sample rate of its file in Hz."""

    seconds: float
    rate: int


def header(clip: Clip) -> Header:
    """Return how long a clip is and its sample rate: from the header where that is sure, else by decoding.

    Raises:
        AudioError: The file cannot be opened, is cut short, or the clip lies outside of it.

    Examples:
        >>> header(Clip(Path("missing.wav")))
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: missing.wav: no such file; check the path
    """
    with open_path(Path(clip.file)) as source, open_sound(source) as sound:
        frames = sound.frames
        if frames is None:
            frames = sum(len(block) for block in sound.blocks(0, None))
        if frames == 0:
            raise AudioError(f"{source.name}: no samples; {LEAVE_OUT}")
        first, last = _span(source, sound.rate, frames, clip)
        return Header(float(last - first) / sound.rate, sound.rate)


def duration(clip: Clip) -> float:
    """Return how long a clip is, in seconds: see `header`.

    Raises:
        AudioError: The file cannot be opened, is cut short, or the clip lies outside of it.
    """
    return header(clip).seconds


def content_hash(file: Path | str) -> str:
    """Return the SHA-256 of the bytes of a file, as hexadecimal digits: two names of one recording share it.

    Raises:
        AudioError: The file is missing, unreadable or empty.
    """
    with open_path(Path(file)) as source:
        return hashlib.file_digest(source.file, "sha256").hexdigest()  # type: ignore[arg-type]  # it has readinto


def read_bytes(file: Path | str) -> bytes:
    """Return the bytes of a recording, to be decoded elsewhere.

    Raises:
        AudioError: The file is missing, unreadable or empty.
    """
    with open_path(Path(file)) as source:
        return source.file.read()


def _waveform(source: Source, rate: int, clip: Clip, max_seconds: float) -> Waveform:
    """Decode, mix down, check and resample."""
    recording = _read(source, clip, max_seconds)
    return resample(recording.waveform, recording.rate, rate)


def _read(source: Source, clip: Clip, max_seconds: float) -> Recording:
    """Decode, mix down and check."""
    with open_sound(source) as sound:
        blocks = list(_mono(source, sound, clip, max_seconds))
        waveform = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        return Recording(waveform, sound.rate, sound.channels, sound.format, sound.subtype)


def _mono(source: Source, sound: Sound, clip: Clip, max_seconds: float) -> Iterator[Waveform]:
    """Yield the mean of the channels, block by block; raise at the end if the samples cannot be speech."""
    first, last = 0, None
    if sound.frames is not None:
        if sound.frames == 0:
            raise AudioError(f"{source.name}: no samples; {LEAVE_OUT}")
        first, last = _span(source, sound.rate, sound.frames, clip)
        _refuse_longer(source, (last - first) / sound.rate, max_seconds)
        if last == sound.frames and clip.end is None:
            last = None  # and what follows is looked at, too
    elif clip.start is not None or clip.end is not None:
        first, last = _span(source, sound.rate, None, clip)
    judge, found = Judge(source.name), 0
    for block in sound.blocks(first, last):
        judge.add(block)
        found += len(block)
        _refuse_longer(source, found / sound.rate, max_seconds)
        # The mean of one channel is that channel; NumPy takes as long for it as for decoding.
        yield block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)
    if last is not None and found < last - first - _ROUNDING * sound.rate:
        raise _outside(source, clip, (first + found) / sound.rate if found else math.inf)
    judge.conclude()
    is_part = clip.start is not None or clip.end is not None
    check_length(found, sound.rate, source.name, f"the part from {first / sound.rate:g} s " if is_part else "")


def _span(source: Source, rate: int, frames: int | None, clip: Clip) -> tuple[int, Any]:
    """Return the first sample of the clip and the one after its last: ``None`` for the end of an unknown length."""
    length = math.inf if frames is None else frames / rate
    begin = 0.0 if clip.start is None else clip.start
    stop = length if clip.end is None else clip.end
    # Written so that a NaN fails it, too.
    if not 0 <= begin < stop <= length + _ROUNDING:
        raise _outside(source, clip, length)
    first = round(begin * rate)
    last = None if math.isinf(stop) else round(stop * rate)
    if last is not None and frames is not None:
        last = min(last, frames)
    if last is not None and last <= first:
        problem = f"the part from {begin:g} s to {stop:g} s holds no sample"
        raise AudioError(f"{source.name}: {problem}; correct start and end")
    return first, last


def _outside(source: Source, clip: Clip, length: float) -> AudioError:
    begin = 0.0 if clip.start is None else clip.start
    stop = length if clip.end is None else clip.end
    lasts = "" if math.isinf(length) else f" (it lasts {length:g} s)"
    return AudioError(
        f"{source.name}: the part from {begin:g} s to {stop:g} s is not in it{lasts}; correct start and end"
    )


def _refuse_longer(source: Source, seconds: float, most: float) -> None:
    if seconds > most:
        raise AudioError(
            f"{source.name}: lasts {seconds:,.0f} s or more, at most {most:,g} s are decoded; cut it into parts, or "
            "raise the limit (--max-seconds, max_seconds)"
        )
