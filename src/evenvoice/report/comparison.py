"""The figure of a whole study: UA and WA over protocols and recipes."""

from __future__ import annotations

from itertools import groupby

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from evenvoice.report.style import BLUE, FAINT, HATCH, INK, ORANGE, SKY, VERMILION, WARNING, drawing, new_figure
from evenvoice.study import LEAKY, TRANSDUCTIVE, Result, Study, by_protocol, marks
from evenvoice.tables import with_interval

BAR = 0.36


def comparison_figure(study: Study) -> Figure:
    """Draw UA and WA of every recipe under every protocol, grouped by protocol; LEAKY bars hatched and named.

    Whiskers are 95 % intervals. The dotted line is the UA of chance.
    """
    results = by_protocol(study)
    groups = [list(group) for _, group in groupby(results, key=lambda result: result.protocol)]
    height = 0.9 + 0.44 * len(results) + 0.42 * len(groups)
    corpus = [f"{study.corpus['name']}, {len(study.corpus['labels'])} emotions"]
    if study.corpus["synthetic"]:
        corpus.append("synthetic speech: no accuracy claim rests on it")
    with drawing():
        figure, (axes,) = new_figure("UA and WA by protocol and recipe", corpus, width=5.6, height=height)
        y = 0.0
        ticks: list[tuple[float, str]] = []
        for group in groups:
            _heading(axes, y, group[0])
            y += 0.75
            for result in group:
                _bars(axes, y, result)
                ticks.append((y, result.recipe + (f"\n({TRANSDUCTIVE})" if result.transductive else "")))
                y += 1.0
            y += 0.25
        axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks])
        axes.set_ylim(y - 0.2, -0.5)
        axes.set_xlim(0, 138)
        axes.set_xticks(range(0, 101, 20))
        axes.set_xlabel("%")
        axes.tick_params(axis="y", length=0)
        chance = 100 / len(study.corpus["labels"])
        line = axes.axvline(chance, color=FAINT, linewidth=1, linestyle=":", zorder=0.5, label="UA by chance")
        _legend(figure, line, any(result.leaky for result in results))
    return figure


def _heading(axes: Axes, y: float, result: Result) -> None:
    """Name a protocol and its marks over its bars."""
    named = [mark for mark in marks(result) if mark != TRANSDUCTIVE]
    colour = WARNING if result.leaky else INK
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    words = " · ".join([result.protocol, *named])
    axes.text(1, y, words, va="center", fontweight="bold", fontsize=9, color=colour, bbox=clear)


def _bars(axes: Axes, y: float, result: Result) -> None:
    """One result's two bars, with whiskers and numbers."""
    values = (
        (y - BAR / 2, result.intervals["ua"], VERMILION if result.leaky else BLUE),
        (y + BAR / 2, result.intervals["wa"], ORANGE if result.leaky else SKY),
    )
    for place, value, colour in values:
        shape = {"facecolor": "white", "edgecolor": colour, "hatch": HATCH} if result.leaky else {"color": colour}
        axes.barh(place, 100 * value.estimate, BAR - 0.02, linewidth=1.2, **shape)  # type: ignore[arg-type]  # as barh takes
        end = 100 * value.estimate
        if value.high > value.estimate:
            axes.plot([100 * value.low, 100 * value.high], [place, place], color=INK, linewidth=0.9)
            end = 100 * value.high
        text = with_interval(value) + (f" {LEAKY}" if result.leaky else "")
        axes.text(end + 1, place, text, va="center", fontsize=8, color=WARNING if result.leaky else INK)


def _legend(figure: Figure, chance: Line2D, leaky: bool) -> None:
    """UA and WA, plain and LEAKY, and chance."""
    shown: list[Artist] = [Patch(color=BLUE, label="UA"), Patch(color=SKY, label="WA")]
    if leaky:
        for name, colour in (("UA", VERMILION), ("WA", ORANGE)):
            shown.append(Patch(facecolor="white", edgecolor=colour, hatch=HATCH, label=f"{name}, {LEAKY}"))
    figure.legend(handles=[*shown, chance], loc="outside lower center", ncols=5, fontsize=8.5)
