"""What a corpus holds, as text."""

from __future__ import annotations

import io
import shutil

from rich.console import Console
from rich.table import Table

from evenvoice.corpora import Corpus, Summary
from evenvoice.tables import NOTHING, count


def corpus_as_text(corpus: Corpus, summary: Summary, width: int | None = None) -> str:
    """Return a corpus for a terminal: utterances by speaker and emotion, hours, imbalance, licence, what is odd.

    Args:
        corpus: Which corpus.
        summary: What `evenvoice.corpora.summarise` found in it.
        width: Columns of the terminal; asked of the terminal if not given (120 where there is none).
    """
    width = width or shutil.get_terminal_size((120, 24)).columns
    labels = list(summary.totals)
    table = Table(box=None, pad_edge=False)
    table.add_column("speaker")
    for label in (*labels, "all"):
        table.add_column(label, justify="right", overflow="fold")
    for speaker, column in summary.counts.items():
        table.add_row(str(speaker), *(str(column[label]) for label in labels), str(column.sum()))
    table.add_section()
    every = sum(summary.totals.values())
    table.add_row("all", *(str(summary.totals[label]) for label in labels), str(every))
    hours = NOTHING if summary.hours is None else f"{summary.hours:.2f} h"
    speakers = count(summary.counts.shape[1], "speaker") if corpus.has("speaker") else "speakers not known"
    page = io.StringIO()
    console = Console(file=page, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    console.print(f"{summary.name}: {count(every, 'utterance')}, {speakers}, {count(len(labels), 'emotion')}")
    console.print(table)
    console.print(f"length: {hours}" + (f" ({summary.hours_note})" if summary.hours_note else ""))
    console.print(f"imbalance: largest emotion {summary.imbalance:.2f} times the smallest")
    console.print(f"licence: {corpus.licence}")
    if corpus.synthetic:
        console.print("synthetic: a machine spoke; no accuracy claim rests on this corpus")
    for oddity in summary.oddities or ["nothing"]:
        console.print(f"odd: {oddity}")
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())
