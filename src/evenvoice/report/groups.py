"""Scores apart by speaker, gender, session, text and duration: rows and words, and the figure of speakers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from evenvoice.metrics import BREAKDOWNS, breakdown, worst
from evenvoice.report.style import BLUE, FAINT, INK, VERMILION, about, drawing, new_figure
from evenvoice.study import Result
from evenvoice.tables import count, per_cent

Row = dict[str, str]

MOST = 24
"""Of more groups, the page shows the lowest and the highest, and `predictions.csv` has all."""


def group_tables(result: Result) -> list[tuple[str, list[Row]]]:
    """Return caption and rows for each column that has two groups or more, the lowest UA first."""
    found = []
    for by in BREAKDOWNS:
        table = breakdown(list(result.pooled.values()), result.labels, by)
        if len(table) < 2:
            continue
        ordered = table if by == "duration" else table.sort_values("ua", kind="stable")
        caption = f"By {by}"
        if len(ordered) > MOST:
            ordered = pd.concat([ordered.head(MOST // 2), ordered.tail(MOST // 2)])
            caption += f": the {MOST // 2} lowest and the {MOST // 2} highest of {len(table)}"
        rows = [
            {by: str(name), "test rows": f"{row['n']:.0f}", "UA %": per_cent(row["ua"]), "WA %": per_cent(row["wa"])}
            for name, row in ordered.iterrows()
        ]
        found.append((caption, rows))
    return found


def worst_speaker(result: Result) -> str | None:
    """Name the speaker who is recognised worst, in a sentence; ``None`` where speakers are not known."""
    found = worst(list(result.pooled.values()), result.labels)
    if found is None:
        return None
    speakers = breakdown(list(result.pooled.values()), result.labels, "speaker")["ua"]
    return (
        f"Recognised worst: speaker {found[0]}, UA {per_cent(found[1])} %; the median speaker has "
        f"{per_cent(float(speakers.median()))} %, the best {per_cent(float(speakers.max()))} %."
    )


def speakers_figure(result: Result) -> Figure | None:
    """Draw each speaker's UA, lowest first, with the mean interval behind; ``None`` where fewer than two are known."""
    table = breakdown(list(result.pooled.values()), result.labels, "speaker").sort_values("ua", kind="stable")
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
