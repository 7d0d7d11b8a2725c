"""The protocol gap: what one recipe scores on each corpus under each protocol, the wrong steps beside the right one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import Comparison, common_fits, compare_systems
from evenvoice.report.style import BLUE, FAINT, INK, SKY, VERMILION, drawing, new_figure
from evenvoice.study import LEAKY, Result, Study, marks, strictness
from evenvoice.tables import NOTHING, Column, Table, count, ends, p_value, per_cent, with_interval


def results_of(study: Study, recipe: str) -> list[Result]:
    """Return a recipe's results, the strictest protocol first and the LEAKY last; within these, the lowest UA first.

    Raises:
        EvenvoiceError: The study has no result of the recipe whose test speakers are unseen: nothing to measure from.
    """
    found = sorted(
        (result for result in study.results if result.recipe == recipe),
        key=lambda result: (strictness(result), result.intervals["ua"].estimate),
    )
    if not found or strictness(found[0]) > 0:
        raise EvenvoiceError(
            f"{study.folder}: no result of recipe {recipe!r} on unseen speakers; evaluate it with --protocol "
            "speaker-folds beside the others"
        )
    return found


def compare_protocols(first: Result, second: Result) -> Comparison:
    """Compare a recipe under two protocols, fit by fit, on the recorded utterances that both tested.

    A random split tests a part of the corpus, the paper's order synthetic rows as well: neither is compared as it is.

    Args:
        first: Under one protocol.
        second: Under the other; above 0 where its UA is higher.

    Raises:
        EvenvoiceError: They have no seed in common, or no utterance.
    """
    varies = first.varies, second.varies
    pairs = []
    for one, other in common_fits(first.pooled, second.pooled, varies):
        recorded = [table[~table["synthetic"].astype(bool)] for table in (one, other)]
        both = set(recorded[0]["utterance"]) & set(recorded[1]["utterance"])
        pairs.append(tuple(table[table["utterance"].isin(both)] for table in recorded))
    if not pairs or any(one.empty for one, _ in pairs):
        raise EvenvoiceError(
            f"{first.recipe}: {first.protocol} and {second.protocol} tested no recorded utterance with the same seed; "
            "evaluate both with the same --seeds"
        )
    return compare_systems([one for one, _ in pairs], [other for _, other in pairs], first.labels, varies=varies)


def gap_table(studies: Sequence[Study], recipe: str) -> Table:
    """Return the table: UA with its interval, and the points above the same recipe on unseen speakers.

    The points are of the utterances that both tested, so they can differ from the difference of the two UA.
    """
    columns = (
        Column("corpus", wraps=True),
        Column("protocol"),
        Column("marks", wraps=True),
        Column("UA %", number=True),
        Column("95 % interval", number=True, rank=1),
        Column("points above unseen speakers [95 %]", number=True, short="points above\nunseen speakers [95 %]"),
        Column("p", number=True, rank=1),
        Column("seeds × folds", number=True, rank=2),
    )
    rows = []
    targets: dict[str, None] = {}
    for study in studies:
        results = results_of(study, recipe)
        for result in results:
            ua = result.intervals["ua"]
            above, p = ("", "") if result is results[0] else _above(results[0], result, targets)
            rows.append([
                f"{study.corpus['name']}, {len(study.corpus['labels'])} emotions", result.protocol,
                ", ".join(marks(result)), per_cent(ua.estimate), ends(ua),
                above, p, f"{len(result.seeds)} × {result.folds}",
            ])  # fmt: skip
            targets[ua.target] = None
    notes = (
        f"Intervals: 95 %, for {'; others for '.join(targets)}. Points above unseen speakers: on the recorded "
        "utterances that both tested, fit by fit."
    )
    return Table(columns, rows, notes=(notes,), strong=(LEAKY,))


def _above(honest: Result, result: Result, targets: dict[str, None]) -> tuple[str, str]:
    """The points above unseen speakers with their interval, and p."""
    try:
        found = compare_protocols(honest, result)
    except EvenvoiceError:  # no utterance that both tested: a fact, and no mistake of the user's
        return NOTHING, NOTHING
    targets[found.target] = None
    return with_interval(found.difference_ua, signed=True), p_value(found.p_ua)


def protocol_gap_figure(studies: Sequence[Study], recipe: str) -> Figure:
    """Draw UA by protocol for each corpus, with 95 % intervals; LEAKY results hollow.

    The dotted line is the UA on unseen speakers: everything to the right of it is due to the protocol.
    """
    groups = [(study, results_of(study, recipe)) for study in studies]
    rows = sum(len(results) for _, results in groups)
    named = ", ".join(
        f"{study.corpus['name']} ({count(len(study.corpus['labels']), 'emotion')})" for study, _ in groups
    )
    with drawing():
        figure, (axes,) = new_figure("Effect of the protocol", [f"{recipe} · {named}"], width=6.0,
                                     height=0.9 + 0.36 * rows + 0.4 * len(groups))  # fmt: skip
        y, ticks = 0.0, []
        for study, results in groups:
            axes.text(0.5, y, study.corpus["name"], fontweight="bold", va="center", fontsize=9)
            y += 0.9
            start = y
            for result in results:
                _point(axes, y, result)
                ticks.append((y, result.protocol))
                y += 1
            honest = 100 * results[0].intervals["ua"].estimate
            axes.plot([honest, honest], [start - 0.4, y - 0.6], ":", color=FAINT, linewidth=1, zorder=0.5)
            y += 0.4
        axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks])
        axes.set_ylim(y - 0.3, -0.6)
        axes.set_xlim(0, 140)
        axes.set_xticks(range(0, 101, 20))
        targets = dict.fromkeys(result.intervals["ua"].target for _, results in groups for result in results)
        axes.set_xlabel("UA %, with its 95 % interval for\n" + ";\nothers for ".join(targets))
        axes.tick_params(axis="y", length=0)
        shown = (("unseen speakers", BLUE, BLUE), ("speakers may be shared", SKY, SKY), (LEAKY, "white", VERMILION))
        handles = [
            Line2D([], [], marker="o", linestyle="", label=name, markerfacecolor=face, markeredgecolor=edge)
            for name, face, edge in shown
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8.5)
    return figure


def _point(axes: Axes, y: float, result: Result) -> None:
    """One result: a point, its interval and its numbers."""
    ua = result.intervals["ua"]
    edge = (BLUE, SKY, VERMILION)[strictness(result)]
    low, high = 100 * ua.low, 100 * ua.high
    axes.plot([low, high], [y, y], color=edge, linewidth=1.6)
    axes.plot([100 * ua.estimate], [y], "o", markersize=6, markeredgecolor=edge,
              markerfacecolor="white" if result.leaky else edge, markeredgewidth=1.5)  # fmt: skip
    end = np.nanmax([high, 100 * ua.estimate])
    text = with_interval(ua) + (f" {LEAKY}" if result.leaky else "")
    axes.text(end + 1.5, y, text, va="center", fontsize=8, color=INK)
