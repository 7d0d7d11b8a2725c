"""Whether a system's probabilities can be believed: the reliability diagram."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from evenvoice.metrics import reliability
from evenvoice.report.style import BLUE, FAINT, INK, SKY, about, drawing, new_figure
from evenvoice.study import Result
from evenvoice.tables import with_interval


def reliability_table(result: Result) -> pd.DataFrame:
    """Return confidence and accuracy of ten bins over the test rows of all seeds; see `metrics.reliability`."""
    return reliability(pd.concat(result.pooled.values(), ignore_index=True), result.labels)


def calibration_words(result: Result) -> str:
    """Say how far probabilities and accuracies lie apart, and what was fitted to the logits."""
    found = result.intervals
    temperatures = [run.info.get("temperature", 1.0) for run in result.runs]
    decisions = {run.info["recipe"].get("decision", {}).get("name", "none") for run in result.runs}
    fitted = (
        f"decision {', '.join(sorted(decisions))}"
        if decisions - {"none", "temperature"}
        else "uncalibrated softmax"
        if set(temperatures) == {1.0}
        else f"temperature fitted on the validation part, {min(temperatures):.2f} to {max(temperatures):.2f}"
    )
    losses = "; ".join(
        f"{words} {found[name].estimate:.2f}"
        + ("" if found[name].reason else " [{low:.2f}, {high:.2f}]").format(**vars(found[name]))
        for name, words in (("log_loss", "log loss"), ("brier", "Brier score"))
    )
    return f"Expected calibration error {with_interval(found['ece'])} %; {losses}; {fitted}."


def reliability_figure(result: Result) -> Figure:
    """Draw accuracy over confidence with its 95 % interval, and how many test rows have that confidence.

    On the dotted line, a probability says how often the answer is right; below it, the system is too sure.
    """
    table = reliability_table(result)
    with drawing():
        figure, panels = new_figure("Reliability of the probabilities", about(result), height=3.9, rows=2,
                                    leaky=result.leaky)  # fmt: skip
        axes, below = panels
        axes.plot([0, 100], [0, 100], ":", color=FAINT, linewidth=1)
        confidence, accuracy = 100 * table["confidence"].to_numpy(), 100 * table["accuracy"].to_numpy()
        for place, low, high in zip(confidence, table["low"], table["high"], strict=True):
            axes.plot([place, place], [100 * low, 100 * high], color=INK, linewidth=0.9)
        axes.plot(confidence, accuracy, "o-", color=BLUE, linewidth=1.4, markersize=4.5)
        axes.set_ylabel("recognised %")
        axes.set_ylim(0, 102)
        axes.grid(axis="y")
        middles, widths = ([100 * getattr(part, name) for part in table.index] for name in ("mid", "length"))
        below.bar(middles, table["n"].to_numpy(), [0.9 * width for width in widths], color=SKY)
        below.set_ylabel("test rows")
        below.set_xlabel("probability of the answer %")
        below.set_xlim(0, 102)
    return figure
