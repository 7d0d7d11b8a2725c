"""What a corpus holds, as text."""

from __future__ import annotations

from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.summary import Summary
from evenvoice.tables import NOTHING, Column, Table, count


def corpus_as_text(corpus: Corpus, summary: Summary, width: int | None = None) -> str:
    """Return a corpus for a terminal: utterances by speaker and emotion, hours, imbalance, licence, warnings.

    Args:
        corpus: Which corpus.
        summary: What `evenvoice.corpora.summarise` found in it.
        width: Columns of the terminal; asked of the terminal if not given (120 where there is none).
    """
    labels = list(summary.totals)
    columns = [Column("speaker"), *(Column(label, number=True) for label in (*labels, "all"))]
    rows = [
        [str(speaker), *(str(column[label]) for label in labels), str(column.sum())]
        for speaker, column in summary.counts.items()
    ]
    every = sum(summary.totals.values())
    rows.append(["all", *(str(summary.totals[label]) for label in labels), str(every)])
    hours = NOTHING if summary.hours is None else f"{summary.hours:.2f} h"
    speakers = count(summary.counts.shape[1], "speaker") if corpus.has("speaker") else "speakers not known"
    synthetic = ["synthetic: a machine spoke; no accuracy claim rests on this corpus"] if corpus.synthetic else []
    notes = [
        f"length: {hours}" + (f" ({summary.hours_note})" if summary.hours_note else ""),
        f"imbalance: largest emotion {summary.imbalance:.2f} times the smallest",
        f"licence: {corpus.licence}",
        *synthetic,
        *(f"warning: {warning}" for warning in summary.warnings or ["none"]),
    ]
    title = f"{summary.name}: {count(every, 'utterance')}, {speakers}, {count(len(labels), 'emotion')}"
    return Table(columns, rows, title, notes).to_text(width)
