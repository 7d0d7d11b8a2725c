"""Intervals over speakers: what other speakers, recorded in the same way, would have given.

They say nothing of other fits: the spread over seeds does. Nor do they know that the folds of one seed share most of
their training part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Literal

import pandas as pd

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.metrics.coverage import recommended, trust
from evenvoice.metrics.ratios import Ratios, confusion_ratios, score_ratios
from evenvoice.metrics.resampling import METHODS, ends

__all__ = ["METHODS", "Interval", "confusion_intervals", "intervals", "intervals_of", "recommended", "trust"]


@dataclass(frozen=True)
class Interval:
    """A measure and the interval around it.

    Attributes:
        estimate: The mean over seeds of the measure on a seed's pooled predictions; NaN where it is not defined.
        low: Lower end; NaN where fewer than two units have a say.
        high: Upper end.
        method: One of `METHODS`.
        level: 0.95 for a 95 % interval.
        unit: What was resampled. Utterances stand in where a speaker is not known; such intervals are too narrow.
        units: How many have a say in this measure: a speaker without disgust has none in its recall.
    """

    estimate: float
    low: float
    high: float
    method: str
    level: float
    unit: Literal["speaker", "utterance"]
    units: int

    def to_json(self) -> dict[str, Any]:
        """Return the attributes; ``None`` for NaN, which JSON does not have.

        Examples:
            >>> Interval(0.5, float("nan"), float("nan"), "t", 0.95, "speaker", 1).to_json()["low"] is None
            True
        """
        return {
            name: None if isinstance(value, float) and not isfinite(value) else value
            for name, value in asdict(self).items()
        }


def intervals(
    tables: Sequence[pd.DataFrame],
    labels: Sequence[str],
    *,
    method: str | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> dict[str, Interval]:
    """Measure a system with an interval for every measure.

    Args:
        tables: Predictions of one system, one table a seed. Speakers are drawn whole, and the same ones for all seeds.
        labels: All emotions, in the order wanted.
        method: One of `METHODS`; `recommended` for the number of speakers if not given.
        level: The share of studies that should cover the truth.
        resamples: How many times the speakers are drawn; ``t`` draws none.
        seed: Of the draws.

    Returns:
        ``ua``, ``wa``, ``macro_f1``; ``recall:<emotion>``, ``precision:<emotion>`` and ``f1:<emotion>``; and where the
        tables have the columns ``p:<emotion>``, ``log_loss`` (nats), ``brier`` (0 to 2) and ``ece`` (15 bins of equal
        width; Guo et al. 2017, "On calibration of modern neural networks", equation 3). Fractions.

    Raises:
        EvenvoiceError: No rows, an emotion that is not among the labels, an unknown method, an impossible level.

    Examples:
        >>> import numpy as np
        >>> from evenvoice.metrics.simulation import EMODB_4
        >>> tables = EMODB_4.draw(speakers=10, seeds=2, rng=np.random.default_rng(0))
        >>> ua = intervals(tables, EMODB_4.labels)["ua"]
        >>> ua.low < ua.estimate < ua.high, ua.method, ua.units
        (True, 't', 10)
    """
    return intervals_of(score_ratios(tables, labels), method=method, level=level, resamples=resamples, seed=seed)


def intervals_of(
    ratios: Ratios, *, method: str | None = None, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> dict[str, Interval]:
    """Do the work of `intervals` for measures that are already ratios of sums over units."""
    method = _checked(recommended(len(ratios.units)) if method is None else method, level, resamples)
    numbers = zip(*ends(ratios, method, level, resamples, seed), ratios.contributing().sum(axis=0), strict=True)
    return {
        name: Interval(float(estimate), float(low), float(high), method, level, ratios.unit, int(units))
        for name, (estimate, low, high, units) in zip(ratios.measures, numbers, strict=True)
    }


def confusion_intervals(
    tables: Sequence[pd.DataFrame],
    labels: Sequence[str],
    *,
    method: str | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the confusion matrix as shares of its rows, and the ends of their intervals.

    Args:
        tables: As for `intervals`, and so are the rest.
        labels: All emotions, in the order wanted.
        method: One of `METHODS`.
        level: The share of studies that should cover the truth.
        resamples: How many times the speakers are drawn.
        seed: Of the draws.

    Returns:
        Estimate, low and high; rows true, columns predicted; NaN in the row of an emotion that does not occur.

    Raises:
        EvenvoiceError: As `intervals`.

    Examples:
        >>> table = pd.DataFrame({"utterance": ["1", "2", "3"], "speaker": ["a", "b", "b"],
        ...                       "emotion": ["sad", "sad", "happy"], "predicted": ["sad", "happy", "happy"]})
        >>> confusion_intervals([table], ["happy", "sad"])[0].loc["sad"].to_dict()
        {'happy': 0.5, 'sad': 0.5}
    """
    ratios = confusion_ratios(tables, labels)
    method = _checked(recommended(len(ratios.units)) if method is None else method, level, resamples)
    rows, columns = pd.Index(labels, name="true"), pd.Index(labels, name="predicted")
    estimate, low, high = (
        pd.DataFrame(cells.reshape(len(labels), len(labels)), index=rows, columns=columns)
        for cells in ends(ratios, method, level, resamples, seed)
    )
    return estimate, low, high


def _checked(method: str, level: float, resamples: int) -> str:
    """Return the method, or raise an `EvenvoiceError` for what cannot be done."""
    if method not in METHODS:
        raise EvenvoiceError(
            f"intervals: method {method!r} is unknown{nearest(method, list(METHODS))}; known are {', '.join(METHODS)}"
        )
    if not 0 < level < 1:
        raise EvenvoiceError(f"intervals: level {level:g}; expected a fraction between 0 and 1, such as 0.95")
    if resamples < 1:
        raise EvenvoiceError(f"intervals: {resamples} resamples; expected at least 1, better 2000")
    return method
