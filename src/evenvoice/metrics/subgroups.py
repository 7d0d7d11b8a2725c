"""Scores apart by subgroup: speaker, gender, age, language, device, duration, or any other column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.metrics.counts import ua_of, unit_counts, wa_of
from evenvoice.metrics.intervals import intervals_of
from evenvoice.metrics.predictions import PROBABILITY
from evenvoice.metrics.ratios import count_ratios
from evenvoice.tables import count

SUBGROUPS = ("speaker", "gender", "session", "text", "duration")
"""What `subgroups` groups by in any study; `subgroup_columns` names what a table has besides."""

SECONDS = "seconds"
"""The column of durations."""

FEWEST = 5
"""A group of fewer utterances is not named as the worst: one answer would move its scores by 20 points or more."""

FEW_SPEAKERS = 5
"""A group of fewer speakers gets a warning: its interval is hardly one."""

MANY = 12
"""A column of numbers with more values is cut into four groups of equal size."""

_NO_GROUPS = ("utterance", "emotion", "predicted", "synthetic", SECONDS)


def subgroups(tables: pd.DataFrame | Sequence[pd.DataFrame], labels: Sequence[str], by: str) -> pd.DataFrame:
    """Score each group of utterances by itself.

    Args:
        tables: Predictions of one system, one table a fit (or just one).
        labels: All emotions, in the order wanted.
        by: A column of the tables; ``duration`` makes four groups of equal size from the column ``seconds``, as does
            any column of more than `MANY` numbers.

    Returns:
        Indexed by group, in order; columns ``n`` (utterances, in the first fit that tests the group), ``speakers``,
        ``ua`` and ``wa`` (fractions, means over the fits that test it), ``low`` and ``high`` (95 % interval of UA, as
        `intervals` has it; NaN where there is none) and ``warning`` (empty, or why the group says little). A group's UA
        is the mean of the recalls of the emotions that occur in it, so groups with other emotions are not quite
        comparable. Rows whose group is not known are left out; the result is empty where none is known.

    Raises:
        EvenvoiceError: ``by`` is not a column of the tables, and none of `SUBGROUPS`.

    Examples:
        >>> table = pd.DataFrame({"utterance": ["1", "2", "3"], "gender": ["f", "f", "m"],
        ...                       "emotion": ["sad", "happy", "sad"], "predicted": ["sad", "sad", "sad"]})
        >>> subgroups(table, ["happy", "sad"], "gender")[["n", "ua", "wa"]].to_dict("index")
        {'f': {'n': 2, 'ua': 0.5, 'wa': 0.5}, 'm': {'n': 1, 'ua': 1.0, 'wa': 1.0}}
        >>> subgroups(table, ["happy", "sad"], "session").empty
        True
    """
    fits = [tables] if isinstance(tables, pd.DataFrame) else list(tables)
    known = [*SUBGROUPS, *(name for name in subgroup_columns(fits) if name not in SUBGROUPS)]
    if by not in known:
        raise EvenvoiceError(f"subgroups by {by!r}: unknown{nearest(by, known)}; expected one of {', '.join(known)}")
    column = SECONDS if by == "duration" else by
    many = by != "duration" and _is_numeric(fits, column)
    groups, order = (
        _spans(fits, column, " s" if by == "duration" else "") if by == "duration" or many else _names(fits, by)
    )
    parts = [fit.assign(_group=group)[group.notna()] for fit, group in zip(fits, groups, strict=True)]
    parts = [part for part in parts if not part.empty]
    if not parts:
        whole = {"n": int, "speakers": int, "ua": float, "low": float, "high": float, "wa": float, "warning": object}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in whole.items()}).rename_axis(by)
    apart = [dict(iter(part.groupby("_group", sort=False))) for part in parts]
    rows = {}
    for name in order:
        own = [groups_of[name] for groups_of in apart if name in groups_of]
        if own:
            rows[name] = _row(own, labels, by)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(by)


def subgroup_columns(tables: Sequence[pd.DataFrame]) -> list[str]:
    """Return the columns of predictions that can make groups: all but the answers, and what is not known anywhere.

    Examples:
        >>> subgroup_columns([pd.DataFrame({"utterance": ["1"], "emotion": ["sad"], "age": [31], "device": [None]})])
        ['age']
    """
    names = dict.fromkeys(str(name) for table in tables for name in table)
    return [
        name
        for name in names
        if name not in _NO_GROUPS
        and not name.startswith(PROBABILITY)
        and any(name in table and table[name].notna().any() for table in tables)
    ]


def worst(
    tables: pd.DataFrame | Sequence[pd.DataFrame], labels: Sequence[str], by: str = "speaker"
) -> tuple[str, float] | None:
    """Name the group with the lowest UA, among those of at least `FEWEST` utterances; ``None`` where there is none.

    Of many small groups the worst is low by chance too: it says where to look, not what is wrong.

    Args:
        tables: Predictions of one system, one table a fit (or just one).
        labels: All emotions.
        by: As `subgroups`.

    Raises:
        EvenvoiceError: As `subgroups`.

    Examples:
        >>> table = pd.DataFrame({"speaker": ["a"] * 5 + ["b"] * 5 + ["c"], "emotion": "sad",
        ...                       "predicted": ["sad"] * 9 + ["happy"] * 2})
        >>> worst(table, ["happy", "sad"])
        ('b', 0.8)
    """
    return worst_of(subgroups(tables, labels, by))


def worst_of(groups: pd.DataFrame) -> tuple[str, float] | None:
    """Name the worst of groups that `subgroups` returned; see `worst`.

    Args:
        groups: As `subgroups` returns them.
    """
    groups = groups[groups["n"] >= FEWEST]
    if groups.empty:
        return None
    return str(groups["ua"].idxmin()), float(groups["ua"].min())


def _row(parts: Sequence[pd.DataFrame], labels: Sequence[str], by: str) -> dict[str, object]:
    """Score one group."""
    counted = unit_counts(parts, labels)
    of_group = counted.counts.sum(axis=0)
    known = counted.unit == "speaker"
    ua = intervals_of(count_ratios(counted, labels).only("ua"))["ua"] if len(counted) > 1 and by != "speaker" else None
    speakers = len(counted) if known else 0
    warning = ""
    if by != "speaker" and known and speakers < FEW_SPEAKERS:
        warning = f"{count(speakers, 'speaker')}: too few to say"
    elif by != "speaker" and not known:
        warning = "speakers not known: the interval is too narrow"
    return {
        "n": int(of_group[0].sum()),
        "speakers": speakers,
        "ua": float(ua_of(of_group).mean()),
        "low": ua.low if ua else np.nan,
        "high": ua.high if ua else np.nan,
        "wa": float(wa_of(of_group).mean()),
        "warning": warning,
    }


def _is_numeric(fits: Sequence[pd.DataFrame], column: str) -> bool:
    """Whether a column holds numbers, of more than `MANY` values."""
    values = pd.concat([fit[column] for fit in fits if column in fit] or [pd.Series(dtype=object)]).dropna()
    return column not in SUBGROUPS and pd.api.types.is_numeric_dtype(values) and values.nunique() > MANY


def _names(fits: Sequence[pd.DataFrame], column: str) -> tuple[list[pd.Series], list[str]]:
    """Return each row's group, missing where not known, and all groups, sorted."""
    groups = [
        fit[column].map(str, na_action="ignore") if column in fit else pd.Series(None, index=fit.index, dtype=object)
        for fit in fits
    ]
    return groups, sorted({name for group in groups for name in group.dropna()})


def _spans(fits: Sequence[pd.DataFrame], column: str, unit: str) -> tuple[list[pd.Series], list[str]]:
    """Return each row's quartile by its label, "1.2–1.9 s", and the labels from low to high."""
    columns = [fit[column].astype(float) if column in fit else pd.Series(np.nan, index=fit.index) for fit in fits]
    known = pd.concat(columns).dropna()
    if known.empty:
        return [pd.Series(None, index=column.index, dtype=object) for column in columns], []
    # To the millisecond, which the labels can tell apart.
    edges = np.unique(np.quantile(known, [0, 0.25, 0.5, 0.75, 1]).round(3))
    names = _labels(edges, unit)
    # A quartile owns its longest utterance; the shortest of all belongs to the first.
    groups = [
        pd.Series(np.array(names, object)[np.searchsorted(edges[1:-1], column, side="left")], index=column.index).where(
            column.notna()
        )
        for column in columns
    ]
    return groups, names


def _labels(edges: npt.NDArray[np.float64], unit: str) -> list[str]:
    """Name the spans between edges, with as many decimals (one to three) as tell them apart.

    Examples:
        >>> _labels(np.array([1.25, 1.9, 1.94]), " s"), _labels(np.array([2.0]), " s")
        (['1.25–1.90 s', '1.90–1.94 s'], ['2.0 s'])
    """
    if len(edges) == 1:
        return [f"{edges[0]:.1f}{unit}"]
    for decimals in (1, 2, 3):
        shown = [f"{edge:.{decimals}f}" for edge in edges]
        if len(set(shown)) == len(shown):
            break
    return [f"{low}–{high}{unit}" for low, high in pairwise(shown)]
