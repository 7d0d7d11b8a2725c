"""An opened recording: what its header says, and its samples in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.float32]


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
