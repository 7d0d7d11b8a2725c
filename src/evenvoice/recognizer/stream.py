"""Live audio: chunks as they come from a microphone to windows with what is predicted of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

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


class Known(Protocol):
    """What is known of a speaker: a `SpeakerProfile`, or a `RunningMean`."""

    @property
    def offset(self) -> npt.NDArray[np.float32] | None:
        """Where the speaker lies, float32 ``[r]``."""

    @property
    def utterances(self) -> float:
        """Of how many utterances that is known."""


def entries(
    windows: Iterable[tuple[int, Waveform]],
    rate: int,
    known: Known | None,
    answer: Callable[[Waveform, int], list[dict[str, Any]]],
) -> Iterator[dict[str, Any]]:
    """Yield what `Recognizer.windows` says of each window. Each is run alone: on one thread a batch is no faster.

    Args:
        windows: First sample and samples of each, as `evenvoice.recognizer.windows.cut` gives them.
        rate: Their sample rate in Hz.
        known: What is known of the speaker, if anything; it may learn more on the way.
        answer: Returns the scores of a window, given its samples and how many of them are new.

    Examples:
        >>> windows = [(0, np.ones(4)), (2, np.zeros(4)), (4, np.ones(4))]
        >>> for entry in entries(windows, 2, None, lambda samples, new: [{"label": "sad", "score": new / 4}]):
        ...     print(entry)
        {'start': 0.0, 'end': 2.0, 'scores': [{'label': 'sad', 'score': 1.0}]}
        {'start': 1.0, 'end': 3.0, 'scores': [], 'silent': True}
        {'start': 2.0, 'end': 4.0, 'scores': [{'label': 'sad', 'score': 0.5}]}
    """
    reached = 0
    for start, samples in windows:
        end = start + samples.size
        times = {"start": start / rate, "end": end / rate}
        if not samples.any():
            yield {**times, "scores": [], "silent": True}
        else:
            adapted = {} if known is None else {"adapted": round(known.utterances, 2)}
            yield {**times, "scores": answer(samples, end - max(reached, start)), **adapted}
        reached = end
