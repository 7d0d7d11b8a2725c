"""Experiment 3: Table 6 and Figure 6, the rivals."""

from __future__ import annotations

from collections.abc import Iterator

from evenvoice.paper.content import Cell, Chapter, Grid, ours_cell, part_cell, protocol_words, published
from evenvoice.paper.experiments import PAPER, absent_rivals
from evenvoice.paper.figures import methods_figure
from evenvoice.paper.tables import Row, Tables
from evenvoice.report.illustrations import Illustration
from evenvoice.study.marks import LEAKY, units
from evenvoice.tables import NOTHING, count, with_interval


def experiment_3(tables: Tables) -> Chapter:
    """Table 6 and Figure 6."""
    rows = []
    for row in tables.table_6:
        if row.wa is None and row.ours[tables.unseen] is None and row.recipe in absent_rivals(()):
            continue
        numbers = [Cell.of(published(row.ua, 1)), Cell.of(published(row.wa, 1)), ours_cell(row.ours[tables.unseen])]
        rows.append((_named(row), *numbers, Cell.of(row.remark or NOTHING, words=True)))
        if PAPER in row.ours:
            name = Cell((f"{row.name}, paper’s order", row.recipe), words=True)
            same = [Cell.of(published(row.ua, 1)), Cell.of(published(row.wa, 1)), ours_cell(row.ours[PAPER])]
            rows.append((name, *same, Cell.of("the order in which the published row was made", words=True)))
            parts = row.ours[PAPER]
            if parts is not None and parts.real is not None:
                real = Cell((f"{row.name}, paper’s order, real test rows", row.recipe), words=True)
                cell = part_cell(parts.real, parts.result.leaky)
                rows.append((real, Cell.of(NOTHING), Cell.of(NOTHING), cell, Cell.of(NOTHING, words=True)))
    words = protocol_words(tables.unseen, tables.unseen)
    ours = f"ours: {words}, but for the paper’s order"
    headings = ("", "published UA %", "published WA %", ours, "what the published figure is")
    absent = absent_rivals([result.recipe for result in tables.study.results])
    notes = [f"Not among the shipped recipes, so not run: {', '.join(absent)}."] if absent else []
    return Chapter(
        "table-6",
        "Experiment 3, Table 6 and Figure 6: rivals",
        (
            "The published figures are of different sets of utterances and different protocols, as far as these are "
            "known; one is of a system with text. Ours are of one corpus and, but for the paper’s order, of one "
            "protocol and the same folds. Classifiers that the paper names without figures stand below.",
        ),
        (Grid("Table 6", headings, tuple(rows)),),
        tuple(_methods(tables)),
        tuple(notes),
    )


def _named(row: Row) -> Cell:
    """A row's first cell; a recipe that the paper has no name for is named once."""
    return Cell(tuple(dict.fromkeys((row.name, row.recipe))), words=True)


def _methods(tables: Tables) -> Iterator[Illustration]:
    """Figure 6, where anything of it was run."""
    found = [(row, row.ours[tables.unseen]) for row in tables.table_6]
    if not any(ours for _, ours in found):
        return
    corpus = [f"{tables.study.corpus['name']}, {count(len(tables.labels), 'emotion')}"]
    if tables.study.corpus["synthetic"]:
        corpus.append("synthetic speech: no accuracy claim rests on it")
    said = "; ".join(f"{row.name} {with_interval(ours.every.ua)} %" for row, ours in found if ours)
    yield Illustration.of(
        methods_figure(tables.table_6, tables.unseen, corpus),
        "reproduction-figure-6",
        f"Published and our UA and WA of each method. Our UA: {said}.",
        "The published bars are of other data and other protocols than ours, and of other ones among themselves: see "
        f"the table. Whiskers and brackets: 95 % intervals over {units(tables.study)}. Hatched: {LEAKY}.",
    )
