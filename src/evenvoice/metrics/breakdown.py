"""Scores apart by speaker, gender, session, text and duration: whom a system does not hear."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.metrics.counts import ua_of, unit_counts, wa_of

BREAKDOWNS = ("speaker", "gender", "session", "text", "duration")
"""What `breakdown` can group by."""

SECONDS = "seconds"
"""The column of durations."""

FEWEST = 5
"""A group of fewer utterances is not named as the worst: one answer would move its scores by 20 points or more."""


def breakdown(tables: pd.DataFrame | Sequence[pd.DataFrame], labels: Sequence[str], by: str) -> pd.DataFrame:
    """Score each group of utterances by itself.

    Args:
        tables: Predictions of one system, one table a seed (or just one).
        labels: All emotions, in the order wanted.
        by: ``speaker``, ``gender``, ``session``, ``text``, or ``duration`` (four groups of equal size, from the column
            ``seconds``).

    Returns:
        Indexed by group, in order; columns ``n`` (utterances, in the first seed that tests the group), ``ua`` and
        ``wa`` (fractions, means over the seeds that test it). A group's UA is the mean of the recalls of the emotions
        that occur in it, so groups with other emotions are not quite comparable. Rows whose group is not known are left
        out; the result is empty where none is known.

    Raises:
        EvenvoiceError: ``by`` is something else.

    Examples:
        >>> table = pd.DataFrame({"utterance": ["1", "2", "3"], "gender": ["f", "f", "m"],
        ...                       "emotion": ["sad", "happy", "sad"], "predicted": ["sad", "sad", "sad"]})
        >>> breakdown(table, ["happy", "sad"], "gender").to_dict("index")
        {'f': {'n': 2, 'ua': 0.5, 'wa': 0.5}, 'm': {'n': 1, 'ua': 1.0, 'wa': 1.0}}
        >>> breakdown(table, ["happy", "sad"], "session").empty
        True
    """
    if by not in BREAKDOWNS:
        known = list(BREAKDOWNS)
        raise EvenvoiceError(f"breakdown by {by!r}: unknown{nearest(by, known)}; expected one of {', '.join(known)}")
    seeds = [tables] if isinstance(tables, pd.DataFrame) else list(tables)
    groups, order = _durations(seeds) if by == "duration" else _names(seeds, by)
    # What counts.py counts by is the column `speaker`: here it holds the group.
    grouped = [seed.assign(speaker=group)[group.notna()] for seed, group in zip(seeds, groups, strict=True)]
    grouped = [seed for seed in grouped if not seed.empty]
    if not grouped:
        empty = {"n": pd.Series(dtype=int), "ua": pd.Series(dtype=float), "wa": pd.Series(dtype=float)}
        return pd.DataFrame(empty).rename_axis(by)
    counted = unit_counts(grouped, labels)
    n = counted.counts.sum(axis=(2, 3)).astype(int)
    first = (n > 0).argmax(axis=1)
    scores = {"ua": np.nanmean(ua_of(counted.counts), axis=1), "wa": np.nanmean(wa_of(counted.counts), axis=1)}
    table = pd.DataFrame({"n": n[np.arange(len(n)), first], **scores}, index=pd.Index(counted.units, name=by))
    return table.reindex([name for name in order if name in table.index])


def worst(
    tables: pd.DataFrame | Sequence[pd.DataFrame], labels: Sequence[str], by: str = "speaker"
) -> tuple[str, float] | None:
    """Name the group with the lowest UA, among those of at least `FEWEST` utterances; ``None`` where there is none.

    Of many small groups the worst is low by chance too: it says where to listen, not what is wrong.

    Args:
        tables: Predictions of one system, one table a seed (or just one).
        labels: All emotions.
        by: As `breakdown`.

    Raises:
        EvenvoiceError: As `breakdown`.

    Examples:
        >>> table = pd.DataFrame({"speaker": ["a"] * 5 + ["b"] * 5 + ["c"], "emotion": "sad",
        ...                       "predicted": ["sad"] * 9 + ["happy"] * 2})
        >>> worst(table, ["happy", "sad"])
        ('b', 0.8)
    """
    groups = breakdown(tables, labels, by)
    groups = groups[groups["n"] >= FEWEST]
    if groups.empty:
        return None
    name = str(groups["ua"].idxmin())
    return name, float(groups["ua"].min())


def _names(seeds: Sequence[pd.DataFrame], column: str) -> tuple[list[pd.Series], list[str]]:
    """Return each row's group, missing where not known, and all groups, sorted."""
    groups = [
        seed[column].map(str, na_action="ignore") if column in seed else pd.Series(None, index=seed.index, dtype=object)
        for seed in seeds
    ]
    return groups, sorted({name for group in groups for name in group.dropna()})


def _durations(seeds: Sequence[pd.DataFrame]) -> tuple[list[pd.Series], list[str]]:
    """Return each row's quartile by its label, "1.2–1.9 s", and the labels from short to long."""
    columns = [
        seed[SECONDS].astype(float) if SECONDS in seed else pd.Series(np.nan, index=seed.index) for seed in seeds
    ]
    known = pd.concat(columns).dropna()
    if known.empty:
        return [pd.Series(None, index=column.index, dtype=object) for column in columns], []
    # To the millisecond, which the labels can tell apart.
    edges = np.unique(np.quantile(known, [0, 0.25, 0.5, 0.75, 1]).round(3))
    names = _labels(edges)
    # A quartile owns its longest utterance; the shortest of all belongs to the first.
    groups = [
        pd.Series(np.array(names, object)[np.searchsorted(edges[1:-1], column, side="left")], index=column.index).where(
            column.notna()
        )
        for column in columns
    ]
    return groups, names


def _labels(edges: npt.NDArray[np.float64]) -> list[str]:
    """Name the spans between edges, with as many decimals (one to three) as tell them apart.

    Examples:
        >>> _labels(np.array([1.25, 1.9, 1.94])), _labels(np.array([2.0]))
        (['1.25–1.90 s', '1.90–1.94 s'], ['2.0 s'])
    """
    if len(edges) == 1:
        return [f"{edges[0]:.1f} s"]
    for decimals in (1, 2, 3):
        shown = [f"{edge:.{decimals}f}" for edge in edges]
        if len(set(shown)) == len(shown):
            break
    return [f"{low}–{high} s" for low, high in pairwise(shown)]
