"""``evenvoice report``: an evaluation's page and figures, made again from its predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `evenvoice evaluate --out` wrote.")],
    reference: options.Reference = None,
    figures: options.Figures = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Print the scores apart by speaker, gender, age, duration or any column of the corpus. Repeatable.",
        ),
    ] = None,
) -> None:
    """Write report.html and figures/ from the predictions in a folder.

    Example: evenvoice report evaluation --reference 2dcnn --figures pdf --by gender
    """
    from evenvoice.report import breakdowns, write_report

    tables = breakdowns(folder, by or [])
    page = write_report(folder, reference=reference, figures=figures or [])
    for table in tables:
        print(table)
    print(page)
