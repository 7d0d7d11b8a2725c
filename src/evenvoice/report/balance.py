"""The page of a bench: its table, one figure for each recipe and protocol, and the curve of UA against imbalance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from evenvoice import __version__
from evenvoice.bench import Bench, open_bench
from evenvoice.files import writing
from evenvoice.report.balance_figures import gains_figure, imbalance_figure
from evenvoice.report.illustrations import Illustration, figure_kinds
from evenvoice.report.templates import fill_template
from evenvoice.tables import with_interval

TEMPLATE, PAGE, TABLE = "balance.html.jinja", "balance.html", "balance.csv"


def write_balance_report(bench: Bench | Path | str, *, figures: str | Sequence[str] = ()) -> Path:
    """Write ``balance.html``, ``balance.csv`` and the figures, from the predictions on disk and from nothing else.

    Args:
        bench: A bench, or what `evenvoice balance --out` wrote.
        figures: Write the figures as ``pdf`` or ``svg`` as well.

    Returns:
        The page. It needs no other file and no network.

    Raises:
        EvenvoiceError: The folder holds no bench, or cannot be written to.

    Examples:
        >>> write_balance_report("nowhere")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: nowhere: holds no study.json; expected a folder that `evenvoice evaluate \
--out` wrote
    """
    kinds = figure_kinds(figures)
    bench = bench if isinstance(bench, Bench) else open_bench(bench)
    folder, table = bench.study.folder, bench.table()
    drawn = _illustrations(bench)
    for illustration in drawn:
        illustration.write(folder / "figures", kinds)
    with writing(folder / TABLE) as aside:
        aside.write_text(table.to_csv() + "\n", encoding="utf-8")
    text = fill_template(
        TEMPLATE,
        version=__version__,
        corpus=bench.study.corpus,
        commands=bench.study.info.get("commands", []),
        table=Markup(table.to_html()),  # the table escapes its cells
        figures=drawn,
    )
    page = folder / PAGE
    with writing(page) as aside:
        aside.write_text(text, encoding="utf-8")
    return page


def _illustrations(bench: Bench) -> list[Illustration]:
    """The figures: the curves of UA against imbalance first."""
    found = []
    for number, recipe in enumerate(dict.fromkeys(entry.recipe for entry in bench.entries), start=1):
        figure = imbalance_figure(bench, recipe)
        if figure is not None:
            none = sorted(
                (entry for entry in bench.entries if entry.recipe == recipe and entry.method == "none"),
                key=lambda entry: entry.imbalance,
            )
            ends = "; ".join(f"{entry.imbalance:.1f} : 1, UA {with_interval(entry.ua)} %" for entry in none)
            found.append(
                Illustration.of(
                    figure,
                    f"balance-curve-{number}",
                    f"{recipe} with no method: {ends}.",
                    f"UA of {recipe} with each method, against the ratio of the training parts. Each point is a mean "
                    "over seeds; the band is the interval of none. Thinner parts are smaller, too.",
                )
            )
    for number, ((recipe, protocol), entries) in enumerate(bench.groups.items(), start=1):
        figure = gains_figure(entries)
        if figure is not None:
            best = entries[1]
            found.append(
                Illustration.of(
                    figure,
                    f"balance-gains-{number}",
                    f"{best.method} has the highest UA of {recipe} × {protocol}: {with_interval(best.gain(), True)} "
                    "points over none.",
                    f"{recipe} × {protocol}: UA with each method minus UA with none, and 95 % intervals. An open "
                    "mark: no difference is shown.",
                )
            )
    return found
