"""Recordings to waveforms: decode (soundfile), mix down, resample (soxr).

Whatever cannot be used raises one `AudioError` whose line names the file and the remedy. Training and recognition hear
through this one file, so a model is never given a sound that it was not trained on.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from evenvoice.errors import AudioError

Waveform = npt.NDArray[np.float32]

_LOSSLESS = (".wav", ".flac", ".w64", ".rf64", ".aiff", ".aif", ".aifc", ".au", ".snd", ".caf")
_LOSSY = (".ogg", ".oga", ".opus", ".mp3", ".mp2")
# Found all the same, so that `load` can say how to convert them.
_UNREADABLE = (".m4a", ".aac", ".wma", ".amr", ".webm", ".mka")
# In this order: where an utterance is there in two containers, the earlier is taken.
SUFFIXES = (*_LOSSLESS, *_LOSSY, *_UNREADABLE)

# Times in a table are rounded, so an end may lie this many seconds behind the last sample.
_ROUNDING = 0.01

# Full scale is 1. Squares of anything above this overflow float32 further on, and no microphone made it.
_LOUDEST = 1e9

# So many first bytes tell what a file is; these open the containers that libsndfile knows.
_HEAD = 512
_CONTAINERS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3")

_LEAVE_OUT = "record or download it again, or leave it out"


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
    head = _head(file)
    _refuse_headerless(file)
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
    head = _head(file)
    _refuse_headerless(file)
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
    head = data.read(_HEAD)
    if not head:
        raise AudioError(f"{name}: empty (0 bytes); {_LEAVE_OUT}")
    data.seek(0)
    return _waveform(data, name, head, rate, start, end)


def duration(clip: Clip) -> float:
    """Return how long a clip is, in seconds; only the header is read.

    Raises:
        AudioError: The file cannot be opened, or the clip lies outside of it.
    """
    file = Path(clip.file)
    head = _head(file)
    _refuse_headerless(file)
    with _open(file, str(file), head) as sound:
        first, last = _span(sound, str(file), clip.start, clip.end)
        return (last - first) / int(sound.samplerate)


def content_hash(file: Path | str) -> str:
    """Return the SHA-256 of the bytes of a file, as hexadecimal digits: two names of one recording share it.

    Raises:
        AudioError: The file is missing, unreadable or empty.
    """
    file = Path(file)
    _head(file)
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


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
        raise AudioError(f"{name}: no samples; {_LEAVE_OUT}")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is told of below
        values = values.astype(np.float32, copy=False)
    peak = float(np.abs(values).max())
    if not np.isfinite(peak):
        raise AudioError(f"{name}: holds samples that are NaN or infinite; {_LEAVE_OUT}")
    if peak > _LOUDEST:
        raise AudioError(f"{name}: samples reach {peak:.1e}, where full scale is 1; {_LEAVE_OUT}")
    if peak == 0:
        raise AudioError(f"{name}: silent (every sample is zero); {_LEAVE_OUT}")
    return values


def _head(file: Path) -> bytes:
    """Return the first bytes of a file, or raise the `AudioError` that says why there are none."""
    try:
        # A pipe would be waited for, and could be read only once.
        if not file.is_dir() and not stat.S_ISREG(file.stat().st_mode):
            raise AudioError(f"{file}: not a regular file; save the recording to a file first")
        with file.open("rb") as handle:
            head = handle.read(_HEAD)
    except FileNotFoundError as error:
        raise AudioError(f"{file}: no such file; check the path") from error
    except IsADirectoryError as error:
        raise AudioError(f"{file}: a folder, not a recording; name the files in it") from error
    except OSError as error:
        raise AudioError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    if not head:
        raise AudioError(f"{file}: empty (0 bytes); {_LEAVE_OUT}")
    return head


def _refuse_headerless(file: Path) -> None:
    """Raise for ``.raw``, which soundfile takes for samples without a header, of unknown rate."""
    if file.suffix.lower() == ".raw":
        command = _ffmpeg(file, "-f s16le -ar 16000 -ac 1 ")
        raise AudioError(f"{file}: samples without a header; say what they are, for example: {command}")


def _waveform(
    source: Path | BinaryIO, name: str, head: bytes, rate: int, start: float | None, end: float | None
) -> Waveform:
    """Decode, mix down, check and resample."""
    recording = _read(source, name, head, start, end)
    waveform = resample(recording.waveform, recording.rate, rate)
    if waveform.size == 0:
        raise AudioError(f"{name}: too short to hear at {rate} Hz; {_LEAVE_OUT}")
    return waveform


def _read(source: Path | BinaryIO, name: str, head: bytes, start: float | None, end: float | None) -> Recording:
    """Decode, mix down and check."""
    with _open(source, name, head) as sound:
        first, last = _span(sound, name, start, end)
        rate, channels = int(sound.samplerate), int(sound.channels)
        try:
            sound.seek(first)
            samples = sound.read(last - first, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise AudioError(f"{name}: damaged or cut off ({_reason(error)}); {_LEAVE_OUT}") from error
        container, coding = str(sound.format), str(sound.subtype)
    with np.errstate(all="ignore"):  # what is no number is told of by the check
        waveform = samples.mean(axis=1, dtype=np.float32)
    return Recording(check_waveform(waveform, name), rate, channels, container, coding)


def _open(source: Path | BinaryIO, name: str, head: bytes) -> soundfile.SoundFile:
    """Open with libsndfile, or raise what a person can do about it."""
    try:
        # As bytes, because soundfile refuses a str with characters that are no UTF-8 (old archives hold such names).
        return soundfile.SoundFile(os.fsencode(source) if isinstance(source, Path) and os.name == "posix" else source)
    except soundfile.SoundFileError as error:
        command = _ffmpeg(source if isinstance(source, Path) else Path("recording"))
        if head.startswith(_CONTAINERS):
            problem = f"cannot be opened ({_reason(error)}): cut off, or a codec that libsndfile lacks"
            raise AudioError(f"{name}: {problem}; try {command}, or leave it out") from error
        if _is_text(head):
            raise AudioError(f"{name}: holds text, not audio; {_LEAVE_OUT}") from error
        raise AudioError(f"{name}: not a format that libsndfile reads; convert it: {command}") from error


def _span(sound: soundfile.SoundFile, name: str, start: float | None, end: float | None) -> tuple[int, int]:
    """Return the first sample of the clip and the one after its last."""
    rate, frames = int(sound.samplerate), int(sound.frames)
    if frames == 0:
        raise AudioError(f"{name}: no samples; {_LEAVE_OUT}")
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


def _is_text(head: bytes) -> bool:
    """Tell text from sound by its first bytes, the last of which may be half a character."""
    words = head.decode(errors="ignore")
    whole = len(words.encode()) >= len(head) - 3
    return whole and all(character.isprintable() or character in "\r\n\t\ufeff" for character in words)


def _reason(error: soundfile.SoundFileError) -> str:
    """Return libsndfile's own words, without the file name that soundfile puts before them."""
    words = getattr(error, "error_string", str(error))
    return str(words).strip().removeprefix("Error : ").rstrip(".")


def _ffmpeg(file: Path, options: str = "") -> str:
    """Return the command that converts a recording to WAV, ready to be pasted into a shell."""
    target = file.with_suffix(".wav")
    if file.suffix.lower() == ".wav":
        target = file.with_name(f"{file.stem}-converted.wav")
    # A leading dash would be read as an option.
    source, result = (shlex.quote(f"./{path}" if str(path).startswith("-") else str(path)) for path in (file, target))
    return f"ffmpeg {options}-i {source} {result}"
