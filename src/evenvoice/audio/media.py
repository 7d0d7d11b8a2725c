"""Decoding with PyAV (FFmpeg), where it is installed: m4a, mp4, webm, amr, 3gp, mov, aac and others."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from evenvoice.audio.boxes import check_avi, check_matroska, check_mp4
from evenvoice.audio.frames import check_frames
from evenvoice.audio.sound import Block, Sound, cut
from evenvoice.audio.source import Source
from evenvoice.errors import AudioError

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.container import InputContainer

# FFmpeg's demuxer is named, so that content decides, and no playlist makes it open something else.
_FORMATS = {
    "wav": "wav", "rf64": "wav", "ogg": "ogg", "aiff": "aiff", "caf": "caf", "au": "au", "w64": "w64",
    **{name: name for name in ("mov", "matroska", "amr", "asf", "ac3", "ape", "wv", "tta", "aac", "avi")},
}  # fmt: skip
_NAMES = {"mov": "MP4 or MOV", "matroska": "WebM or Matroska", "asf": "WMA", "wv": "WavPack"}
# Where the container says how long it is; elsewhere FFmpeg guesses from the bit rate.
_TIMED = ("mov", "matroska", "asf", "avi")

# More samples than a frame of any codec has.
_FRAME = 8192
_TOGETHER = 64  # frames of some 20 ms
_LOCK = threading.Lock()


def can_read(kind: str) -> bool:
    """Whether PyAV is installed and reads what `evenvoice.audio.sniff.sniff` found."""
    return kind in _FORMATS and importlib.util.find_spec("av") is not None


@contextmanager
def open_media(source: Source, kind: str) -> Iterator[Sound]:
    """Open a recording with PyAV.

    Args:
        source: The recording.
        kind: What `evenvoice.audio.sniff.sniff` found.

    Raises:
        AudioError: PyAV is not installed, or the file holds no audio, is cut short or damaged.
    """
    if not can_read(kind):
        raise source.refuse(
            f"{_NAMES.get(kind, kind.upper())} is read by PyAV, which is not installed",
            f'pip install "evenvoice[media]", or convert it: {source.command()}',
        )
    import av

    fragments = check_mp4(source) if kind == "mov" else False
    if kind == "matroska":
        check_matroska(source)
    elif kind == "avi":
        check_avi(source)
    elif kind in ("aac", "ac3", "amr"):
        check_frames(source, kind)
    source.file.seek(0)
    with ExitStack() as stack:
        with _complaints(source):
            opened = av.open(_Reading(source.file), "r", format=_FORMATS[kind], metadata_errors="replace")
            container = stack.enter_context(opened)
            if not container.streams.audio:
                raise source.refuse("holds no audio track")
            if container.streams.audio[0].codec_context is None:
                raise source.refuse("holds audio of an unknown codec")
            frames = _frames(container)
            first = next(frames, None)
            if first is None:
                raise source.refuse("holds an audio track without samples")
        codec = container.streams.audio[0].codec_context.name
        promised = _promised(container, kind)
        yield Sound(
            first.sample_rate,
            len(first.layout.channels),
            _NAMES.get(kind, kind.upper()).partition(" ")[0].upper(),
            codec.upper(),
            None,
            partial(
                _part, source, chain([first], frames), first.sample_rate, promised, codec == "aac" and not fragments
            ),
        )


class _Reading:
    """A file for PyAV: a place that no file has is answered, and not raised, which PyAV would print as a traceback.

    Args:
        file: The recording.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.tell, self._file = file.read, file.tell, file

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, and return the position: negative where there is none, as FFmpeg has it."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -1


def _frames(container: InputContainer) -> Iterator[AudioFrame]:
    """Yield the frames of the first audio track, decoded on this thread, as floats in planes."""
    import av

    track = container.streams.audio[0]
    track.codec_context.thread_type = "NONE"
    track.codec_context.options = {"err_detect": "crccheck+explode"}
    resampler = av.AudioResampler(format="fltp")
    for frame in container.decode(track):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _part(
    source: Source,
    frames: Iterator[AudioFrame],
    rate: int,
    promised: float,
    trim: bool,
    first: int,
    last: int | None,
) -> Iterator[Block]:
    """Yield a part of a recording, and see that the whole lasts as long as the container says."""
    found, end = 0, round(promised * rate) if trim else 0
    for block in cut(_blocks(source, frames), first, last):
        # AAC fills its last frame up; the container says where the recording ends, as ffmpeg takes it.
        if end and 0 < first + found + len(block) - end < _FRAME:
            block = block[: end - first - found]
        found += len(block)
        yield block
    seconds = (first + found) / rate
    if last is None and seconds < 0.98 * promised - 0.1:
        raise source.refuse(f"damaged or cut off ({seconds:.2f} s could be decoded of {promised:.2f} s)")


def _blocks(source: Source, frames: Iterator[AudioFrame]) -> Iterator[Block]:
    """Yield the samples of some frames at a time."""
    while True:
        with _complaints(source):
            arrays = [frame.to_ndarray() for frame in islice(frames, _TOGETHER)]
            if not arrays:
                return
            block = np.ascontiguousarray(np.concatenate(arrays, axis=1).T, np.float32)
        yield block


def _promised(container: InputContainer, kind: str) -> float:
    """Return how long the audio track says it is, in seconds; 0 where it does not say."""
    track = container.streams.audio[0]
    if kind in _TIMED and track.duration is not None and track.time_base is not None:
        return float(track.duration * track.time_base)
    if kind == "matroska" and container.duration is not None and not container.streams.video:
        return container.duration / 1e6
    return 0.0


@contextmanager
def _complaints(source: Source) -> Iterator[None]:
    """Turn FFmpeg's errors, and what it only prints, into one line."""
    import av

    with _LOCK:  # the level is the whole process'
        level = av.logging.get_level()
        av.logging.set_level(av.logging.ERROR)
        try:
            with av.logging.Capture() as lines:
                yield
        except AudioError:
            raise
        except (av.error.FFmpegError, ValueError, OSError, OverflowError) as error:
            words = getattr(error, "strerror", None) or str(error)
            raise source.refuse(f"damaged, cut off, or of an unknown codec ({words})") from error
        finally:
            av.logging.set_level(level)
    if lines:
        raise source.refuse(f"damaged or cut off ({lines[0][2].strip().partition(chr(10))[0]})")
