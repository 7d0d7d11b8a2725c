"""Live audio: chunks as they come from a microphone, checked and at the sample rate of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import soxr

from evenvoice.audio import Waveform, check_chunk, check_length
from evenvoice.errors import AudioError
from evenvoice.recognizer.arrays import array_of, as_floats


class Resampling:
    """Chunks of one recording, checked and brought to another sample rate.

    Together they are what `evenvoice.audio.resample` makes of the whole recording, sample by sample. soxr gives a
    sample when it has some 40 ms beyond it (44.1 or 48 kHz to 16 kHz); nothing else is held back.

    Args:
        rate: Their sample rate in Hz.
        new_rate: The sample rate to give, in Hz.

    Examples:
        >>> resampling = Resampling(16000, 8000)
        >>> parts = [resampling.push(np.ones(600)), resampling.push(np.ones(1000)), resampling.finish()]
        >>> sum(part.size for part in parts)
        800
    """

    def __init__(self, rate: float, new_rate: int) -> None:
        self._resampler = None if rate == new_rate else soxr.ResampleStream(rate, new_rate, 1, dtype="float32")
        self._rate = rate
        self._chunks = self._samples = 0

    def push(self, chunk: npt.ArrayLike) -> Waveform:
        """Return what is complete after a chunk, float32 ``[n]``.

        Args:
            chunk: What comes next: mono ``[n]`` of any length, floats of full scale 1, or int16, int32 or uint8 as WAV
                files hold them. Unlike a whole recording it may be silent or empty.

        Raises:
            AudioError: It is NaN, infinite, not mono or not of floats; the line counts chunks from 1.
        """
        self._chunks += 1
        name = f"chunk {self._chunks}"
        part = check_chunk(as_floats(array_of(chunk, name, "expected an array [n]"), name, whole=False), name)
        self._samples += part.size
        return part if self._resampler is None else self._resampler.resample_chunk(part)

    def finish(self) -> Waveform:
        """Return the rest, float32 ``[n]``.

        Raises:
            AudioError: There was no sample at all, or less than 0.1 s.
        """
        if not self._samples:
            raise AudioError("the stream: no samples; check that the microphone or the program before it gives any")
        check_length(self._samples, self._rate, "the stream")
        rest = np.zeros(0, np.float32)
        return rest if self._resampler is None else self._resampler.resample_chunk(rest, last=True)


def resampled(chunks: Iterable[npt.ArrayLike], rate: float, new_rate: int) -> Iterator[Waveform]:
    """Yield chunks, checked and at another sample rate: float32 ``[n]`` each; see `Resampling`.

    Raises:
        AudioError: A chunk is NaN, infinite, not mono or not of floats (the line counts from 1), or all are less than
            0.1 s.

    Examples:
        >>> chunks = [np.ones(600), np.zeros(0), np.ones(1000)]
        >>> [part.size for part in resampled(chunks, 16000, 16000)]
        [600, 0, 1000, 0]
    """
    resampling = Resampling(rate, new_rate)
    for chunk in chunks:
        yield resampling.push(chunk)
    yield resampling.finish()
