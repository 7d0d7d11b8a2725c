"""ROC and DET: each emotion against all others, over every threshold on its probability."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm
from sklearn.metrics import auc, roc_curve

from evenvoice.report.style import FAINT, about, drawing, new_figure, series
from evenvoice.study import Result
from evenvoice.tables import NOTHING, per_cent

_Found = npt.NDArray[np.bool_]
_Scores = npt.NDArray[np.float64]

# Where a DET's axes have their marks, in per cent; the axes are normal deviates.
_DET_TICKS = (1, 2, 5, 10, 20, 40, 60, 80)
_DET_ENDS = (0.5, 90.0)


def roc_figure(result: Result) -> Figure:
    """Draw the ROC of each emotion against all others, with the area under it, over the test rows of all seeds.

    Source:
        Fawcett 2006, "An introduction to ROC analysis" (doi:10.1016/j.patrec.2005.10.010).
    """

    def draw(
        axes: Axes, label: str, true: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64], style: dict[str, Any]
    ) -> None:
        false_alarms, found, _ = roc_curve(true, scores)
        axes.plot(100 * false_alarms, 100 * found, label=f"{label}  {auc(false_alarms, found):.3f}", **style)

    with drawing():
        figure, axes = _figure("ROC of each emotion", result)
        axes.plot([0, 100], [0, 100], ":", color=FAINT, linewidth=1)
        _each(axes, result, draw)
        axes.set_xlabel("false alarms, % of the other emotions")
        axes.set_ylabel("found, % of the emotion")
        axes.set_xlim(-1, 101)
        axes.set_ylim(-1, 101)
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), title="area under it", alignment="left")
    return figure


def det_figure(result: Result) -> Figure:
    """Draw misses over false alarms of each emotion, on normal deviates, with its equal error rate.

    Source:
        Martin et al. 1997, "The DET curve in assessment of detection task performance", Eurospeech.
    """

    def draw(
        axes: Axes, label: str, true: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64], style: dict[str, Any]
    ) -> None:
        # As `det_curve`, which has both ends only in later versions of scikit-learn.
        rising, found, _ = roc_curve(true, scores, drop_intermediate=False)
        false_alarms, misses = rising[::-1], 1 - found[::-1]
        low, high = (share / 100 for share in _DET_ENDS)
        axes.plot(
            norm.ppf(np.clip(false_alarms, low, high)), norm.ppf(np.clip(misses, low, high)),
            label=f"{label}  {per_cent(equal_error_rate(false_alarms, misses))} %", **style,
        )  # fmt: skip

    with drawing():
        figure, axes = _figure("DET of each emotion", result)
        ends = norm.ppf(np.array(_DET_ENDS) / 100)
        axes.plot(ends, ends, ":", color=FAINT, linewidth=1)
        _each(axes, result, draw)
        places = norm.ppf(np.array(_DET_TICKS) / 100)
        axes.set_xticks(places, list(map(str, _DET_TICKS)))
        axes.set_yticks(places, list(map(str, _DET_TICKS)))
        axes.set_xlim(*ends)
        axes.set_ylim(*ends)
        axes.grid()
        axes.set_xlabel("false alarms, % of the other emotions")
        axes.set_ylabel("misses, % of the emotion")
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), title="equal error rate", alignment="left")
    return figure


def equal_error_rate(false_alarms: npt.NDArray[np.float64], misses: npt.NDArray[np.float64]) -> float:
    """Return where a curve of misses over false alarms has as many of both, between two points in proportion.

    Examples:
        >>> equal_error_rate(np.array([0.0, 0.2, 1.0]), np.array([1.0, 0.4, 0.0]))
        0.333333333333
    """
    order = np.argsort(false_alarms - misses, kind="stable")
    gap = (false_alarms - misses)[order]
    return float(round(np.interp(0.0, gap, false_alarms[order]), 12))


def _figure(title: str, result: Result) -> tuple[Figure, Axes]:
    figure, (axes,) = new_figure(title, about(result), height=3.9, width=5.8, leaky=result.leaky)
    return figure, axes


def _each(axes: Axes, result: Result, draw: Callable[..., None]) -> None:
    """Draw each emotion's curve; one that was never tested has none."""
    table = pd.concat(result.distinct.values(), ignore_index=True)
    for number, label in enumerate(result.labels):
        style = {**series(number), "marker": "", "linewidth": 1.5}
        true = (table["emotion"] == label).to_numpy()
        if true.any() and not true.all():
            draw(axes, label, true, table[f"p:{label}"].to_numpy(float), style)
        else:
            axes.plot([], [], label=f"{label}  {NOTHING}", **style)
