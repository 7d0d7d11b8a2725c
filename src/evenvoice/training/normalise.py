"""Normalisation: each coefficient to mean 0 and standard deviation 1 over valid frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError

Rows = Sequence[npt.NDArray[np.float32]]

# A standard deviation below this share of the coefficient's own size is rounding, not variation.
CONSTANT = 1e-6


@dataclass(frozen=True)
class Normaliser:
    """Mean and scale of each coefficient; a constant coefficient becomes zero.

    Attributes:
        mean: float32 ``[r]``.
        scale: float32 ``[r]``: 1 / standard deviation, and 0 where the coefficient is constant.
    """

    mean: npt.NDArray[np.float32]
    scale: npt.NDArray[np.float32]

    @classmethod
    def fit(cls, rows: Rows) -> Normaliser:
        """Measure mean and standard deviation over all frames of all utterances, in float64.

        Args:
            rows: One float32 array ``[r, frames]`` an utterance, valid frames only.

        Examples:
            >>> Normaliser.fit([np.array([[1, 3], [5, 5]], np.float32)]).apply([np.array([[3], [5]], np.float32)])[0]
            array([[1.],
                   [0.]], dtype=float32)
        """
        frames = sum(part.shape[1] for part in rows)
        mean = _mean(rows)
        # Squares of differences, not difference of squares: c0 is near −900, where the latter loses its digits.
        squares = sum(np.square(part - mean[:, None]).sum(axis=1) for part in rows)
        deviation = np.sqrt(squares / frames)
        constant = deviation <= CONSTANT * np.maximum(1.0, np.abs(mean))
        scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=~constant)
        return cls(mean.astype(np.float32), scale.astype(np.float32))

    def apply(self, rows: Rows) -> list[npt.NDArray[np.float32]]:
        """Return the rows normalised, float32 ``[r, frames]`` each."""
        return [(part - self.mean[:, None]) * self.scale[:, None] for part in rows]


def normalise_by_speaker(rows: Rows, speakers: npt.NDArray[np.str_] | None) -> list[npt.NDArray[np.float32]]:
    """Normalise each utterance with mean and standard deviation of its own speaker's rows, all of those given.

    *Transductive*: at prediction the test speaker's other (unlabelled) utterances take part, so it answers the question
    "how well does it work for a speaker of whom there is some audio", and every figure that uses it says so.

    Raises:
        EvenvoiceError: Speakers are unknown.
    """
    speakers = _known(speakers, "speaker")
    normalised: list[npt.NDArray[np.float32]] = [np.empty(0, np.float32)] * len(rows)
    for speaker in np.unique(speakers):
        own = np.flatnonzero(speakers == speaker).tolist()
        theirs = [rows[row] for row in own]
        for row, values in zip(own, Normaliser.fit(theirs).apply(theirs), strict=True):
            normalised[row] = values
    return normalised


def around_speakers(rows: Rows, speakers: npt.NDArray[np.str_] | None) -> list[npt.NDArray[np.float32]]:
    """Return each utterance minus the mean of its own speaker's rows, all of those given.

    Raises:
        EvenvoiceError: Speakers are unknown.

    Examples:
        >>> rows = [np.array([[value]], np.float32) for value in (1, 3, 10)]
        >>> [float(row[0, 0]) for row in around_speakers(rows, np.array(["a", "a", "b"]))]
        [-1.0, 1.0, 0.0]
    """
    speakers = _known(speakers, "enrolled")
    means = {
        speaker: _mean([rows[row] for row in np.flatnonzero(speakers == speaker).tolist()])
        for speaker in np.unique(speakers)
    }
    return [(part - means[speaker][:, None]).astype(np.float32) for part, speaker in zip(rows, speakers, strict=True)]


def around_training_mean(rows: Rows, parts: Sequence[Rows]) -> Normaliser:
    """Return the normaliser of `enrolled`: the mean of rows as they are, the scale of rows around their speakers.

    Args:
        rows: The training part.
        parts: The training part and its variants, around their speakers: see `around_speakers`.
    """
    scale = Normaliser.fit([row for part in parts for row in part]).scale
    mean = _mean(rows).astype(np.float32)
    # Rows around their speakers have lost their size, by which `fit` knows what is constant.
    constant = scale * CONSTANT * np.maximum(1.0, np.abs(mean)) >= 1
    return Normaliser(mean, np.where(constant, np.float32(0), scale))


def shrinkage(utterances: int, kappa: float) -> float:
    """Return how much the mean of a speaker's utterances counts against the training mean: k / (k + kappa).

    Source:
        The posterior mean of a normal mean, where kappa is the variance of an utterance around its speaker over the
        variance of speakers around the training mean.

    Examples:
        >>> shrinkage(0, 5.0), shrinkage(5, 5.0)
        (0.0, 0.5)
    """
    return utterances / (utterances + kappa) if utterances else 0.0


def _mean(rows: Rows) -> npt.NDArray[np.float64]:
    """Mean over all frames of all utterances, ``[r]``."""
    frames = sum(part.shape[1] for part in rows)
    return np.asarray(sum(part.sum(axis=1, dtype=np.float64) for part in rows) / frames)


def _known(speakers: npt.NDArray[np.str_] | None, word: str) -> npt.NDArray[np.str_]:
    if speakers is None:
        raise EvenvoiceError(
            f"normalise: {word} needs to know the speaker of every utterance; "
            "name it with --speaker-from or a speaker column, or use normalise: training"
        )
    return speakers
