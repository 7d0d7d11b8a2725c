"""Decoding with libsndfile, in blocks, and a check that all is decoded that the file holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import soundfile

from evenvoice.audio import mpeg
from evenvoice.audio.chunks import check_chunks
from evenvoice.audio.flac import check_flac
from evenvoice.audio.noise import caught_noise
from evenvoice.audio.ogg import check_pages
from evenvoice.audio.samples import LEAVE_OUT
from evenvoice.audio.sound import Block, Sound, cut
from evenvoice.audio.source import Source, Spliced
from evenvoice.errors import AudioError

_BLOCK = 2**17
# Silence in FLAC takes 12 bytes for up to 65,536 samples. A header that promises more samples a byte than this is
# believed when all of it was decoded.
_SAMPLES_A_BYTE = 64
_MPEG = 2 * 1152


class UnreadableError(Exception):
    """libsndfile cannot open a recording of a container that it knows; PyAV may."""

    def line(self, source: Source) -> AudioError:
        """Return the line for a person."""
        problem = f"cannot be opened ({self}): cut off, or a codec that libsndfile lacks"
        return AudioError(f"{source.name}: {problem}; try {source.command()}, or leave it out")


class _Forward(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """Reads forward. soundfile seeks after each read of what can be sought, and some codecs (GSM) cannot."""

    def seekable(self) -> bool:
        return False


@contextmanager
def open_sndfile(source: Source, kind: str) -> Iterator[Sound]:
    """Open a recording with libsndfile.

    Args:
        source: The recording.
        kind: What `evenvoice.audio.sniff.sniff` found.

    Raises:
        AudioError: It is cut short or damaged, or holds several recordings.
        UnreadableError: libsndfile cannot open it.
    """
    file: Spliced | None = None
    stream: mpeg.Stream | None = None
    if kind == "mp3":
        stream = mpeg.walk(source)
    elif kind == "ogg":
        check_pages(source)
    elif kind == "flac":
        check_flac(source)
    elif kind in ("wav", "rf64", "w64", "aiff", "caf", "au", "nist", "voc"):
        file = check_chunks(source, kind)
    sound = _open(source, file, kind)
    lead = 0  # samples to drop at the beginning
    frames: int | None = int(sound.frames)
    if stream is not None and not stream.announced:
        # The decoder has guessed the length, and would stop where it guessed the end to be.
        if sound.frames < stream.samples:
            sound.close()
            longer = Spliced(mpeg.silent_frame(source, stream), source.file, stream.body, stream.end)
            sound = _open(source, longer, kind)
            lead = stream.first.samples
        frames = stream.samples
    with sound:
        if kind == "flac" and not 0 < sound.frames <= _SAMPLES_A_BYTE * source.size:
            frames = None
        # A decoder may hold back the last frames of MPEG, in a WAV too.
        slack = 2 * stream.first.samples if stream is not None else _MPEG if "MPEG" in sound.subtype else 0
        read = partial(_blocks, sound, source, kind, frames, lead, slack)
        yield Sound(int(sound.samplerate), int(sound.channels), str(sound.format), str(sound.subtype), frames, read)


def _open(source: Source, file: Spliced | None, kind: str) -> _Forward:
    """Open what stands in for the file, or the file itself: never by its path, for libsndfile looks at suffixes."""
    # Spliced, even where nothing is replaced: libsndfile seeks before the beginning of damaged files.
    handle: Any = file or Spliced(b"", source.file, 0, source.size)
    if file is None and source.path is not None and os.name == "posix":
        handle = source.file.fileno()
        os.lseek(handle, 0, os.SEEK_SET)
    try:
        with _quiet(kind):
            return _Forward(handle, closefd=False)
    except soundfile.SoundFileError as error:
        raise UnreadableError(_reason(error)) from error


def _blocks(
    sound: _Forward, source: Source, kind: str, frames: int | None, lead: int, slack: int, first: int, last: int | None
) -> Iterator[Block]:
    """Yield a part of a recording, and see that all of it came."""
    stop = last if last is not None else frames
    sought = 0
    # Frames of MPEG lean on those before them: a part is what the whole has there only if decoded from the beginning.
    if first and frames is not None and kind != "mp3" and soundfile.SoundFile.seekable(sound):
        try:
            sought = int(sound.seek(first))
        except soundfile.SoundFileError as error:
            raise _damaged(source, _reason(error)) from error
    found = first
    shift = lead - sought
    for block in cut(_decoded(sound, source, kind), first + shift, None if stop is None else stop + shift):
        found += len(block)
        yield block
    if frames is not None and stop is not None and found < stop - slack:
        raise _damaged(source, f"{found:,} samples could be decoded of {stop:,}")


def _decoded(sound: _Forward, source: Source, kind: str) -> Iterator[Block]:
    """Yield blocks up to the end."""
    while True:
        try:
            with _quiet("mp3" if "MPEG" in sound.subtype else kind) as noise:
                block: Block = sound.read(_BLOCK, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise _damaged(source, _reason(error)) from error
        if wrong := [line for line in noise if "error" in line.lower()]:
            raise _damaged(source, wrong[0].rpartition("error: ")[2])
        if len(block) == 0:
            return
        yield block


def _quiet(kind: str) -> Any:
    """Catch what libmpg123 prints; the other decoders print nothing."""
    return caught_noise() if kind == "mp3" else nullcontext([])


def _damaged(source: Source, why: str) -> AudioError:
    return AudioError(f"{source.name}: damaged or cut off ({why.rstrip('.')}); {LEAVE_OUT}")


def _reason(error: soundfile.SoundFileError) -> str:
    """Return libsndfile's own words, without the file name that soundfile puts before them."""
    words = getattr(error, "error_string", str(error))
    return str(words).strip().removeprefix("Error : ").rstrip(".")
