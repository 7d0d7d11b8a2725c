"""``evenvoice compare``: the table of systems that a paper prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options
from evenvoice.errors import EvenvoiceError


def compare(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR…", help="Folders that `evenvoice evaluate --out` wrote, or .csv tables of predictions."
        ),
    ],
    recipe: Annotated[list[str] | None, typer.Option(help="Only this recipe. Repeatable; the first is first.")] = None,
    protocol: Annotated[list[str] | None, typer.Option(help="Only this protocol. Repeatable.")] = None,
    reference: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The system to compare the others with.", show_default="the first"),
    ] = None,
    as_json: options.AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, fractions.")] = False,
    as_latex: Annotated[bool, typer.Option("--latex", help="Print a LaTeX tabular (booktabs).")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> None:
    """Compare systems: UA and WA with intervals, and a paired test of each against the first.

    Example: evenvoice compare evaluation --protocol speaker-folds --latex
    """
    from evenvoice.study import compare as compare_all

    if sum((as_json, as_csv, as_latex, as_markdown)) > 1:
        raise EvenvoiceError("compare: --json, --csv, --latex and --markdown exclude each other; name one")
    standings = compare_all(sources, reference, recipes=recipe, protocols=protocol)
    if as_json:
        print(json.dumps([standing.to_json() for standing in standings], indent=1))
        return
    table = standings.table()
    for asked, text in ((as_csv, table.to_csv), (as_latex, table.to_latex), (as_markdown, table.to_markdown)):
        if asked:
            print(text())
            return
    print(table)
