"""The chapters with figures: the paper's Figures 3, 4 and 6 drawn from our runs, and Table 6."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from evenvoice.metrics import Interval
from evenvoice.paper import published as paper
from evenvoice.paper.content import NOT_RUN, Cell, Chapter, Grid, ours_cell, part_cell, protocol_words, published
from evenvoice.paper.experiments import PAPER, absent_baselines
from evenvoice.paper.tables import Ours, Row, Tables
from evenvoice.report import Illustration, curve, style
from evenvoice.study import LEAKY, Result, units
from evenvoice.tables import NOTHING, count, per_cent, with_interval

_BAR = 0.36
PARTS = (("train", "training part", style.BLUE, "-"), ("test", "test part", style.VERMILION, "--"))


def has_test_curves(result: Result) -> bool:
    """Return whether loss and accuracy on the test part were recorded in every run."""
    return curve(result, "test_accuracy") is not None


def epochs_figure(result: Result, title: str, accuracy: float | None, loss: float | None) -> Figure:
    """Draw accuracy and loss per epoch on the training and the test part: Figures 3 and 4.

    Lines are means over the runs, bands go from the lowest to the highest run.

    Args:
        result: Whose runs.
        title: Which figure of the paper.
        accuracy: Published, in per cent, as a dotted line; ``None`` where there is none.
        loss: The same, of the loss.
    """
    with style.drawing():
        figure, panels = style.new_figure(title, style.about(result), height=4.2, rows=2, leaky=result.leaky)
        for axes, measure, unit, printed in zip(panels, ("accuracy", "loss"), (100, 1), (accuracy, loss), strict=True):
            for part, words, colour, line in PARTS:
                _line(axes, result, f"{part}_{measure}", unit, words, colour, line)
            if printed is not None:
                axes.axhline(printed, color=style.FAINT, linewidth=1, linestyle=":", label="published")
            axes.grid(axis="y")
        panels[0].set_ylabel("accuracy (%)")
        panels[0].set_ylim(0, 102)
        panels[1].set_ylabel("loss")
        panels[1].set_ylim(0, _highest(result, loss))
        panels[1].set_xlabel("epoch")
        panels[1].xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=3)
    return figure


def _line(axes: Axes, result: Result, column: str, unit: float, words: str, colour: str, line: str) -> None:
    """One curve with its band; nothing where it was not recorded."""
    values = curve(result, column)
    if values is None:
        return
    low, mean, high = (unit * values[name].to_numpy() for name in ("low", "mean", "high"))
    axes.plot(values.index, mean, line, color=colour, linewidth=1.6, label=words)
    if len(result.runs) > 1:
        axes.fill_between(values.index, low, high, color=colour, alpha=0.18, linewidth=0)


def _highest(result: Result, loss: float | None) -> float:
    """Upper end of the axis of losses: what a loss is for one epoch must not flatten all others."""
    found = [curve(result, f"{part}_loss") for part, *_ in PARTS]
    usual = [float(np.quantile(values["high"], 0.95)) for values in found if values is not None]
    return 1.15 * max([*usual, loss or 0.0, 1.0])


def methods_figure(rows: list[Row], unseen: str, corpus: list[str]) -> Figure:
    """Draw UA and WA of Table 6, published beside ours: Figure 6. Whiskers are 95 % intervals."""
    shown = [row for row in rows if row.ua is not None or row.ours[unseen] is not None]
    places = list(range(len(shown)))
    with style.drawing():
        height = 1.5 + 2 * 0.52 * (len(shown) + 1)
        figure, panels = style.new_figure(
            "Figure 6: UA and WA, published and ours", corpus, height=height, rows=2, width=5.6
        )
        for axes, measure in zip(panels, ("ua", "wa"), strict=True):
            for place, row in zip(places, shown, strict=True):
                _published_bar(axes, place - _BAR / 2, getattr(row, measure))
                _our_bar(axes, place + _BAR / 2, row.ours[unseen], measure)
            own = next((row for row in shown if PAPER in row.ours), None)
            if own is not None and own.ours[PAPER] is not None:
                _our_bar(axes, len(shown) + _BAR / 2, own.ours[PAPER], measure)
                _published_bar(axes, len(shown) - _BAR / 2, getattr(own, measure))
            names = [row.name for row in shown]
            extra = [f"{own.name}, paper’s order"] if own is not None and own.ours[PAPER] is not None else []
            axes.set_yticks([*places, *([len(shown)] if extra else [])], names + extra)
            axes.set_ylim(len(shown) + (0.6 if extra else -0.4), -0.6)
            axes.set_xlim(0, 132)
            axes.set_xticks(range(0, 101, 20))
            axes.set_xlabel(f"{measure.upper()} %")
            axes.tick_params(axis="y", length=0)
            axes.tick_params(axis="x", labelbottom=True)
        _legend(figure, unseen)
    return figure


def _published_bar(axes: Axes, place: float, value: float | None) -> None:
    if value is not None:
        axes.barh(place, value, _BAR - 0.03, color=style.LINE, edgecolor=style.FAINT, linewidth=0.8)
        axes.text(value + 1, place, f"{value:.1f} published", va="center", fontsize=7.5, color=style.FAINT)


def _our_bar(axes: Axes, place: float, ours: Ours | None, measure: str) -> None:
    if ours is None:
        axes.text(1, place, "not run", va="center", fontsize=7.5, color=style.FAINT)
        return
    value: Interval = getattr(ours.every, measure)
    leaky = ours.result.leaky
    colour = style.VERMILION if leaky else style.BLUE if measure == "ua" else style.SKY
    if leaky:
        axes.barh(place, 100 * value.estimate, _BAR - 0.03, facecolor="white", edgecolor=colour, hatch=style.HATCH)
    else:
        axes.barh(place, 100 * value.estimate, _BAR - 0.03, color=colour)
    end = 100 * value.estimate
    if value.high > value.estimate:
        axes.plot([100 * value.low, 100 * value.high], [place, place], color=style.INK, linewidth=0.9)
        end = 100 * value.high
    said = with_interval(value) + (f" {LEAKY}" if leaky else "")
    axes.text(end + 1, place, said, va="center", fontsize=7.5, color=style.WARNING if leaky else style.INK)


def _legend(figure: Figure, unseen: str) -> None:
    shown: list[Patch | Line2D] = [
        Patch(facecolor=style.LINE, edgecolor=style.FAINT, label="published"),
        Patch(color=style.BLUE, label=f"ours, {unseen} (UA)"),
        Patch(color=style.SKY, label=f"ours, {unseen} (WA)"),
        Patch(facecolor="white", edgecolor=style.VERMILION, hatch=style.HATCH, label=f"ours, paper’s order, {LEAKY}"),
    ]
    figure.legend(handles=shown, loc="outside lower center", ncols=2, fontsize=8.5)


_CURVES_WORDS = (
    "Mean over the runs (the tables pool the folds of a seed); band: lowest to highest. The curves of the test part "
    "were recorded for drawing only: they chose nothing, neither epoch nor setting. Training values are measured with "
    "dropout, on the balanced rows; the loss includes the L2 penalty."
)


def curves(tables: Tables) -> Chapter:
    """Figures 3 and 4."""
    drawn = []
    for number, row in zip((3, 4), paper.TABLE_4, strict=True):
        for protocol in tables.protocols:
            ours = tables.ours(row.recipe, protocol)
            if ours is not None and has_test_curves(ours.result):
                drawn.append(_curves_of(ours, number, row.name, row.wa))
    words = (
        "The paper’s curves are of its own order; its text gives the end of Figure 3: accuracy 80 %, loss 1.3 (ln 4 = "
        "1.39 is the loss of a uniform guess among four).",
    )
    missing = () if drawn else (f"No test curves on disk: {NOT_RUN}.",)
    return Chapter("figures-3-4", "Figures 3 and 4: accuracy and loss per epoch", words + missing, (), tuple(drawn))


def _curves_of(ours: Ours, number: int, name: str, accuracy: float) -> Illustration:
    result = ours.result
    loss = paper.LOSS_WITH_SMOTE if number == 3 else None
    title = f"Figure {number}: {name[:1].lower()}{name[1:]}"
    last = [run.history.iloc[-1] for run in result.runs]
    ends = ", ".join(
        f"{words} {per_cent(sum(row[column] for row in last) / len(last))} %"
        for words, column in (("training part", "train_accuracy"), ("test part", "test_accuracy"))
    )
    mark = f"{LEAKY}: " if result.leaky else ""
    return Illustration.of(
        epochs_figure(result, title, accuracy, loss),
        f"reproduction-figure-{number}-{result.protocol}",
        f"{mark}{title}, {result.recipe}, {result.protocol}. Accuracy of the last epoch: {ends}.",
        f"{mark}{_CURVES_WORDS}",
    )


def experiment_3(tables: Tables) -> Chapter:
    """Table 6 and Figure 6."""
    rows = []
    for row in tables.table_6:
        if row.wa is None and row.ours[tables.unseen] is None and row.recipe in absent_baselines(()):
            continue
        numbers = [Cell.of(published(row.ua, 1)), Cell.of(published(row.wa, 1)), ours_cell(row.ours[tables.unseen])]
        rows.append((_named(row), *numbers, Cell.of(row.remark or NOTHING, words=True)))
        if PAPER in row.ours:
            name = Cell((f"{row.name}, paper’s order", row.recipe), words=True)
            same = [Cell.of(published(row.ua, 1)), Cell.of(published(row.wa, 1)), ours_cell(row.ours[PAPER])]
            rows.append((name, *same, Cell.of("the order in which the published row was made", words=True)))
            parts = row.ours[PAPER]
            if parts is not None and parts.real is not None:
                real = Cell((f"{row.name}, paper’s order, real test rows", row.recipe), words=True)
                cell = part_cell(parts.real, parts.result.leaky)
                rows.append((real, Cell.of(NOTHING), Cell.of(NOTHING), cell, Cell.of(NOTHING, words=True)))
    words = protocol_words(tables.unseen, tables.unseen)
    ours = f"ours: {words}, but for the paper’s order"
    headings = ("", "published UA %", "published WA %", ours, "what the published figure is")
    absent = absent_baselines([result.recipe for result in tables.study.results])
    notes = [f"Not among the shipped recipes, so not run: {', '.join(absent)}."] if absent else []
    return Chapter(
        "table-6",
        "Experiment 3, Table 6 and Figure 6: baselines",
        (
            "The published figures are of different sets of utterances and different protocols, as far as these are "
            "known; one is of a system with text. Ours are of one corpus and, but for the paper’s order, of one "
            "protocol and the same folds. Classifiers that the paper names without figures stand below.",
        ),
        (Grid("Table 6", headings, tuple(rows)),),
        tuple(_methods(tables)),
        tuple(notes),
    )


def _named(row: Row) -> Cell:
    """A row's first cell; a recipe that the paper has no name for is named once."""
    return Cell(tuple(dict.fromkeys((row.name, row.recipe))), words=True)


def _methods(tables: Tables) -> Iterator[Illustration]:
    """Figure 6, where anything of it was run."""
    found = [(row, row.ours[tables.unseen]) for row in tables.table_6]
    if not any(ours for _, ours in found):
        return
    corpus = [f"{tables.study.corpus['name']}, {count(len(tables.labels), 'emotion')}"]
    if tables.study.corpus["synthetic"]:
        corpus.append("synthetic speech: no accuracy claim rests on it")
    said = "; ".join(f"{row.name} {with_interval(ours.every.ua)} %" for row, ours in found if ours)
    yield Illustration.of(
        methods_figure(tables.table_6, tables.unseen, corpus),
        "reproduction-figure-6",
        f"Published and our UA and WA of each method. Our UA: {said}.",
        "The published bars are of other data and other protocols than ours, and of other ones among themselves: see "
        f"the table. Whiskers and brackets: 95 % intervals over {units(tables.study)}. Hatched: {LEAKY}.",
    )
