"""The figures of a bench: what each method gains over none, and UA against imbalance."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from evenvoice.bench import Bench, Entry
from evenvoice.report.style import BLUE, FAINT, INK, ORANGE, SKY, VERMILION, drawing, new_figure
from evenvoice.study import marks
from evenvoice.tables import count

_COLOURS = {"sampler": BLUE, "loss": ORANGE, "decision": VERMILION, "combination": SKY}
_LINES = ((INK, "-"), (BLUE, "-"), (ORANGE, "--"), (VERMILION, "-."), (SKY, ":"), (FAINT, (0, (1, 1))), (BLUE, ":"),
          (ORANGE, ":"), (VERMILION, ":"))  # fmt: skip


def gains_figure(entries: Sequence[Entry]) -> Figure | None:
    """Draw for each method of one recipe and protocol the difference in UA to none, with its 95 % interval.

    Filled marks: the difference is shown (p < 0.05 after Holm's correction). ``None`` where nothing is compared.
    """
    drawn = [(entry, gain) for entry in entries if (gain := entry.gain()) is not None]
    if not drawn:
        return None
    first = entries[0]
    runs = f"{count(len(first.result.seeds), 'seed')} × {count(first.result.folds, 'fold')}"
    about = [f"{first.result.corpus} · {first.recipe}", " · ".join([first.protocol, runs, *marks(first.result)])]
    with drawing():
        height = 0.9 + 0.2 * len(drawn)
        figure, (axes,) = new_figure("Difference in UA to none", about, height=height, leaky=first.result.leaky)
        for place, (entry, gain) in enumerate(drawn):
            colour = _COLOURS.get(entry.kind, INK)
            shown = entry.standing.p_holm is not None and entry.standing.p_holm < 0.05
            if not isnan(gain.low):
                axes.plot([100 * gain.low, 100 * gain.high], [place, place], color=colour, linewidth=1.2)
            axes.plot(
                100 * gain.estimate,
                place,
                "o",
                color=colour,
                markerfacecolor=colour if shown else "white",
                markersize=5,
            )
        axes.axvline(0, color=FAINT, linewidth=1, linestyle=":", zorder=0.5)
        axes.set_yticks(range(len(drawn)), [entry.method for entry, _ in drawn], fontsize=8)
        axes.set_ylim(len(drawn) - 0.5, -0.5)
        axes.set_xlabel("points of UA, and 95 % interval")
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        kinds = list(dict.fromkeys(entry.kind for entry, _ in drawn))
        handles = [Line2D([], [], color=_COLOURS.get(kind, INK), marker="o", label=kind) for kind in kinds]
        handles.append(
            Line2D([], [], color=INK, marker="o", linestyle="", markerfacecolor=INK, label="p < 0.05 (Holm)")
        )
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def imbalance_figure(bench: Bench, recipe: str) -> Figure | None:
    """Draw UA against the ratio of the training parts, a line for each method; ``None`` for fewer than two ratios.

    A method of one ratio has no line. Of many methods those are drawn that were evaluated at the most ratios, then
    those of the highest mean UA.
    """
    lines: dict[str, list[Entry]] = {}
    for entry in bench.entries:
        if entry.recipe == recipe:
            lines.setdefault(entry.method, []).append(entry)
    if len({entry.protocol for found in lines.values() for entry in found}) < 2:
        return None
    lines = {name: found for name, found in lines.items() if name == "none" or len(found) > 1}
    names = sorted(lines, key=lambda name: (name != "none", -len(lines[name]), -_mean(lines[name])))[: len(_LINES)]
    first = lines[names[0]][0]
    with drawing():
        about = [f"{first.result.corpus} · {recipe}", "training parts thinned, test parts as they are"]
        figure, (axes,) = new_figure("UA against imbalance", about, height=3.2)
        ratios = set()
        for name, (colour, style) in zip(names, _LINES, strict=False):
            found = sorted(lines[name], key=lambda entry: entry.imbalance)
            places = [entry.imbalance for entry in found]
            ratios |= {round(place, 1) for place in places}
            axes.plot(places, [100 * entry.ua.estimate for entry in found], linestyle=style, marker="o", markersize=3.5,
                      color=colour, linewidth=2 if name == "none" else 1.3, label=name)  # fmt: skip
        none = sorted(lines[names[0]], key=lambda entry: entry.imbalance)
        axes.fill_between(
            [entry.imbalance for entry in none], [100 * entry.ua.low for entry in none],
            [100 * entry.ua.high for entry in none], color=INK, alpha=0.08, linewidth=0,
        )  # fmt: skip
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(_apart(sorted(ratios))))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlabel("largest over smallest class of the training part")
        axes.set_ylabel("UA %; band: 95 % interval of none")
        axes.grid(axis="y")
        figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure


def _mean(entries: Sequence[Entry]) -> float:
    return sum(entry.ua.estimate for entry in entries) / len(entries)


def _apart(ratios: Sequence[float]) -> list[float]:
    """Those ratios whose names do not lie over each other on a logarithmic axis."""
    kept: list[float] = []
    for ratio in ratios:
        if not kept or ratio > 1.15 * kept[-1]:
            kept.append(ratio)
    return kept
