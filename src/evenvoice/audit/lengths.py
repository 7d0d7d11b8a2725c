"""Lengths that tell something: recordings cut to one length, and a length that one emotion has to itself."""

from __future__ import annotations

import pandas as pd

from evenvoice.audit.findings import Finding, Kind

# Lengths are equal to a millisecond: speech never is, scripts that cut or pad are.
_DIGITS = 3
# So many recordings of one length are not an accident, and so many of them must end loud to call it cut.
_MOST, _CUT = 0.9, 0.2
# Fewer recordings tell nothing of a corpus, or of an emotion.
_FEWEST, _FEWEST_OF_EMOTION = 10, 5
# The last 20 ms, in dB against the loudest 20 ms. Of EmoDB and RAVDESS, which are cut after the speech, 1 recording in
# 90 ends so loud.
LOUD_END = -20.0

ONE_LENGTH = Kind(
    "cut-to-one-length",
    "warning",
    "Recordings were cut to one length, and end in the middle of speech",
    "use the recordings as they were before they were cut: what the cut took away is not the same for each emotion",
)
LENGTH_OF_EMOTION = Kind(
    "emotion-has-one-length",
    "warning",
    "All recordings of an emotion have one length that others do not have, so the length alone names the emotion",
    "use the recordings as they were before they were cut or padded, or cut and pad all emotions alike",
)


def length_findings(table: pd.DataFrame) -> list[Finding]:
    """Return what the lengths of recordings give away.

    Args:
        table: One row an utterance: ``duration`` in seconds, ``end_level`` in dB against the loudest moment, and
            ``emotion``.

    Examples:
        >>> table = pd.DataFrame({"duration": [2.0] * 9 + [1.2], "end_level": -6.0, "emotion": ["sad", "calm"] * 5})
        >>> [found.message for found in length_findings(table)]
        ['9 of 10 recordings last 2.000 s; 9 of these end loud (within 20 dB of their loudest moment)']
    """
    lengths = table["duration"].round(_DIGITS)
    one = _of_one_length(table, lengths)
    return one if one is not None else _of_emotions(table["emotion"], lengths)


def _of_one_length(table: pd.DataFrame, lengths: pd.Series) -> list[Finding] | None:
    """Return the finding of one length for all, if it is one; ``None`` where lengths differ."""
    counts = lengths.value_counts()
    if len(table) < _FEWEST or counts.iloc[0] < _MOST * len(table):
        return None
    same = table[lengths == counts.index[0]]
    loud = same[same["end_level"] > LOUD_END]
    if len(loud) < _CUT * len(same):
        return []
    message = (
        f"{len(same)} of {len(table)} recordings last {counts.index[0]:.3f} s; {len(loud)} of these end loud (within "
        f"{-LOUD_END:.0f} dB of their loudest moment)"
    )
    by_emotion = loud["emotion"].value_counts(sort=False).sort_index()
    of = same["emotion"].value_counts()
    return [
        Finding(ONE_LENGTH, message, tuple(f"{name}: {n} of {of[name]} end loud" for name, n in by_emotion.items()))
    ]


def _of_emotions(emotions: pd.Series, lengths: pd.Series) -> list[Finding]:
    """Return the finding of emotions that have a length to themselves."""
    evidence = []
    for emotion in sorted(set(emotions)):
        its = lengths[emotions == emotion]
        counts = its.value_counts()
        length, n = counts.index[0], int(counts.iloc[0])
        others = lengths[emotions != emotion]
        n_others = int((others == length).sum())
        if len(its) >= _FEWEST_OF_EMOTION and n >= _MOST * len(its) and n_others <= (1 - _MOST) * len(others):
            evidence.append(
                f"{emotion}: {n} of {len(its)} last {length:.3f} s, of the others {n_others} of {len(others)}"
            )
    if not evidence:
        return []
    return [Finding(LENGTH_OF_EMOTION, f"{len(evidence)} of {emotions.nunique()} emotions", tuple(evidence))]
