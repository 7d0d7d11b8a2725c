"""The figures of one result: class counts, curves, confusion matrix, and each emotion's scores."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evenvoice.report.measures import (
    MEASURES,
    balanced_first,
    class_counts,
    confusion,
    curve,
    emotion_scores,
    row_shares,
    selected_on_test,
)
from evenvoice.report.style import BLUE, FAINT, HATCH, INK, ORANGE, SKY, VERMILION, WIDTH, about, drawing, new_figure
from evenvoice.study import LEAKY, Result
from evenvoice.tables import NOTHING, per_cent

MANY = 5
"""Of more emotions the names stand slanted, and numbers are smaller or upright."""


def counts_figure(result: Result) -> Figure:
    """Draw the utterances of each emotion before and after balancing, mean over the runs; synthetic rows hatched."""
    table = class_counts(result)
    changed = bool(table["synthetic"].any() or (table["before"] != table["kept"]).any())
    what = "whole corpus" if balanced_first(result) else "training part"
    with drawing():
        height = 3.1 if len(table) > MANY else 2.7
        figure, (axes,) = new_figure(f"Class counts of the {what}", about(result), height=height, leaky=result.leaky)
        places = np.arange(len(table))
        width = 0.38 if changed else 0.55
        before, left = table["before"].to_numpy(), places - (0.2 if changed else 0)
        axes.bar(left, before, width, color=SKY, label="before balancing" if changed else "unchanged")
        _write_over(axes, left, before)
        if changed:
            right = places + 0.2
            kept, made = table["kept"].to_numpy(), table["synthetic"].to_numpy()
            axes.bar(right, kept, width, color=BLUE, label="after: real")
            axes.bar(
                right, made, width, bottom=kept,
                facecolor="white", edgecolor=BLUE, hatch=HATCH, linewidth=1, label="after: synthetic",
            )  # fmt: skip
            _write_over(axes, right, kept + made)
        runs = len(result.runs)
        axes.set_ylabel(("rows" if changed else "utterances") + (f", mean of {runs} runs" if runs > 1 else ""))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axes.set_ylim(0, 1.2 * max(1.0, table["before"].max(), (table["kept"] + table["synthetic"]).max()))
        _emotion_axis(axes, result.labels)
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def _write_over(axes: Axes, places: np.ndarray, values: np.ndarray) -> None:
    """Write each bar's number over it; upright where the bars are narrow."""
    for place, value in zip(places, values, strict=True):
        axes.annotate(
            f"{value:.0f}", (place, value), (0, 2), textcoords="offset points", ha="center", fontsize=8,
            rotation=90 if len(values) > MANY else 0,
        )  # fmt: skip


def curves_figure(result: Result) -> Figure | None:
    """Draw accuracy and loss per epoch, mean over the runs with a band from the lowest to the highest run.

    Measured on the training part while fitting, and on the validation part where there is one; on the test part only
    where the epoch was chosen on it, which the caption calls LEAKY, or where its curves were asked for, to draw them.
    ``None`` for a classical classifier, which has no epochs.
    """
    if curve(result, "train_loss") is None:
        return None
    with drawing():
        figure, panels = new_figure(
            "Accuracy and loss per epoch", about(result), height=4.0, rows=2, leaky=result.leaky
        )
        parts = (
            ("train", "training part", BLUE, "-"),
            ("validation", "validation part", VERMILION, "--"),
            ("test", "test part" + (f" ({LEAKY})" if selected_on_test(result) else ", to draw it"), VERMILION, ":"),
        )
        for axes, measure, unit in zip(panels, ("accuracy", "loss"), (100, 1), strict=True):
            for part, words, colour, line in parts:
                values = curve(result, f"{part}_{measure}")
                if values is None:
                    continue
                low, mean, high = (unit * values[name].to_numpy() for name in ("low", "mean", "high"))
                axes.plot(values.index, mean, line, color=colour, linewidth=1.6, label=words)
                if len(result.runs) > 1:
                    axes.fill_between(values.index, low, high, color=colour, alpha=0.18, linewidth=0)
            axes.grid(axis="y")
        panels[0].set_ylabel("accuracy (%)")
        panels[0].set_ylim(0, 102)
        panels[1].set_ylabel("loss")
        panels[1].set_ylim(bottom=0)
        panels[1].set_xlabel("epoch")
        panels[1].xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        panels[0].legend(loc="lower right")
    return figure


def confusion_figure(result: Result) -> Figure:
    """Draw the confusion matrix over all seeds: per cent of each row, and counts."""
    counts = confusion(result)
    numbers, shares = counts.to_numpy(), row_shares(counts).to_numpy(float)
    n = len(counts)
    small = n > MANY
    with drawing():
        figure, (axes,) = new_figure(
            "Confusion matrix", about(result), width=WIDTH + (0.6 if small else 0), height=4.2, leaky=result.leaky
        )
        axes.imshow(100 * np.nan_to_num(shares), cmap="Blues", vmin=0, vmax=100, aspect="auto")
        for row, column in np.ndindex(n, n):
            share = shares[row, column]
            text = NOTHING if np.isnan(share) else f"{per_cent(float(share))}\n({numbers[row, column]})"
            axes.text(
                column, row, text, ha="center", va="center", fontsize=8 if small else 9,
                color="white" if share > 0.7 else INK,
            )  # fmt: skip
        axes.set_xticks(range(n), list(counts.columns), rotation=45 if small else 0, ha="right" if small else "center")
        axes.set_yticks(range(n), list(counts.index))
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xlabel("predicted; per cent of the row, and (test rows)", color=FAINT, fontsize=8.5)
        axes.set_ylabel("true", color=FAINT, fontsize=8.5)
    return figure


def emotions_figure(result: Result) -> Figure:
    """Draw precision, recall and F1 of each emotion; whiskers are 95 % intervals."""
    scores = emotion_scores(result)
    with drawing():
        figure, (axes,) = new_figure("Precision, recall and F1", about(result), height=2.9, leaky=result.leaky)
        places = np.arange(len(scores))
        for number, (measure, colour) in enumerate(zip(MEASURES, (SKY, BLUE, ORANGE), strict=True)):
            found = [scores[label][measure] for label in scores]
            heights = [100 * value.estimate if value else 0.0 for value in found]
            axes.bar(
                places + 0.27 * (number - 1), heights, 0.25, color=colour, label="F1" if measure == "f1" else measure
            )
            for place, value in zip(places + 0.27 * (number - 1), found, strict=True):
                if value:
                    axes.plot([place, place], [100 * value.low, 100 * value.high], color=INK, linewidth=0.9)
        for place, label in enumerate(scores):
            if not any(scores[label].values()):
                axes.text(place, 2, NOTHING, ha="center")
        axes.set_ylabel("%")
        axes.set_ylim(0, 102)
        axes.grid(axis="y")
        _emotion_axis(axes, result.labels)
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def _emotion_axis(axes: Axes, labels: tuple[str, ...]) -> None:
    """Emotions along x; slanted where they are many."""
    slanted = len(labels) > MANY
    axes.set_xticks(
        range(len(labels)), list(labels), rotation=35 if slanted else 0, ha="right" if slanted else "center"
    )
    axes.tick_params(axis="x", length=0)
