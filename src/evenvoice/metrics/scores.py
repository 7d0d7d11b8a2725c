"""Scores of predictions: UA, WA, macro F1, and each emotion's precision, recall and F1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.metrics.counts import (
    confusion_of,
    f1s_of,
    macro_f1_of,
    precisions_of,
    recalls_of,
    ua_of,
    wa_of,
)


@dataclass(frozen=True)
class Scores:
    """What a table of predictions scores, as fractions.

    Attributes:
        n: Number of utterances.
        ua: Unweighted accuracy: mean of the recalls of the emotions that occur.
        wa: Weighted accuracy: share of utterances recognised.
        macro_f1: Mean of the F1 of the emotions that occur.
        per_emotion: Indexed by emotion; columns precision, recall, f1, n. Recall and F1 of an emotion that does not
            occur are NaN.
        confusion: Rows true, columns predicted; counts.
    """

    n: int
    ua: float
    wa: float
    macro_f1: float
    per_emotion: pd.DataFrame
    confusion: pd.DataFrame


def unweighted_accuracy(emotions: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return UA: the mean of the recalls of the emotions that occur among the true ones.

    Examples:
        >>> unweighted_accuracy(["sad", "sad", "sad", "happy"], ["sad", "sad", "sad", "sad"])
        0.5
    """
    truth, answers = np.asarray(emotions), np.asarray(predicted)
    labels = np.unique(np.concatenate([truth, answers])).tolist()
    table = pd.DataFrame({"emotion": truth, "predicted": answers})
    return float(ua_of(confusion_of(table, labels)))


def score(predictions: pd.DataFrame, labels: Sequence[str]) -> Scores:
    """Score a table of predictions.

    Args:
        predictions: With the columns ``emotion`` and ``predicted``.
        labels: All emotions, in the order wanted.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad", "sad", "happy"], "predicted": ["sad", "happy", "happy"]})
        >>> scores = score(table, ["happy", "sad"])
        >>> scores.ua, round(scores.wa, 3)
        (0.75, 0.667)
    """
    names = list(labels)
    counts = confusion_of(predictions, names)
    columns = {"precision": precisions_of(counts), "recall": recalls_of(counts), "f1": f1s_of(counts)}
    table = pd.DataFrame({**columns, "n": counts.sum(axis=1).astype(int)}, index=pd.Index(names))
    return Scores(
        n=len(predictions),
        ua=float(ua_of(counts)),
        wa=float(wa_of(counts)),
        macro_f1=float(macro_f1_of(counts)),
        per_emotion=table,
        confusion=pd.DataFrame(
            counts.astype(int), index=pd.Index(names, name="true"), columns=pd.Index(names, name="predicted")
        ),
    )
