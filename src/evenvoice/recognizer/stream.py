"""Live audio: chunks as they come from a microphone, checked and at the sample rate of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import soxr

from evenvoice.audio import Waveform, check_chunk
from evenvoice.errors import AudioError


def resampled(chunks: Iterable[npt.ArrayLike], rate: float, new_rate: int) -> Iterator[Waveform]:
    """Yield chunks, checked and at another sample rate: float32 ``[n]`` each.

    Together they are what `evenvoice.audio.resample` makes of the whole recording, sample by sample. soxr gives a
    sample when it has some 40 ms beyond it (44.1 or 48 kHz to 16 kHz); nothing else is held back.

    Args:
        chunks: Consecutive parts of one recording: mono, float ``[n]`` each, full scale 1, of any lengths. Unlike a
            whole recording a part may be silent or empty.
        rate: Their sample rate in Hz.
        new_rate: The sample rate to give, in Hz.

    Raises:
        AudioError: A chunk is NaN, infinite, not mono or not of floats (the line counts from 1), or there was none.

    Examples:
        >>> chunks = [np.ones(30), np.zeros(0), np.ones(50)]
        >>> [part.size for part in resampled(chunks, 16000, 16000)]
        [30, 0, 50]
        >>> sum(part.size for part in resampled(chunks, 16000, 8000))
        40
    """
    resampler = None if rate == new_rate else soxr.ResampleStream(rate, new_rate, 1, dtype="float32")
    samples = 0
    for number, chunk in enumerate(chunks, start=1):
        part = check_chunk(chunk, f"chunk {number}")
        if resampler is not None:
            part = resampler.resample_chunk(part)
        samples += part.size
        yield part
    if resampler is not None:
        part = resampler.resample_chunk(np.zeros(0, np.float32), last=True)
        samples += part.size
        yield part
    if samples == 0:
        raise AudioError("the stream: no samples; check that the microphone or the program before it gives any")
