"""Recordings to waveforms: decode, mix down, resample."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from evenvoice.audio.container import HEAD, head_of, open_sound, reason, refuse_headerless
from evenvoice.audio.waveform import LEAVE_OUT, Waveform, check_waveform, resample
from evenvoice.errors import AudioError

# Times in a table are rounded, so an end may lie this many seconds behind the last sample.
_ROUNDING = 0.01


@dataclass(frozen=True)
class Clip:
    """What to hear: a file, or the part of it between two times.

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


def load(file: Path | str, *, rate: int = 16000, start: float | None = None, end: float | None = None) -> Waveform:
    """Return the waveform of a recording: decoded, the mean of its channels, resampled; float32 ``[n]``.

    Args:
        file: Any container that libsndfile reads: WAV, FLAC, OGG, MP3, AIFF, …
        rate: The sample rate to give, in Hz.
        start: Where to start, in seconds; ``None`` is the beginning.
        end: Where to stop, in seconds; ``None`` is the end of the file.

    Raises:
        AudioError: The file is missing, unreadable, no audio, empty, silent or damaged, has samples that are no
            numbers, or ends before ``end``.

    Examples:
        >>> load("missing.wav")
        Traceback (most recent call last):
        ...
        evenvoice.errors.AudioError: missing.wav: no such file; check the path
    """
    file = Path(file)
    head = head_of(file)
    refuse_headerless(file)
    return _waveform(file, str(file), head, rate, start, end)


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
    file = Path(clip.file)
    head = head_of(file)
    refuse_headerless(file)
    return _read(file, str(file), head, clip.start, clip.end)


def decode(
    data: BinaryIO,
    *,
    rate: int = 16000,
    start: float | None = None,
    end: float | None = None,
    name: str = "the recording",
) -> Waveform:
    """Return the waveform of a recording held in memory (``io.BytesIO``), as `load` does for a file.

    Args:
        data: The bytes of the recording, seekable.
        rate: The sample rate to give, in Hz.
        start: Where to start, in seconds.
        end: Where to stop, in seconds.
        name: What error messages call it.

    Raises:
        AudioError: As in `load`.

    Examples:
        >>> import io
        >>> memory = io.BytesIO()
        >>> soundfile.write(memory, np.full(800, 0.5), 8000, format="WAV")
        >>> _ = memory.seek(0)
        >>> decode(memory, rate=16000).shape
        (1600,)
    """
    head = data.read(HEAD)
    if not head:
        raise AudioError(f"{name}: empty (0 bytes); {LEAVE_OUT}")
    data.seek(0)
    return _waveform(data, name, head, rate, start, end)


def duration(clip: Clip) -> float:
    """Return how long a clip is, in seconds; only the header is read.

    Raises:
        AudioError: The file cannot be opened, or the clip lies outside of it.
    """
    file = Path(clip.file)
    head = head_of(file)
    refuse_headerless(file)
    with open_sound(file, str(file), head) as sound:
        first, last = _span(sound, str(file), clip.start, clip.end)
        return (last - first) / int(sound.samplerate)


def content_hash(file: Path | str) -> str:
    """Return the SHA-256 of the bytes of a file, as hexadecimal digits: two names of one recording share it.

    Raises:
        AudioError: The file is missing, unreadable or empty.
    """
    file = Path(file)
    head_of(file)
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _waveform(
    source: Path | BinaryIO, name: str, head: bytes, rate: int, start: float | None, end: float | None
) -> Waveform:
    """Decode, mix down, check and resample."""
    recording = _read(source, name, head, start, end)
    waveform = resample(recording.waveform, recording.rate, rate)
    if waveform.size == 0:
        raise AudioError(f"{name}: too short to hear at {rate} Hz; {LEAVE_OUT}")
    return waveform


def _read(source: Path | BinaryIO, name: str, head: bytes, start: float | None, end: float | None) -> Recording:
    """Decode, mix down and check."""
    with open_sound(source, name, head) as sound:
        first, last = _span(sound, name, start, end)
        rate, channels = int(sound.samplerate), int(sound.channels)
        try:
            sound.seek(first)
            samples = sound.read(last - first, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise AudioError(f"{name}: damaged or cut off ({reason(error)}); {LEAVE_OUT}") from error
        container, coding = str(sound.format), str(sound.subtype)
    with np.errstate(all="ignore"):  # what is no number is told of by the check
        waveform = samples.mean(axis=1, dtype=np.float32)
    return Recording(check_waveform(waveform, name), rate, channels, container, coding)


def _span(sound: soundfile.SoundFile, name: str, start: float | None, end: float | None) -> tuple[int, int]:
    """Return the first sample of the clip and the one after its last."""
    rate, frames = int(sound.samplerate), int(sound.frames)
    if frames == 0:
        raise AudioError(f"{name}: no samples; {LEAVE_OUT}")
    length = frames / rate
    begin = 0.0 if start is None else start
    stop = length if end is None else end
    # Written so that a NaN fails it, too.
    if not 0 <= begin < stop <= length + _ROUNDING:
        raise AudioError(
            f"{name}: the part from {begin:g} s to {stop:g} s is not in it (it lasts {length:g} s); mend start and end"
        )
    first = round(begin * rate)
    last = min(round(stop * rate), frames)
    if last <= first:
        raise AudioError(f"{name}: the part from {begin:g} s to {stop:g} s holds no sample; mend start and end")
    return first, last
