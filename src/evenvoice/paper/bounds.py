"""What the published recalls leave for real recordings, given that the test part was balanced with synthetic rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Between what the scores on real test rows lie, as fractions.

    Attributes:
        ua: If every synthetic row was recognised, and if they were no easier than real ones.
        wa: The same, with the emotions as frequent as they are in the corpus.
    """

    ua: tuple[float, float]
    wa: tuple[float, float]


def bounds(emotions: Mapping[str, int], recalls: Mapping[str, float]) -> Bounds:
    """Work out what the real test rows can have scored.

    Of an emotion with n utterances, raised to M, a share s = n / M of the test rows is real. If the synthetic ones were
    all recognised, recall r = s·r_real + (1 − s) gives r_real = (r − (1 − s)) / s; if they were no easier, r_real = r.

    Args:
        emotions: Utterances of each emotion before balancing.
        recalls: Recall of each emotion on the balanced test part, as fractions.

    Examples:
        >>> from evenvoice.paper.published import IEMOCAP, TABLE_5
        >>> found = bounds(IEMOCAP, {emotion: row.recall / 100 for emotion, row in TABLE_5.items()})
        >>> [round(100 * value, 1) for value in found.wa]
        [71.1, 77.1]
    """
    largest, total = max(emotions.values()), sum(emotions.values())
    low = {}
    for emotion, number in emotions.items():
        real = number / largest
        low[emotion] = max(0.0, (recalls[emotion] - (1 - real)) / real)
    high = {emotion: recalls[emotion] for emotion in emotions}
    ua = tuple(sum(values.values()) / len(emotions) for values in (low, high))
    wa = tuple(sum(emotions[name] * value for name, value in values.items()) / total for values in (low, high))
    return Bounds((ua[0], ua[1]), (wa[0], wa[1]))
