"""The table that a paper prints: systems with intervals, protocol, and p against the first."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from evenvoice.metrics import Interval, trust
from evenvoice.printing import cell, printable
from evenvoice.report.words import LEAKY, NOTHING, marks, p_value, with_interval
from evenvoice.study.systems import Standing

HEADINGS = ("system", "protocol", "marks", "UA % [95 %]", "WA % [95 %]", "UA − first", "p", "p (Holm)", "seeds")
NUMBERS = HEADINGS[3:]


def systems_as_text(standings: Sequence[Standing], width: int = 140) -> str:
    """Return the table for a terminal, with the notes under it."""
    page = io.StringIO()
    console = Console(file=page, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    table = Table(box=None, pad_edge=False, padding=(0, 1), collapse_padding=True)
    for name in HEADINGS:
        table.add_column(name, justify="right" if name in NUMBERS else "left", no_wrap=name in NUMBERS)
    for row in _rows(standings):
        table.add_row(*row)
    console.print(table)
    for note in notes(standings):
        console.print(note)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def systems_as_markdown(standings: Sequence[Standing]) -> str:
    """Return the table in Markdown, with the notes under it."""
    rows = [[text.replace("|", r"\|").replace(LEAKY, f"**{LEAKY}**") for text in row] for row in _rows(standings)]
    rule = ["---:" if name in NUMBERS else "---" for name in HEADINGS]
    lines = ["| " + " | ".join(cells) + " |" for cells in (list(HEADINGS), rule, *rows)]
    return "\n".join([*lines, "", *notes(standings)])


def systems_as_latex(standings: Sequence[Standing]) -> str:
    r"""Return a ``table`` for ``\usepackage{booktabs}``, with the notes in its caption."""
    columns = "".join("r" if name in NUMBERS else "l" for name in HEADINGS)
    caption = rf"\caption{{{' '.join(map(_latex, notes(standings)))}}}"
    lines = [
        r"\begin{table}",
        caption,
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _latex_row(HEADINGS),
        r"\midrule",
    ]
    lines += [_latex_row(row) for row in _rows(standings)]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}"])


def systems_as_csv(standings: Sequence[Standing]) -> str:
    """Return the numbers as CSV, fractions: for spreadsheets and scripts; no name in it is a formula."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    names = ("system", "protocol", "marks", "ua", "ua_low", "ua_high", "wa", "wa_low", "wa_high", "ua_difference",
             "ua_difference_low", "ua_difference_high", "p_ua", "p_ua_holm", "p_wa", "p_mcnemar", "seeds")  # fmt: skip
    writer.writerow(names)
    for standing in standings:
        found = standing.against_first
        tests = [found.p_ua, standing.p_holm, found.p_wa, found.p_mcnemar] if found else [""] * 4
        writer.writerow([
            cell(standing.system.name), cell(standing.system.protocol or ""), ", ".join(_marks(standing)),
            *_ends(standing.ua), *_ends(standing.wa), *(_ends(found.difference_ua) if found else [""] * 3),
            *tests, len(standing.system.tables),
        ])  # fmt: skip
    return page.getvalue().rstrip("\n")


def notes(standings: Sequence[Standing]) -> list[str]:
    """Return the sentences that belong under the table, wherever it is shown."""
    interval = standings[0].ua
    found = [
        f"Intervals: 95 %, for {interval.target}, over {interval.unit}s, method {interval.method}. {trust(interval)}",
    ]
    tested = [standing.against_first for standing in standings if standing.against_first]
    if tested:
        found.append(
            f"UA − first: difference to {standings[0].system.title}, for {tested[0].target}. p: t test over "
            f"{tested[0].unit}s{' and fits' if tested[0].about_recipes else ''}. Holm: corrected for {len(tested)} "
            f"{'comparison' if len(tested) == 1 else 'comparisons'}."
        )
        first = standings[0].system.title
        found += [
            standing.against_first.conclusion(first, standing.system.title, standing.p_holm)
            for standing in standings
            if standing.against_first
        ]
    found += [
        f"{standing.system.title}: not compared, {standing.why_not}." for standing in standings if standing.why_not
    ]
    if any(LEAKY in _marks(standing) for standing in standings):
        found.append(f"{LEAKY}: the test part took part in the training; this does not measure recognition.")
    if any(standing.system.result is None for standing in standings):
        found.append("A table of predictions from elsewhere does not say how its test part was held out.")
    return found


def _rows(standings: Sequence[Standing]) -> list[list[str]]:
    """Return the cells, per cent with one decimal."""
    rows = []
    for standing in standings:
        found = standing.against_first
        rows.append([
            printable(standing.system.name),
            printable(standing.system.protocol or "not stated"),
            ", ".join(_marks(standing)),
            with_interval(standing.ua),
            with_interval(standing.wa),
            with_interval(found.difference_ua, signed=True) if found else NOTHING,
            p_value(found.p_ua) if found else NOTHING,
            p_value(standing.p_holm) if standing.p_holm is not None else NOTHING,
            str(len(standing.system.tables)),
        ])  # fmt: skip
    return rows


def _marks(standing: Standing) -> list[str]:
    return marks(standing.system.result) if standing.system.result else []


def _ends(interval: Interval) -> list[float]:
    return [interval.estimate, interval.low, interval.high]


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(map(_latex, cells)) + r" \\"


def _latex(text: str) -> str:
    """Escape what LaTeX would read as its own."""
    signs = {"\\": r"\textbackslash{}", "%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#", "<": "$<$",
             "−": "$-$", "–": "--", "×": r"$\times$"}  # fmt: skip
    return "".join(signs.get(sign, sign) for sign in text)
