"""Tables 3, 4 and 6 in short, for a terminal."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table

from evenvoice.paper.content import NOT_RUN, protocol_words, published
from evenvoice.paper.tables import INCOMPLETE, Measured, Ours, Row, Tables
from evenvoice.study.marks import LEAKY, TRANSDUCTIVE
from evenvoice.tables import with_interval


def as_text(tables: Tables, width: int = 160) -> str:
    """Return Tables 3 and 4 (WA) and Table 6 (UA), published beside ours."""
    page = io.StringIO()
    console = Console(file=page, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    for title, rows, measure in (
        ("Table 3, WA %", tables.table_3, "wa"),
        ("Table 4, WA %", tables.table_4, "wa"),
        ("Table 6, UA %", tables.table_6, "ua"),
    ):
        console.print(_table(title, rows, measure, tables.unseen))
        console.print()
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()).rstrip()


def _table(title: str, rows: list[Row], measure: str, unseen: str) -> Table:
    """One table; a protocol that no row has is no column."""
    protocols = list(dict.fromkeys(protocol for row in rows for protocol in row.ours))
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("published", justify="right")
    for protocol in protocols:
        table.add_column(protocol_words(protocol, unseen), justify="right")
    for row in rows:
        cells = [_cell(row.ours[protocol], measure) if protocol in row.ours else "" for protocol in protocols]
        table.add_row(row.name, published(getattr(row, measure), 1 if measure == "ua" else 0), *cells)
    return table


def _cell(ours: Ours | None, measure: str) -> str:
    """The score; under the paper's order that of the real test rows too."""
    if ours is None:
        return NOT_RUN
    shown = [mark for mark in ours.marks if mark in (LEAKY, TRANSDUCTIVE, INCOMPLETE)]
    said = " ".join([_score(ours.every, measure), *shown])
    return f"{said}\n(real test rows {_score(ours.real, measure)})" if ours.real else said


def _score(part: Measured, measure: str) -> str:
    return with_interval(getattr(part, measure))
