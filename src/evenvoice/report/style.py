"""How every figure looks: colours, fonts, heading, and the mark LEAKY."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from evenvoice.study import LEAKY, Result, marks
from evenvoice.tables import count

# Okabe & Ito, "Color Universal Design" (2008): distinct for colour-blind readers.
BLUE, SKY, ORANGE, VERMILION = "#0072B2", "#56B4E9", "#E69F00", "#D55E00"
GREEN, PURPLE = "#009E73", "#CC79A7"
INK, FAINT, LINE, WARNING = "#222222", "#595959", "#D9D9D9", "#A84300"

STYLE: Any = {  # Any: which keys matplotlib's types know differs between its versions
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": False,  # a speaker or an emotion may be called $x$
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 1.1,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # TrueType: what journals take
    "svg.hashsalt": "evenvoice",  # the same figure gives the same bytes
}
_SERIES = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, "#222222")
_DASHES = ("-", "--", ":", "-.")
_MARKERS = "osD^vPX*"


def series(number: int) -> dict[str, Any]:
    """Return colour, line and marker of a series among several; no two are alike in both of the first 28.

    Examples:
        >>> series(0)["color"] == series(7)["color"], series(0)["linestyle"] == series(7)["linestyle"]
        (True, False)
    """
    turn, place = divmod(number, len(_SERIES))
    return {
        "color": _SERIES[place],
        "linestyle": _DASHES[turn % len(_DASHES)],
        "marker": _MARKERS[number % len(_MARKERS)],
    }


HATCH = "////"
"""Of what is not real: synthetic rows, LEAKY scores."""

WIDTH = 4.8
"""Inches of a figure; 461 CSS pixels, so that a phone shows it at three quarters of its size."""


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in our style, and leave matplotlib's settings as they were."""
    with mpl.rc_context(STYLE):
        yield


def new_figure(
    title: str,
    about: list[str],
    *,
    height: float,
    rows: int = 1,
    width: float = WIDTH,
    leaky: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with its heading and its axes, one under the other.

    Args:
        title: What is shown.
        about: Of what, a line each; wrapped where too long.
        height: Inches, without the heading.
        rows: How many axes.
        width: Inches.
        leaky: Show the mark LEAKY in the heading.
    """
    lines = [line for text in about for line in textwrap.wrap(text, int(width * 14.3))]
    heading = 0.38 + 0.17 * len(lines)
    figure = Figure(figsize=(width, height + heading), layout="constrained")
    FigureCanvasAgg(figure)
    whole = height + heading
    figure.get_layout_engine().set(rect=(0.0, 0.0, 1.0, height / whole), w_pad=0.06, h_pad=0.06)  # type: ignore[union-attr, call-arg]  # constrained layout has both
    figure.text(0.1 / width, 1 - 0.1 / whole, title, va="top", fontsize=11, fontweight="bold")
    figure.text(0.1 / width, 1 - 0.34 / whole, "\n".join(lines), va="top", fontsize=8.5, color=FAINT, linespacing=1.3)
    if leaky:
        badge = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": VERMILION, "linewidth": 1.5}
        figure.text(
            1 - 0.14 / width, 1 - 0.12 / whole, LEAKY,
            va="top", ha="right", fontsize=9.5, fontweight="bold", color=WARNING, bbox=badge,
        )  # fmt: skip
    return figure, list(figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0])


def about(result: Result) -> list[str]:
    """Return of what a figure is: corpus and recipe; protocol, runs and every mark."""
    runs = f"{count(len(result.seeds), 'seed')} × {count(result.folds, 'fold')}"
    return [f"{result.corpus} · {result.recipe}", " · ".join([result.protocol, runs, *marks(result)])]


def as_svg(figure: Figure) -> bytes:
    """Return a figure as SVG; text as outlines, so that it looks the same everywhere."""
    return _saved(figure, "svg", metadata={"Date": None})


def as_png(figure: Figure) -> bytes:
    """Return a figure as PNG at 200 dots an inch."""
    return _saved(figure, "png", dpi=200)


def as_pdf(figure: Figure) -> bytes:
    """Return a figure as PDF, for LaTeX; the same figure gives the same bytes."""
    return _saved(figure, "pdf", metadata={"CreationDate": None, "ModDate": None})


def _saved(figure: Figure, form: str, **options: Any) -> bytes:
    with drawing(), warnings.catch_warnings():
        # A name may hold an emoji; the font's empty box says as much.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        page = io.BytesIO()
        figure.savefig(page, format=form, **options)
        return page.getvalue()
