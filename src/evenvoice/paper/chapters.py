"""The chapters of the page: each table and figure of the paper beside what we measured."""

from __future__ import annotations

from evenvoice.paper import published as paper
from evenvoice.paper.accuracy import experiment_1, experiment_2, in_short
from evenvoice.paper.bounds import bounds
from evenvoice.paper.content import NOT_RUN, Chapter, grid
from evenvoice.paper.counts import table_1
from evenvoice.paper.curves import curves
from evenvoice.paper.emotions import confusion, emotions
from evenvoice.paper.methods import experiment_3
from evenvoice.paper.record import Record
from evenvoice.paper.settings import table_2
from evenvoice.paper.tables import Tables
from evenvoice.recipes import Recipe
from evenvoice.tables import NOTHING, per_cent


def chapters(tables: Tables, record: Record) -> list[Chapter]:
    """Return the whole page: the outcome in short, then everything in the order of the paper."""
    return [
        in_short(tables),
        _division(record),
        _settings(tables),
        experiment_1(tables),
        experiment_2(tables),
        curves(tables),
        confusion(tables),
        emotions(tables),
        experiment_3(tables),
        _what_it_could_be(),
    ]


def _division(record: Record) -> Chapter:
    """Table 1."""
    rows = [("published (IEMOCAP, 4 emotions)", f"{paper.TABLE_1.train} + {paper.TABLE_1.test}", *[NOTHING] * 2)]
    corpora = {"IEMOCAP’s published counts": paper.IEMOCAP, f"{record.corpus[0]}, whole": record.emotions}
    if record.scale is not None:
        corpora[f"{record.corpus[0]}, as run"] = record.kept
    for name, counts in corpora.items():
        found = table_1(counts)
        orders = (found.balanced_first, found.training_balanced, found.split_first)
        rows.append((name, *(f"{order.train} + {order.test}" for order in orders)))
    headings = ("", "balanced, then split", "split, then training part balanced", "split, not balanced")
    return Chapter(
        "table-1",
        "Table 1: rows of the training and of the test part",
        ("Training + test rows. The order in which one splits and balances shows in the counts, and needs no audio.",),
        (grid("Table 1", headings, rows),),
        notes=(
            f"{paper.TABLE_1.train} + {paper.TABLE_1.test} = 4 × {max(paper.IEMOCAP.values())}: the paper’s counts "
            "come out of “balanced, then split” and of none of the others.",
            *([_said("as run", record.kept)] if record.scale is not None else []),
            _said(record.corpus[0], record.emotions),
        ),
    )


def _said(name: str, counts: dict[str, int]) -> str:
    return f"Utterances, {name}: {', '.join(f'{emotion} {number}' for emotion, number in counts.items())}."


def _settings(tables: Tables) -> Chapter:
    """Table 2."""
    ours = next(
        (found for protocol in tables.protocols if (found := tables.ours(paper.OWN.recipe, protocol)) is not None), None
    )
    title = "Table 2: the recipe"
    if ours is None:
        return Chapter("table-2", title, (f"{paper.OWN.recipe}: {NOT_RUN}.",))
    rows = table_2(Recipe(**ours.result.runs[0].info["recipe"]))
    shown = grid("Table 2", ("", "published", "as run"), ((row.name, row.published, row.ours) for row in rows), words=3)
    return Chapter("table-2", title, (f"Recipe {paper.OWN.recipe}, read back from its runs.",), (shown,))


def _what_it_could_be() -> Chapter:
    """Section 5.3 of our notes on the paper: arithmetic on its own figures."""
    found = bounds(paper.IEMOCAP, {emotion: row.recall / 100 for emotion, row in paper.TABLE_5.items()})
    low, high = (per_cent(value) for value in found.wa)
    return Chapter(
        "bounds",
        "What the published figures leave for real recordings",
        (
            "Arithmetic on the recalls of Table 5 and IEMOCAP’s counts. If every synthetic test row was recognised, "
            f"the real ones have a WA of {low} % and a UA of {per_cent(found.ua[0])} %; if the synthetic ones were no "
            f"easier, a WA of {high} %. The 75 % without SMOTE lie between. Either way speakers were shared.",
        ),
    )
