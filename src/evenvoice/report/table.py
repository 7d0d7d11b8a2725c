"""The table of results: one row a recipe and protocol, as data, as text and as Markdown."""

from __future__ import annotations

import io
import shutil
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from evenvoice.metrics import trust
from evenvoice.report.completeness import gaps, missing_folds
from evenvoice.report.measures import by_recipe, fold_numbers
from evenvoice.report.words import LEAKY, NOTHING, SHARED, TRANSDUCTIVE, count, ends, marks, spread
from evenvoice.study import Result, Study
from evenvoice.study.cost import in_words

UA_ENDS, WA_ENDS = "UA 95 %", "WA 95 %"
COLUMNS = (
    "recipe", "form", "protocol", "marks", "UA %", UA_ENDS, "WA %", WA_ENDS, "macro F1 %", "seeds × folds", "test rows",
    "time",
)  # fmt: skip
MADE, UA_REAL, UA_MADE = "synthetic test rows", "UA % on real test rows", "UA % on synthetic test rows"
INCOMPLETE = "not complete"
LEAST = ("form", "macro F1 %", "test rows", "time", WA_ENDS, "seeds × folds")
"""What a narrow terminal is not shown, in this order."""
BROKEN = {"macro F1 %": "macro\nF1 %", "seeds × folds": "seeds\n× folds", "test rows": "test\nrows"}
"""Headings in two lines."""


def results_table(study: Study) -> list[dict[str, Any]]:
    """Return one row a recipe and protocol, scores as fractions.

    The rows of a recipe stand together, from the strictest protocol to the leaky one. Each is `Result.to_json` with
    ``marks`` (list of ``LEAKY``, ``transductive``, ``speakers may be shared``) and ``complete`` besides.
    """
    return [
        result.to_json() | {"marks": marks(result), "complete": not missing_folds(result)}
        for result in by_recipe(study)
    ]


def text_row(result: Result) -> dict[str, str]:
    """Return a row of the table as it is shown: per cent with one decimal, mean ± standard deviation over seeds."""
    first = [fold_numbers(run) for run in result.runs if run.key.seed == result.seeds[0]]
    made = sum(fold.made_test for fold in first)
    tested = sum(fold.test for fold in first)
    every_mark = marks(result) + ([INCOMPLETE] if missing_folds(result) else [])
    return {
        "recipe": result.recipe,
        "form": str(result.runs[0].recipe["shape"]["name"]),
        "protocol": result.protocol,
        "marks": ", ".join(every_mark),
        "UA %": spread(result.over_seeds(lambda scores: scores.ua)),
        UA_ENDS: ends(result.intervals["ua"]),
        "WA %": spread(result.over_seeds(lambda scores: scores.wa)),
        WA_ENDS: ends(result.intervals["wa"]),
        "macro F1 %": spread(result.over_seeds(lambda scores: scores.macro_f1)),
        "seeds × folds": f"{len(result.seeds)} × {result.folds}",
        "test rows": str(tested),
        "time": in_words(result.seconds),
        MADE: str(made) if result.leaky else NOTHING,
        UA_REAL: spread(result.ua_of(synthetic=False)) if result.leaky else NOTHING,
        UA_MADE: spread(result.ua_of(synthetic=True)) if result.leaky else NOTHING,
    }


def columns(study: Study) -> list[str]:
    """Return the headings: UA on real and on synthetic test rows stand in the table where a result has the latter."""
    made = any(result.leaky and result.ua_of(synthetic=True) for result in study.results)
    return [*COLUMNS, MADE, UA_REAL, UA_MADE] if made else list(COLUMNS)


def notes(study: Study) -> list[str]:
    """Return the sentences that belong under the table, wherever it is shown."""
    shown = {mark for result in study.results for mark in marks(result)}
    seeds = max(len(result.seeds) for result in study.results)
    found = [
        "Mean ± standard deviation over seeds; a seed's scores come from the pooled predictions of its folds."
        if seeds > 1
        else "One seed: no standard deviation. Scores come from the pooled predictions of all folds."
    ]
    found += dict.fromkeys(_interval_words(result) for result in study.results)
    if study.corpus["synthetic"]:
        found.append("The corpus is synthetic: a machine spoke, and no accuracy claim rests on it.")
    if LEAKY in shown:
        found.append(
            "LEAKY: the test part took part in the training; this does not measure how well emotions are recognised."
        )
    if TRANSDUCTIVE in shown:
        found.append(
            "transductive: each speaker's own audio, without its labels, normalised the features; test speakers' too."
        )
    if SHARED in shown:
        found.append(
            "speakers may be shared: the protocol does not promise that the speakers in the test part are unseen."
        )
    return found + [f"Not complete: {gap}." for gap in gaps(study)]


def _interval_words(result: Result) -> str:
    """Over what a result's interval is, and how far it can be trusted."""
    interval = result.intervals["ua"]
    return f"95 %: interval over {count(interval.units, interval.unit)}, method {interval.method}. {trust(interval)}"


def as_text(study: Study, width: int | None = None) -> str:
    """Return the table for a terminal, with the notes under it.

    Args:
        study: What to show.
        width: Columns of the terminal; asked of the terminal if not given (120 where there is none). Where the whole
            table does not fit, the columns that matter least are left out: the report has them.
    """
    page = io.StringIO()
    width = width or shutil.get_terminal_size((120, 24)).columns
    console = Console(file=page, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    rows = [text_row(result) for result in by_recipe(study)]
    _print_fitting(rows, console)
    for row in rows:
        if row[UA_MADE] != NOTHING:
            console.print(
                f"{row['recipe']} × {row['protocol']} (LEAKY): {row[MADE]} of the {row['test rows']} test rows are "
                f"synthetic; UA {row[UA_MADE]} % on these, {row[UA_REAL]} % on the real ones."
            )
    for note in notes(study):
        console.print(note)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def _print_fitting(rows: list[dict[str, str]], console: Console) -> None:
    """Print the table with as many columns as there is room for; marks are shown however narrow it is."""
    names = list(COLUMNS)
    for name in (*LEAST, None):
        table = _terminal_table(rows, names)
        needed = Measurement.get(console, console.options.update(width=1000), table).minimum
        if needed <= console.width or name is None:
            break
        names.remove(name)
    console.width = max(console.width, needed)
    console.print(table)


def _terminal_table(rows: list[dict[str, str]], names: list[str]) -> Table:
    """The table in rich's form. Only marks give way where the terminal is narrow: they wrap between words."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), collapse_padding=True)
    for name in names:
        cells = [*BROKEN.get(name, name).splitlines(), *(row[name] for row in rows)]
        table.add_column(
            BROKEN.get(name, name),
            justify="left" if name in COLUMNS[:4] else "right",
            no_wrap=name != "marks",
            min_width=len(f"{TRANSDUCTIVE},") if name == "marks" else max(map(cell_len, cells)),
        )
    for row in rows:
        table.add_row(*(row[name] for name in names))
    return table


def as_markdown(study: Study) -> str:
    """Return the table in Markdown, with the notes under it, for a README."""
    names = columns(study)
    rows = [text_row(result) for result in by_recipe(study)]
    table = [
        names,
        ["---" if name in COLUMNS[:4] else "---:" for name in names],
        *([_cell(row[name]) for name in names] for row in rows),
    ]
    lines = ["| " + " | ".join(cells) + " |" for cells in table]
    about = f"{study.corpus['name']}, {count(len(study.corpus['labels']), 'emotion')}"
    return "\n".join([*lines, "", f"{about}. " + " ".join(notes(study))])


def _cell(text: str) -> str:
    """Mark LEAKY so that it is seen, and keep a name's bar out of the table's bars."""
    return text.replace("|", r"\|").replace("LEAKY", "**LEAKY**")
