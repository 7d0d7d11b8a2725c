"""A smaller corpus of the same shape, to try a whole road before it takes hours."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError

LEAST = 20
"""Utterances of an emotion that are kept if there are so many: SMOTE's five neighbours need six in a training part."""


def scaled(corpus: Corpus, share: float) -> Corpus:
    """Return about a share of each speaker's utterances of each emotion; the same ones each time.

    Of a rare emotion more is kept, `LEAST` where there are as many, and of whatever a speaker says at least one. Which
    ones is decided by the utterances' ids alone, so that a larger share keeps what a smaller one kept.

    Args:
        corpus: Which corpus.
        share: Above 0 and up to 1.

    Raises:
        EvenvoiceError: An impossible share.

    Examples:
        >>> from pathlib import Path
        >>> from evenvoice.corpora.corpus import Utterance, table_of
        >>> rows = [Utterance(f"{n:03d}", Path("/a.wav"), "sad", speaker=str(n % 4)) for n in range(400)]
        >>> len(scaled(Corpus("mine", table_of(rows), "CC0-1.0"), 0.1))
        40
    """
    if not 0 < share <= 1:
        raise EvenvoiceError(f"scale {share:g}: expected a share above 0 and up to 1, for example 0.05")
    table = corpus.table
    order = table.index.to_series().map(lambda name: hashlib.sha256(name.encode()).hexdigest())
    kept: set[str] = set()
    for emotion in corpus.labels:
        of_emotion = table[table["emotion"] == emotion]
        wanted = max(share, min(1.0, LEAST / len(of_emotion)))
        for _, rows in of_emotion.groupby("speaker", dropna=False):
            kept |= set(order[rows.index].sort_values().index[: math.ceil(wanted * len(rows))])
    return replace(corpus, table=table[table.index.isin(kept)])
