"""Speakers of whom a corpus has one emotion only: to know the speaker is to know the emotion."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

# From this share of speakers on it is worth a word.
_MANY = 0.5
_FEWEST = 3


@dataclass(frozen=True)
class OneEmotion:
    """How many speakers have one emotion.

    Attributes:
        speakers: Those with two recordings or more.
        tied: Those of them with one emotion only.
        by_emotion: Of these, how many have which emotion.
    """

    speakers: int
    tied: int
    by_emotion: dict[str, int]

    @property
    def many(self) -> bool:
        """Whether so many are tied that results depend on it."""
        return self.tied >= max(_FEWEST, _MANY * self.speakers)

    def words(self) -> str:
        """Return the counts in a sentence: ``26 of 29 speakers have one emotion``."""
        return f"{self.tied} of {self.speakers} speakers have one emotion"


def speakers_with_one_emotion(table: pd.DataFrame) -> OneEmotion:
    """Count the speakers who have one emotion, among those with two recordings or more.

    Args:
        table: One row an utterance, with ``emotion`` and ``speaker``; rows without a speaker do not count.

    Examples:
        >>> table = pd.DataFrame({"speaker": list("aabbccd"), "emotion": ["sad"] * 4 + ["calm", "calm", "sad"]})
        >>> found = speakers_with_one_emotion(table)
        >>> found.words(), found.by_emotion, found.many
        ('3 of 3 speakers have one emotion', {'calm': 1, 'sad': 2}, True)
    """
    known = table.dropna(subset=["speaker"])
    groups = known.groupby("speaker")["emotion"].agg(["size", "nunique", "first"])
    several = groups[groups["size"] > 1]
    tied = several[several["nunique"] == 1]
    counts = {str(name): int(n) for name, n in tied["first"].value_counts().sort_index().items()}
    return OneEmotion(len(several), len(tied), counts)


def speaker_normalisation_warning(table: pd.DataFrame) -> str | None:
    """Return why normalising by speaker removes the emotion in this corpus; ``None`` where it does not.

    Where a speaker has one emotion, the speaker's mean and deviation are those of the emotion, and normalising by them
    takes away what is to be recognised.

    Examples:
        >>> table = pd.DataFrame({"speaker": list("aabbcc"), "emotion": ["sad"] * 4 + ["calm"] * 2})
        >>> print(speaker_normalisation_warning(table))
        3 of 3 speakers have one emotion: normalising by speaker takes the emotion away with the voice; \
use normalise: training
    """
    found = speakers_with_one_emotion(table)
    if not found.many:
        return None
    return f"{found.words()}: normalising by speaker takes the emotion away with the voice; use normalise: training"
