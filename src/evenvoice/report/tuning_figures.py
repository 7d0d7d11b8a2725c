"""The figures of a tuning: the best so far over the trials, and which settings matter."""

from __future__ import annotations

import itertools

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evenvoice.report.style import BLUE, FAINT, INK, ORANGE, SKY, drawing, new_figure
from evenvoice.tuning import Tuning


def trials_figure(tuning: Tuning) -> Figure:
    """Draw the UA of each trial on validation, and the best so far; trials without one as ticks at the foot."""
    complete = tuning.of_state("complete")
    numbers, values = [trial.number for trial in complete], [100 * (trial.ua or 0.0) for trial in complete]
    with drawing():
        figure, (axes,) = new_figure("UA on validation, trial by trial", about(tuning), height=2.9)
        axes.plot(numbers, values, "o", color=SKY, markersize=4.5, label="trial")
        axes.step(numbers, list(itertools.accumulate(values, max)), where="post", color=BLUE, label="best so far")
        own = tuning.first
        if own and own.ua is not None:
            axes.plot([own.number], [100 * own.ua], "D", color=ORANGE, markersize=6, label="recipe as it is")
        low, high = (min(values), max(values)) if values else (0.0, 100.0)
        foot = low - 0.12 * (high - low or 10)
        for state, mark in (("pruned", "|"), ("failed", "x")):
            ended = [trial.number for trial in tuning.trials if trial.state == state]
            if ended:
                axes.plot(ended, [foot] * len(ended), mark, color=FAINT, markersize=6, label=f"{state} ({len(ended)})")
        axes.set_xlabel("trial")
        axes.set_ylabel("UA %")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        axes.grid(axis="y")
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def importance_figure(tuning: Tuning) -> Figure | None:
    """Draw the share of each setting in the variance of UA (fANOVA); ``None`` where too few trials say so."""
    if not tuning.importances:
        return None
    names = list(tuning.importances)[::-1]
    shares = [100 * tuning.importances[name] for name in names]
    with drawing():
        figure, (axes,) = new_figure("Which settings matter", about(tuning), height=0.7 + 0.27 * len(names))
        axes.barh(names, shares, 0.6, color=BLUE)
        for place, share in enumerate(shares):
            axes.annotate(f"{share:.0f}", (share, place), (3, 0), textcoords="offset points", va="center", color=INK)
        axes.set_xlim(0, 1.12 * max(shares))
        axes.set_xlabel("share of the variance of UA, %")
        axes.tick_params(axis="y", length=0)
    return figure


def about(tuning: Tuning) -> list[str]:
    """Return of what a figure is."""
    parts = f"{tuning.bound['inner folds']} validation parts"
    return [f"{tuning.about['corpus']} · {tuning.recipe.name}", f"{tuning.about['inner']} · {parts} · no test part"]
