"""Scores of a table of predictions, from evenvoice or from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from evenvoice import metrics
from evenvoice.arguments import as_path
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.metrics import Interval, Scores, check_predictions, labels_of, read_predictions

Predictions = pd.DataFrame | str | os.PathLike[str]


def score(predictions: Predictions) -> Scores:
    """Return UA, WA, macro F1, the scores of each emotion and the confusion matrix of one table of predictions.

    Args:
        predictions: A table with the columns ``emotion`` (the truth) and ``predicted``, or the path of such a ``.csv``.
            Emotions are those of the columns ``p:<emotion>``; without such columns, those that occur.

    Raises:
        EvenvoiceError: A column is missing, or the table cannot be read.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad", "sad", "happy"], "predicted": ["sad", "happy", "happy"]})
        >>> score(table).ua
        0.75
    """
    if not isinstance(predictions, pd.DataFrame):
        predictions = as_predictions(predictions)
    for column in ("emotion", "predicted"):
        if column not in predictions:
            raise EvenvoiceError(f"predictions: column {column!r} is missing; expected emotion and predicted")
    if predictions.empty:
        raise EvenvoiceError("predictions: the table has no rows; expected one for each test utterance")
    truth, answers = predictions["emotion"], predictions["predicted"]
    if truth.isna().any() or answers.isna().any():
        raise EvenvoiceError("predictions: a cell of emotion or predicted is empty; expected an emotion in every row")
    labels = labels_of(predictions)
    if labels:
        odd = sorted({*map(str, truth), *map(str, answers)} - set(labels))
        if odd:
            raise EvenvoiceError(
                f"predictions: {odd[0]!r} has no column p:{odd[0]}; expected one of {', '.join(labels)}"
            )
    return metrics.score(predictions, labels or sorted({*map(str, truth), *map(str, answers)}))


def intervals(predictions: Predictions | Iterable[Predictions]) -> dict[str, Interval]:
    """Return every score with its 95 % interval: ``ua``, ``wa``, ``recall:angry``, ``ece``, ….

    Args:
        predictions: One table of predictions (or its path), or one for each seed: scores are means over these. Columns
            as in ``predictions.csv`` of a run: ``utterance``, ``emotion``, ``predicted``, ``speaker`` where it is
            known, and ``p:<emotion>`` for each emotion.

    Raises:
        EvenvoiceError: A table cannot be scored, or the tables have other emotions.

    Examples:
        >>> table = pd.DataFrame({"utterance": list("abcd"), "emotion": ["sad", "happy"] * 2, "synthetic": False,
        ...                       "predicted": ["sad", "happy", "sad", "sad"], "speaker": ["1", "1", "2", "2"],
        ...                       "p:happy": [0.0, 1.0, 0.0, 0.0], "p:sad": [1.0, 0.0, 1.0, 1.0]})
        >>> intervals(table)["ua"].estimate
        0.75
    """
    if isinstance(predictions, pd.DataFrame | str | os.PathLike):
        predictions = [predictions]
    if not isinstance(predictions, Iterable) or isinstance(predictions, bytes | Mapping):
        raise EvenvoiceError(
            f"predictions: found {shown(predictions)}; expected a table, or a list of one for each seed"
        )
    tables = [as_predictions(table) for table in predictions]
    if not tables:
        raise EvenvoiceError("predictions: found none; expected a table, or a list of one for each seed")
    labels = labels_of(tables[0])
    for table in tables[1:]:
        if set(labels_of(table)) != set(labels):
            raise EvenvoiceError(
                f"predictions: one table has the emotions {', '.join(labels)}, another {', '.join(labels_of(table))}; "
                "expected the same of all"
            )
    return metrics.intervals(tables, labels)


def as_predictions(predictions: Any, name: str = "predictions") -> pd.DataFrame:
    """Return a checked table of predictions, read from its file where it is a path.

    A table without the column ``synthetic`` has real utterances alone.

    Raises:
        EvenvoiceError: It is no such table.
    """
    if isinstance(predictions, str | os.PathLike):
        return read_predictions(as_path(predictions, name))
    if not isinstance(predictions, pd.DataFrame):
        raise EvenvoiceError(f"{name}: found {shown(predictions)}; expected a table of predictions or its path")
    table: pd.DataFrame = predictions if "synthetic" in predictions else predictions.assign(synthetic=False)
    check_predictions(table, name)
    return table
