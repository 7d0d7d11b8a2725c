"""``evenvoice report``: an evaluation's page and figures, made again from its predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `evenvoice evaluate --out` wrote.")],
) -> None:
    """Write report.html and figures/ from the predictions in a folder."""
    from evenvoice.report import write_report

    print(write_report(folder))
