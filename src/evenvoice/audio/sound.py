"""An opened recording: what its header says, and its samples in blocks. Its content says what decodes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenvoice.audio.source import Source

Block = npt.NDArray[np.float32]

# No sound card and no file format goes beyond; speech at less has no vowels left.
_LOWEST_RATE, _HIGHEST_RATE = 1000, 1_000_000
_CHANNELS = 64


@dataclass(frozen=True, eq=False)
class Sound:
    """A recording that can be decoded.

    Attributes:
        rate: Its sample rate in Hz.
        channels: How many channels it has.
        format: The container: ``WAV``, ``FLAC``, ``MP4``, ….
        subtype: The coding of the samples: ``PCM_16``, ``VORBIS``, ``AAC``, ….
        frames: How many samples a channel has; ``None`` where only decoding tells.
        blocks: Yields float32 ``[n, channels]`` from a first sample to the one before the last (``None``: to the end).
            It can be asked once.
    """

    rate: int
    channels: int
    format: str
    subtype: str
    frames: int | None
    blocks: Callable[[int, int | None], Iterator[Block]]


@contextmanager
def open_sound(source: Source) -> Iterator[Sound]:
    """Open a recording with libsndfile, or with PyAV where that reads it.

    Raises:
        AudioError: It is of no known format, cut short, damaged, or has an impossible rate or number of channels.
    """
    from evenvoice.audio.sndfile import UnreadableError, open_sndfile
    from evenvoice.audio.sniff import sniff

    reader, kind = sniff(source)
    if reader == "sndfile":
        try:
            with open_sndfile(source, kind) as sound:
                yield _checked(sound, source)
            return
        except UnreadableError as error:
            from evenvoice.audio.media import can_read

            if not can_read(kind):
                raise error.line(source) from error
    from evenvoice.audio.media import open_media

    with open_media(source, kind) as sound:
        yield _checked(sound, source)


def _checked(sound: Sound, source: Source) -> Sound:
    """Raise for a rate or a number of channels that no recording has."""
    if not _LOWEST_RATE <= sound.rate <= _HIGHEST_RATE:
        raise source.refuse(
            f"a sample rate of {sound.rate} Hz, expected {_LOWEST_RATE} to {_HIGHEST_RATE}",
            "write the rate it was recorded at into its header",
        )
    if not 1 <= sound.channels <= _CHANNELS:
        raise source.refuse(f"{sound.channels} channels, expected at most {_CHANNELS}", "keep the ones with speech")
    return sound


def cut(blocks: Iterator[Block], first: int, last: int | None) -> Iterator[Block]:
    """Yield the part of the blocks from a first sample to the one before the last.

    Examples:
        >>> blocks = iter(np.arange(6, dtype=np.float32).reshape(3, 2, 1))
        >>> [block.ravel().tolist() for block in cut(blocks, 1, 5)]
        [[1.0], [2.0, 3.0], [4.0]]
    """
    begin = 0
    for block in blocks:
        end = begin + len(block)
        if end > first:
            yield block[max(0, first - begin) : None if last is None else last - begin]
        if last is not None and end >= last:
            return
        begin = end
