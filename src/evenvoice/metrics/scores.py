"""Scores of predictions: UA, WA, macro F1, and each emotion's precision, recall and F1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support


@dataclass(frozen=True)
class Scores:
    """What a table of predictions scores, as fractions.

    Attributes:
        n: Number of utterances.
        ua: Unweighted accuracy: mean of the recalls of the emotions that occur.
        wa: Weighted accuracy: share of utterances recognised.
        macro_f1: Mean of the emotions' F1.
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
    return float(np.mean([(answers[truth == emotion] == emotion).mean() for emotion in np.unique(truth)]))


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
    truth, answers = predictions["emotion"].to_numpy(str), predictions["predicted"].to_numpy(str)
    names = list(labels)
    precision, recall, f1, n = precision_recall_fscore_support(truth, answers, labels=names, zero_division=0)
    table = pd.DataFrame({"precision": precision, "recall": recall, "f1": f1, "n": n}, index=pd.Index(names))
    table.loc[table["n"] == 0, ["recall", "f1"]] = np.nan
    matrix = confusion_matrix(truth, answers, labels=names)
    return Scores(
        n=len(truth),
        ua=float(table["recall"].mean()),
        wa=float((truth == answers).mean()),
        macro_f1=float(table["f1"].mean()),
        per_emotion=table,
        confusion=pd.DataFrame(matrix, index=pd.Index(names, name="true"), columns=pd.Index(names, name="predicted")),
    )
