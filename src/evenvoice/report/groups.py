"""Scores apart by speaker, gender, session, text and duration: rows and words, and the figure of speakers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from evenvoice.metrics import SUBGROUPS, subgroup_columns, subgroups, worst_of
from evenvoice.report.style import BLUE, FAINT, INK, VERMILION, about, drawing, new_figure
from evenvoice.study import LEAKY, Result, by_recipe, load_study, name_of
from evenvoice.tables import Column, Table, count, per_cent

Row = dict[str, str]

MOST = 24
"""Of more groups, the page shows the lowest and the highest, and `predictions.csv` has all."""


def breakdowns(folder: Path | str, by: Sequence[str]) -> list[Table]:
    """Return the scores of each result of a study apart by these columns, the lowest UA first.

    Args:
        folder: What `evenvoice evaluate --out` wrote.
        by: ``speaker``, ``gender``, ``duration``, or any column of the corpus.

    Raises:
        EvenvoiceError: The folder holds no study, or a column is not known.
    """
    if not by:
        return []
    study = load_study(folder)
    return [_table(result, name) for result in by_recipe(study) for name in dict.fromkeys(by)]


def group_tables(result: Result) -> list[tuple[str, list[Row]]]:
    """Return caption and rows for each column that has two groups or more, the lowest UA first."""
    found = []
    tables = list(result.pooled.values())
    for by in dict.fromkeys([*SUBGROUPS, *subgroup_columns(tables)]):
        groups = subgroups(tables, result.labels, by)
        if len(groups) >= 2:
            found.append(_shown(groups, by))
    return found


def _shown(groups: pd.DataFrame, by: str) -> tuple[str, list[Row]]:
    """Return caption and rows of groups; of many, the lowest and the highest."""
    ordered = groups if by == "duration" else groups.sort_values("ua", kind="stable")
    caption = f"By {by}"
    if len(ordered) > MOST:
        ordered = pd.concat([ordered.head(MOST // 2), ordered.tail(MOST // 2)])
        caption += f": the {MOST // 2} lowest and the {MOST // 2} highest of {len(groups)}"
    lowest = worst_of(groups) if groups["ua"].nunique() > 1 else None
    caption += f"; worst: {lowest[0]}, UA {per_cent(lowest[1])} %" if lowest else ""
    return caption, [_row(by, str(name), row) for name, row in ordered.iterrows()]


def _table(result: Result, by: str) -> Table:
    """One result's groups for the terminal."""
    groups = subgroups(list(result.pooled.values()), result.labels, by)
    mark = f" {LEAKY}" if result.leaky else ""
    if groups.empty:
        return Table((Column(by),), [], f"{name_of(result)}{mark}: no utterance has a {by}")
    caption, rows = _shown(groups, by)
    columns = [Column(name, number=name not in (by, ""), wraps=name == "") for name in rows[0]]
    return Table(columns, [list(row.values()) for row in rows], f"{name_of(result)}{mark}. {caption}", strong=(LEAKY,))


def _row(by: str, name: str, group: pd.Series) -> Row:
    """A group's numbers; without a column of intervals where a group is one speaker."""
    row = {by: name, "test rows": f"{group['n']:.0f}"}
    if by == "speaker":
        return row | {"UA %": per_cent(group["ua"]), "WA %": per_cent(group["wa"])}
    ends = "" if np.isnan(group["low"]) else f" [{per_cent(group['low'])}, {per_cent(group['high'])}]"
    row |= {"speakers": f"{group['speakers']:.0f}" if group["speakers"] else "not known"}
    return row | {"UA % [95 %]": per_cent(group["ua"]) + ends, "WA %": per_cent(group["wa"]), "": group["warning"]}


def worst_speaker(result: Result) -> str | None:
    """Name the speaker who is recognised worst, in a sentence; ``None`` where speakers are not known."""
    groups = subgroups(list(result.pooled.values()), result.labels, "speaker")
    found = worst_of(groups)
    if found is None:
        return None
    speakers = groups["ua"]
    return (
        f"Recognised worst: speaker {found[0]}, UA {per_cent(found[1])} %; the median speaker has "
        f"{per_cent(float(speakers.median()))} %, the best {per_cent(float(speakers.max()))} %."
    )


def speakers_figure(result: Result) -> Figure | None:
    """Draw each speaker's UA, lowest first, with the mean interval behind; ``None`` where fewer than two are known."""
    table = subgroups(list(result.pooled.values()), result.labels, "speaker").sort_values("ua", kind="stable")
    if len(table) < 2:
        return None
    whole = result.intervals["ua"]
    with drawing():
        figure, (axes,) = new_figure("UA by speaker", about(result), height=2.7, leaky=result.leaky)
        places = np.arange(len(table))
        if not whole.reason:
            axes.axhspan(100 * whole.low, 100 * whole.high, color=FAINT, alpha=0.15, linewidth=0)
        axes.axhline(100 * whole.estimate, color=FAINT, linewidth=1, linestyle=":")
        colours = [VERMILION if place == 0 else BLUE for place in places]
        axes.scatter(places, 100 * table["ua"].to_numpy(), s=14 if len(table) > MOST else 26, color=colours, zorder=3)
        if len(table) <= MOST:
            axes.set_xticks(places, list(table.index), rotation=90 if len(table) > 12 else 0)
            axes.set_xlabel("speaker")
        else:
            axes.set_xticks([])
            axes.set_xlabel(f"{count(len(table), 'speaker')}, lowest first")
            axes.annotate(str(table.index[0]), (0, 100 * table["ua"].iloc[0]), (5, 2), textcoords="offset points",
                          fontsize=8, color=INK)  # fmt: skip
        axes.set_ylabel("UA %")
        axes.set_ylim(0, 102)
        axes.grid(axis="y")
    return figure
