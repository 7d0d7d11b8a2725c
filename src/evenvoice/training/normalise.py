"""Normalisation: each coefficient to mean 0 and standard deviation 1 over valid frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError
from evenvoice.training.store import Vectors

# One array ``[r, frames]`` an utterance; or one array ``[n, r, 1]`` for all, or blocks of it, where each has one frame.
Rows = Sequence[npt.NDArray[np.float32]] | npt.NDArray[np.float32] | Vectors

# A standard deviation below this share of the coefficient's own size is rounding, not variation.
CONSTANT = 1e-6

# Vectors that are added at once.
_BLOCK = 256


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
    def fit(cls, *parts: Rows) -> Normaliser:
        """Measure mean and standard deviation over all frames of all utterances, in float64.

        Args:
            parts: One float32 array ``[r, frames]`` an utterance, valid frames only; one sequence of these or several.

        Examples:
            >>> Normaliser.fit([np.array([[1, 3], [5, 5]], np.float32)]).apply([np.array([[3], [5]], np.float32)])[0]
            array([[1.],
                   [0.]], dtype=float32)
        """
        frames, total = _sum(parts)
        mean = total / frames
        # Squares of differences, not difference of squares: c0 is near −900, where the latter loses its digits.
        _, squares = _sum(parts, around=mean)
        deviation = np.sqrt(squares / frames)
        constant = deviation <= CONSTANT * np.maximum(1.0, np.abs(mean))
        scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=~constant)
        return cls(mean.astype(np.float32), scale.astype(np.float32))

    def apply(self, rows: Rows) -> list[npt.NDArray[np.float32]]:
        """Return the rows normalised, float32 ``[r, frames]`` each."""
        return list(self.each(rows))

    def each(self, rows: Iterable[npt.NDArray[np.float32]]) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the rows normalised, float32 ``[r, frames]`` each."""
        return map(self.vectors, rows)

    def vectors(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return float32 ``[…, r, frames]`` normalised."""
        return (rows - self.mean[:, None]) * self.scale[:, None]


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
    scale = Normaliser.fit(*parts).scale
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
    frames, total = _sum([rows])
    return total / frames


def _sum(parts: Sequence[Rows], around: npt.NDArray[np.float64] | None = None) -> tuple[int, npt.NDArray[np.float64]]:
    """Return the number of frames, and their sum ``[r]``, or that of the squares of their distance to a point ``[r]``.

    Utterances are added one after the other, whether they come as a list or as one array ``[n, r, 1]`` or its blocks.
    """
    frames, total = 0, np.zeros(())
    for rows in parts:
        if isinstance(rows, np.ndarray | Vectors):
            for start in range(0, len(rows), _BLOCK):
                block = rows[start : start + _BLOCK][:, :, 0].astype(np.float64)
                if around is not None:
                    block = np.square(block - around)
                block[0] += total
                total = np.cumsum(block, axis=0)[-1]  # `sum` may add in another order
            frames += len(rows)
            continue
        for values in rows:
            frames += values.shape[1]
            of_utterance = (
                values.sum(axis=1, dtype=np.float64)
                if around is None
                else np.square(values - around[:, None]).sum(axis=1)
            )
            total = total + of_utterance
    return frames, total


def _known(speakers: npt.NDArray[np.str_] | None, word: str) -> npt.NDArray[np.str_]:
    if speakers is None:
        raise EvenvoiceError(
            f"normalise: {word} needs to know the speaker of every utterance; "
            "name it in a speaker column (of a folder: --speaker-from), or use normalise: training"
        )
    return speakers
