"""Single utterances cut off at random, every emotion in its share."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.tables import count


def stratified_cut(
    rows: np.ndarray, emotions: pd.Series, share: float, seed: int, what: str, remedy: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that stay and those that are cut off, in which each emotion has the share that it has in all.

    Args:
        rows: int64 ``[n]``.
        emotions: The emotion of each of these rows.
        share: How many to cut off, between 0 and 1.
        seed: Which ones.
        what: How errors call the cut: ``protocol 'random'``.
        remedy: What to do where it cannot be made.

    Raises:
        EvenvoiceError: An emotion of one row, or a part that has fewer rows than there are emotions.

    Examples:
        >>> emotions = pd.Series(["sad", "sad", "calm", "calm"])
        >>> stay, cut = stratified_cut(np.arange(4), emotions, 0.5, 0, "cut", "record more")
        >>> sorted(emotions.iloc[stay]), sorted(emotions.iloc[cut])
        (['calm', 'sad'], ['calm', 'sad'])
    """
    from sklearn.model_selection import train_test_split

    counts = emotions.value_counts()
    if counts.min() < 2:
        raise EvenvoiceError(f"{what}: one utterance of {counts.idxmin()!r}, and both parts take one; {remedy}")
    size = math.ceil(share * len(rows))  # as scikit-learn rounds it
    if min(size, len(rows) - size) < len(counts):
        raise EvenvoiceError(
            f"{what}: {share:.0%} of {count(len(rows), 'utterance')} leaves a part of {min(size, len(rows) - size)}, "
            f"and it takes one of each of {count(len(counts), 'emotion')}; {remedy}"
        )
    stay, cut = train_test_split(rows, test_size=share, stratify=emotions, random_state=seed, shuffle=True)
    return np.sort(stay), np.sort(cut)
