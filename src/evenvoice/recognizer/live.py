"""A recording that is not over yet: parts go in, and what is predicted of each window comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evenvoice.audio import Waveform
from evenvoice.recognizer.stream import Resampling
from evenvoice.recognizer.windows import Cutter

Entry = dict[str, Any]


class Known(Protocol):
    """What is known of a speaker: a `SpeakerProfile`, or a `RunningMean`."""

    @property
    def offset(self) -> npt.NDArray[np.float32] | None:
        """Where the speaker lies, float32 ``[r]``."""

    @property
    def utterances(self) -> float:
        """Of how many utterances that is known."""


class Live:
    """Parts of a recording in, and what `Recognizer.windows` says of each window out; `Recognizer.live` makes it.

    Args:
        resampling: Brings the parts to the model's sample rate.
        cutter: Cuts them into windows.
        rate: The model's sample rate in Hz.
        known: What is known of the speaker, if anything; it may learn more on the way.
        answer: Returns the scores of a window, given its samples and how many of them are new.

    Examples:
        >>> parts = [np.ones(4), np.zeros(4), np.ones(2)]
        >>> live = Live(Resampling(2, 2), Cutter(4, 2), 2, None, lambda samples, new: [{"label": "sad", "score": new}])
        >>> for entry in live.over(parts):
        ...     print(entry)
        {'start': 0.0, 'end': 2.0, 'scores': [{'label': 'sad', 'score': 4}]}
        {'start': 1.0, 'end': 3.0, 'scores': [{'label': 'sad', 'score': 2}]}
        {'start': 2.0, 'end': 4.0, 'scores': [], 'silent': True}
        {'start': 3.0, 'end': 5.0, 'scores': [{'label': 'sad', 'score': 2}]}
    """

    def __init__(
        self,
        resampling: Resampling,
        cutter: Cutter,
        rate: int,
        known: Known | None,
        answer: Callable[[Waveform, int], list[Entry]],
    ) -> None:
        self._resampling = resampling
        self._cutter = cutter
        self._rate = rate
        self._known = known
        self._answer = answer
        self._reached = 0

    def push(self, chunk: npt.ArrayLike) -> Iterator[Entry]:
        """Yield an entry for each window that a part completes; run it to its end.

        Args:
            chunk: What comes next: mono, float ``[n]``, full scale 1, of any length.

        Raises:
            AudioError: It is NaN, infinite, not mono or not of floats; the line counts parts from 1.
        """
        return self._entries(self._cutter.push(self._resampling.push(chunk)))

    def finish(self) -> Iterator[Entry]:
        """Yield an entry for each window that the end completes.

        Raises:
            AudioError: There was no sample at all, or less than 0.1 s.
        """
        yield from self._entries(self._cutter.push(self._resampling.finish()))
        yield from self._entries(self._cutter.finish())

    def over(self, chunks: Iterable[npt.ArrayLike]) -> Iterator[Entry]:
        """Yield the entries of a recording whose parts are at hand, each as soon as its window is complete."""
        for chunk in chunks:
            yield from self.push(chunk)
        yield from self.finish()

    def _entries(self, windows: Iterable[tuple[int, Waveform]]) -> Iterator[Entry]:
        # Each is run alone: on one thread a batch is no faster.
        for start, samples in windows:
            end = start + samples.size
            times = {"start": start / self._rate, "end": end / self._rate}
            if not np.any(samples):
                yield {**times, "scores": [], "silent": True}
            else:
                adapted = {} if self._known is None else {"adapted": round(self._known.utterances, 2)}
                yield {**times, "scores": self._answer(samples, end - max(self._reached, start)), **adapted}
            self._reached = end
