"""Utterances ready to learn from or to be recognised: ragged features, and what is known about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError


@dataclass(frozen=True)
class Examples:
    """Features of utterances with their ids, and emotions and speakers where they are known.

    Attributes:
        ids: Utterance ids, unique.
        features: One float32 array ``[3·n_mfcc, frames]`` an utterance; the number of frames differs.
        emotions: Labels; ``None`` where they are not to be seen (a test part).
        speakers: Speakers, for speaker normalisation, balancing by speaker and validation; ``None`` where unknown.
    """

    ids: Sequence[str]
    features: Sequence[npt.NDArray[np.float32]]
    emotions: npt.NDArray[np.str_] | None = None
    speakers: npt.NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        for name in ("features", "emotions", "speakers"):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.ids):
                raise EvenvoiceError(f"examples: {len(self.ids)} ids but {len(values)} {name}; they go together")

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: npt.NDArray[np.int64], *, with_emotions: bool = True) -> Examples:
        """Return the examples at these positions, with or without their emotions.

        Examples:
            >>> pair = Examples(["a", "b"], [np.zeros((120, 9), np.float32)] * 2, np.array(["sad", "happy"]))
            >>> pair.take(np.array([1]), with_emotions=False).emotions is None
            True
        """
        return Examples(
            [self.ids[row] for row in rows],
            [self.features[row] for row in rows],
            self.emotions[rows] if with_emotions and self.emotions is not None else None,
            self.speakers[rows] if self.speakers is not None else None,
        )
