"""Predictions as counts per speaker: everything that is resampled, exchanged or left out is a speaker, never a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.errors import EvenvoiceError

Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class UnitCounts:
    """One confusion matrix for each unit (speaker) and seed.

    Attributes:
        units: Names of the units, sorted: the speakers, or the utterances where a speaker is not known.
        unit: Which of the two. Utterances of one speaker are alike, so intervals over utterances are too narrow.
        counts: float64 ``[units, seeds, emotions, emotions]``: unit, seed, true, predicted.
    """

    units: tuple[str, ...]
    unit: Literal["speaker", "utterance"]
    counts: Counts

    def __len__(self) -> int:
        return len(self.units)


def unit_counts(tables: Sequence[pd.DataFrame], labels: Sequence[str]) -> UnitCounts:
    """Count predictions by unit.

    Args:
        tables: Predictions of one system, one table a seed.
        labels: All emotions, in the order wanted.

    Raises:
        EvenvoiceError: No table, an empty one, or an emotion that is not among the labels.

    Examples:
        >>> table = pd.DataFrame({"utterance": ["1", "2"], "speaker": ["a", "a"], "emotion": ["sad", "sad"],
        ...                       "predicted": ["sad", "happy"]})
        >>> unit_counts([table], ["happy", "sad"]).counts[0, 0].tolist()
        [[0.0, 0.0], [1.0, 1.0]]
    """
    if not tables or any(table.empty for table in tables):
        raise EvenvoiceError("predictions: no rows to score; expected at least one test utterance a seed")
    unit = unit_of(tables)
    units = [list(map(str, table[unit])) for table in tables]
    names = sorted(set().union(*units))
    row_of = {name: row for row, name in enumerate(names)}
    counts = np.zeros((len(names), len(tables), len(labels), len(labels)))
    for seed, (table, of_seed) in enumerate(zip(tables, units, strict=True)):
        rows = np.array([row_of[name] for name in of_seed])
        truth, answers = positions(table, "emotion", labels), positions(table, "predicted", labels)
        np.add.at(counts[:, seed], (rows, truth, answers), 1.0)
    return UnitCounts(tuple(names), unit, counts)


def unit_of(tables: Sequence[pd.DataFrame]) -> Literal["speaker", "utterance"]:
    """Return ``speaker`` where every row of every table has one."""
    known = all("speaker" in table and not table["speaker"].isna().any() for table in tables)
    return "speaker" if known else "utterance"


def positions(table: pd.DataFrame, column: str, labels: Sequence[str]) -> npt.NDArray[np.intp]:
    """Return each row's place among the labels.

    Raises:
        EvenvoiceError: An emotion that is not one of them.

    Examples:
        >>> positions(pd.DataFrame({"emotion": ["sad", "happy"]}), "emotion", ["happy", "sad"]).tolist()
        [1, 0]
    """
    found = pd.Index(labels).get_indexer(pd.Index(table[column]))
    if (found < 0).any():
        odd = table[column].iloc[int(np.argmax(found < 0))]
        raise EvenvoiceError(f"predictions: {column} {odd!r} is unknown; expected one of {', '.join(labels)}")
    return found


def confusion_of(table: pd.DataFrame, labels: Sequence[str]) -> Counts:
    """Count the rows of predictions by true and predicted emotion, float64 ``[emotions, emotions]``.

    Args:
        table: With the columns ``emotion`` and ``predicted``.
        labels: All emotions, in the order wanted.

    Raises:
        EvenvoiceError: An emotion that is not among the labels.
    """
    counts = np.zeros((len(labels), len(labels)))
    np.add.at(counts, (positions(table, "emotion", labels), positions(table, "predicted", labels)), 1.0)
    return counts


def ua_of(counts: Counts) -> npt.NDArray[np.float64]:
    """Return UA of confusion matrices ``[…, emotions, emotions]``: the mean of the recalls of emotions that occur."""
    return mean_of_known(recalls_of(counts))


def wa_of(counts: Counts) -> npt.NDArray[np.float64]:
    """Return WA of confusion matrices ``[…, emotions, emotions]``."""
    return quotient(np.trace(counts, axis1=-2, axis2=-1), counts.sum(axis=(-2, -1)))


def macro_f1_of(counts: Counts) -> npt.NDArray[np.float64]:
    """Return the mean F1 of the emotions that occur, for confusion matrices ``[…, emotions, emotions]``."""
    return mean_of_known(f1s_of(counts))


def recalls_of(counts: Counts) -> npt.NDArray[np.float64]:
    """Return recalls ``[…, emotions]``; NaN where an emotion does not occur."""
    return quotient(_diagonal(counts), counts.sum(axis=-1))


def precisions_of(counts: Counts) -> npt.NDArray[np.float64]:
    """Return precisions ``[…, emotions]``; 0 where an emotion is never answered, as `score` gives."""
    return np.nan_to_num(quotient(_diagonal(counts), counts.sum(axis=-2)))


def f1s_of(counts: Counts) -> npt.NDArray[np.float64]:
    """Return F1 ``[…, emotions]``; NaN where an emotion does not occur, as `score` gives."""
    truth, answers = counts.sum(axis=-1), counts.sum(axis=-2)
    return np.where(truth > 0, quotient(2 * _diagonal(counts), truth + answers), np.nan)


def _diagonal(counts: Counts) -> Counts:
    return np.asarray(np.diagonal(counts, axis1=-2, axis2=-1), np.float64)


def quotient(above: npt.ArrayLike, below: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return ``above / below``, broadcast; NaN where there is nothing to divide by.

    Examples:
        >>> quotient([1.0, 1.0], [2.0, 0.0]).tolist()
        [0.5, nan]
    """
    above, below = np.asarray(above, float), np.asarray(below, float)
    nothing = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below > 0), float)


def mean_of_known(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean over the last axis of what is not NaN; NaN where nothing is.

    Examples:
        >>> mean_of_known(np.array([[1.0, np.nan, 3.0], [np.nan] * 3])).tolist()
        [2.0, nan]
    """
    return quotient(np.nansum(values, axis=-1), np.isfinite(values).sum(axis=-1))
