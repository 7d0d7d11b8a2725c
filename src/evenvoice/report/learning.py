"""Learning curves: UA against the number of speakers trained on."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import SPEAKERS, fewer_name
from evenvoice.report.style import drawing, new_figure, series
from evenvoice.study import Result, Study, marks, units
from evenvoice.tables import Column, Table, count, ends, per_cent


def learning_curve(study: Study, protocol: str | None = None) -> dict[str, list[tuple[float, Result]]]:
    """Return for each recipe its results by the number of speakers trained on, the fewest first.

    A study has them under ``PROTOCOL+speakers-N``; the protocol itself, where it is there, is the last point, with the
    mean number of speakers in its training parts.

    Args:
        study: Which study.
        protocol: Whose curves; may be left out where the study has those of one.

    Raises:
        EvenvoiceError: No such results, or those of several protocols.
    """
    fewer = {result.protocol: found for result in study.results if (found := fewer_name(result.protocol))}
    inner = sorted({name for name, _ in fewer.values()})
    if protocol is None and len(inner) == 1:
        protocol = inner[0]
    if protocol not in inner:
        how = (
            f"evaluate with --protocol {protocol or 'speaker'}{SPEAKERS}3 --protocol {protocol or 'speaker'}{SPEAKERS}6"
        )
        which = f"there are those of {', '.join(inner)}; choose one with --protocol" if inner else how
        raise EvenvoiceError(f"{study.folder}: no learning curve{f' of {protocol}' if protocol else ''}; {which}")
    points: dict[str, list[tuple[float, Result]]] = {}
    for result in study.results:
        if result.protocol == protocol:
            points.setdefault(result.recipe, []).append((_speakers(result), result))
        elif result.protocol in fewer and fewer[result.protocol][0] == protocol:
            points.setdefault(result.recipe, []).append((float(fewer[result.protocol][1]), result))
    return {recipe: sorted(found, key=lambda point: point[0]) for recipe, found in points.items()}


def _speakers(result: Result) -> float:
    """Return how many speakers the training parts have, mean over the runs."""
    tested = pd.concat([run.predictions[["utterance", "speaker"]] for run in result.runs])
    speaker_of = tested.drop_duplicates("utterance").set_index("utterance")["speaker"]
    counts = [run.split.loc[run.split["part"] == "train", "utterance"].map(speaker_of).nunique() for run in result.runs]
    return float(np.mean(counts))


def learning_curve_figure(study: Study, protocol: str | None = None) -> Figure:
    """Draw UA with its 95 % interval against the number of speakers, one line a recipe; see `learning_curve`."""
    curves = learning_curve(study, protocol)
    first = next(iter(curves.values()))[0][1]
    inner = (fewer_name(first.protocol) or (first.protocol, 0))[0]
    runs = count(len(first.seeds), "seed")
    about = [study.corpus["name"], " · ".join([inner, runs, *marks(first), f"95 % interval over {units(study)}"])]
    with drawing():
        figure, (axes,) = new_figure("UA by the number of speakers trained on", about, height=3.2)
        for number, (recipe, points) in enumerate(curves.items()):
            style = series(number)
            places = np.array([place for place, _ in points]) + 0.06 * (number - (len(curves) - 1) / 2)
            found = [result.intervals["ua"] for _, result in points]
            for place, ua in zip(places, found, strict=True):
                axes.plot([place] * 2, [100 * ua.low, 100 * ua.high], color=style["color"], linewidth=1, alpha=0.7)
            axes.plot(places, [100 * ua.estimate for ua in found], markersize=5, label=recipe, **style)
        axes.set_xlabel("speakers in the training part")
        axes.set_ylabel("UA %")
        axes.grid(axis="y")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside lower center", ncols=2)
    return figure


def learning_curve_table(study: Study, protocol: str | None = None) -> Table:
    """Return the points of `learning_curve_figure` as a table."""
    columns = (
        Column("recipe", wraps=True), Column("speakers", number=True), Column("UA %", number=True),
        Column("95 % interval", number=True), Column("seeds × folds", number=True, rank=1),
    )  # fmt: skip
    rows = [
        [recipe, f"{place:g}", per_cent(result.intervals["ua"].estimate), ends(result.intervals["ua"]),
         f"{len(result.seeds)} × {result.folds}"]
        for recipe, points in learning_curve(study, protocol).items()
        for place, result in points
    ]  # fmt: skip
    return Table(columns, rows)
