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
    as_json: options.AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, fractions.")] = False,
    as_latex: Annotated[bool, typer.Option("--latex", help="Print a LaTeX tabular (booktabs).")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> None:
    """Compare systems: UA and WA with intervals over speakers, and a paired test of each against the first.

    Example: evenvoice compare evaluation --protocol speaker-folds --latex
    """
    from evenvoice import report
    from evenvoice.study.systems import compare as compare_all
    from evenvoice.study.systems import read_systems, select

    if sum((as_json, as_csv, as_latex, as_markdown)) > 1:
        raise EvenvoiceError("compare: --json, --csv, --latex and --markdown exclude each other; name one")
    standings = compare_all(select(read_systems(sources), recipe, protocol))
    if as_json:
        print(json.dumps([standing.to_json() for standing in standings], indent=1))
    elif as_csv:
        print(report.systems_as_csv(standings))
    elif as_latex:
        print(report.systems_as_latex(standings))
    elif as_markdown:
        print(report.systems_as_markdown(standings))
    else:
        print(report.systems_as_text(standings))
