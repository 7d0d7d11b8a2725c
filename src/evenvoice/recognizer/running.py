"""The mean of a speaker's features while one listens: it knows more with each window, and forgets who spoke before."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from evenvoice.audio import one_line
from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.metadata import Card
from evenvoice.recognizer.profile import FARTHEST, SpeakerProfile

# In seconds of speech: some forty utterances. Chosen, not measured.
HALF_LIFE = 120.0

_SHORTEST = 1.0


def check_half_life(seconds: float) -> float:
    """Return a half-life in seconds.

    Raises:
        EvenvoiceError: No number from 1; infinity is one.

    Examples:
        >>> check_half_life(math.inf)
        inf
        >>> check_half_life(0)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: adapt: 0, expected seconds from 1 (speech after which what was known of the \
speaker counts half), for example adapt=120
    """
    number = isinstance(seconds, int | float | np.number) and not isinstance(seconds, bool)
    if not number or not seconds >= _SHORTEST:  # a NaN is not, either
        raise EvenvoiceError(
            f"adapt: {one_line(f'{seconds!r:.40}')}, expected seconds from {_SHORTEST:g} (speech after which what was "
            f"known of the speaker counts half), for example adapt={HALF_LIFE:g}"
        )
    return float(seconds)


def kappa_of(card: Card, name: str) -> float:
    """Return how many utterances the training mean counts, of a model that can be adapted.

    Args:
        card: The model's metadata; a stranger may have written it.
        name: What error messages call the model.

    Raises:
        EvenvoiceError: No number from 0.

    Examples:
        >>> kappa_of({"recipe": {"kappa": 5}}, "model.onnx")
        5.0
    """
    kappa = card["recipe"].get("kappa")
    if isinstance(kappa, bool) or not isinstance(kappa, int | float) or not 0 <= kappa < math.inf:
        raise EvenvoiceError(
            f"{name}: recipe.kappa is {kappa!r:.40}, expected a number from 0; name a file that evenvoice exported"
        )
    return float(kappa)


class RunningMean:
    """What is known of a speaker so far, in utterances: a window of speech is one, its overlap with the last is none.

    After ``half_life`` seconds of speech, what was known counts half, so that the next speaker is soon known as well.
    Of n utterances the mean counts n / (n + kappa), as in `Recognizer.enrol`.

    Args:
        kappa: How many utterances the training mean counts; the model's.
        half_life: In seconds of speech; infinity never forgets.
        known: Who speaks, if anything is known beforehand.

    Examples:
        >>> mean = RunningMean(kappa=1, half_life=3)
        >>> mean.offset is None
        True
        >>> mean.add(np.array([0.5]), seconds=3)
        >>> mean.utterances, mean.offset
        (1.0, array([0.25], dtype=float32))
        >>> mean.add(np.array([0.0]), seconds=3)
        >>> mean.utterances, mean.offset
        (1.5, array([0.1], dtype=float32))
    """

    def __init__(self, kappa: float, half_life: float, known: SpeakerProfile | None = None) -> None:
        self._kappa = kappa
        self._half_life = half_life
        self.utterances = 0.0 if known is None else float(known.utterances)
        self._total: npt.NDArray[np.float64] | None = (
            None if known is None else known.offset.astype(np.float64) * (known.utterances + kappa)
        )

    @property
    def offset(self) -> npt.NDArray[np.float32] | None:
        """Where the speaker lies, float32 ``[r]``; ``None`` while nothing is known."""
        if self._total is None:
            return None
        return (self._total / (self.utterances + self._kappa)).clip(-FARTHEST, FARTHEST).astype(np.float32)

    def add(self, row: npt.NDArray[np.floating], share: float = 1.0, seconds: float = 0.0) -> None:
        """Take in the normalised features of an utterance or a window, ``[r]``.

        Args:
            row: The features.
            share: How much of it is new: 1 is all.
            seconds: How much speech that is, by which what was known is forgotten.
        """
        kept = 0.5 ** (seconds / self._half_life)
        self.utterances = kept * self.utterances + share
        before = 0.0 if self._total is None else kept * self._total
        self._total = before + share * row.astype(np.float64)
