"""Figure 5 and Table 5: the confusion matrix, and each emotion's precision, recall and F1."""

from __future__ import annotations

from evenvoice.paper import published as paper
from evenvoice.paper.content import NOT_RUN, Cell, Chapter, Grid, protocol_words, published
from evenvoice.paper.experiments import PAPER
from evenvoice.paper.tables import INCOMPLETE, Ours, Tables
from evenvoice.report.figures import confusion_figure
from evenvoice.report.illustrations import Illustration
from evenvoice.study.marks import LEAKY
from evenvoice.tables import NOTHING, count, per_cent, with_interval


def confusion(tables: Tables) -> Chapter:
    """Figure 5: the paper prints no numbers of its matrix but the rates in the text."""
    drawn, columns = [], []
    for protocol in tables.protocols:
        ours = tables.ours(paper.OWN.recipe, protocol)
        columns.append((protocol, ours))
        if ours is not None:
            drawn.append(_confusion_of(ours))
    rows = []
    for emotion in tables.labels:
        printed = paper.TABLE_5.get(emotion)
        cells = [Cell.of(emotion, words=True)]
        cells += [
            Cell.of(published(printed.rate_in_text if printed else None)),
            Cell.of(published(printed.recall if printed else None)),
        ]
        for protocol, ours in columns:
            parts = (ours.every, ours.real, ours.synthetic) if ours else (None, None, None)
            for part in parts if protocol == PAPER else parts[:1]:
                text = with_interval(part.recalls.get(emotion)) if part else NOTHING if ours else NOT_RUN
                cells.append(Cell.of(text))
        rows.append(tuple(cells))
    headings = ["", "published, text", "published, Table 5"]
    for protocol, _ in columns:
        words = protocol_words(protocol, tables.unseen)
        headings += [f"{words}, all", "its real rows", "its synthetic rows"] if protocol == PAPER else [words]
    shown = Grid("Recall (true positive rate) of each emotion, %", tuple(headings), tuple(rows), frozenset({3, 4, 5}))
    return Chapter(
        "figure-5",
        "Figure 5: confusion matrix",
        (
            "The paper prints its matrix as a picture, and four rates in the text; the rates in its Table 5 are "
            "others, though a true positive rate is a recall. The table is a mean over seeds, whose test parts differ: "
            "a whole can lie outside its parts. The pictures add up the rows of all seeds.",
        ),
        (shown,),
        tuple(drawn),
    )


def _confusion_of(ours: Ours) -> Illustration:
    result = ours.result
    mark = f"{LEAKY}: " if result.leaky else ""
    recalls = ", ".join(f"{name} {per_cent(value.estimate)} %" for name, value in ours.every.recalls.items())
    made = ", the synthetic ones included" if ours.synthetic else ""
    return Illustration.of(
        confusion_figure(result),
        f"reproduction-figure-5-{result.protocol}",
        f"{mark}Confusion matrix of {result.recipe}, {result.protocol}. Recall: {recalls}.",
        f"{mark}All test rows of {count(len(result.seeds), 'seed')}{made}. A row sums to 100 %.",
    )


def emotions(tables: Tables) -> Chapter:
    """Table 5."""
    grids = [grid for protocol in tables.protocols if (grid := _emotions_under(tables, protocol)) is not None]
    absent = [emotion for emotion in paper.TABLE_5 if emotion not in tables.labels]
    words = [f"Recipe {paper.OWN.recipe}." if grids else f"Recipe {paper.OWN.recipe}: {NOT_RUN}."]
    if absent:
        words.append(f"Emotions of the paper that are not among ours: {', '.join(absent)}.")
    return Chapter("table-5", "Table 5: precision, recall and F1", tuple(words), tuple(grids))


def _emotions_under(tables: Tables, protocol: str) -> Grid | None:
    scores = tables.table_5(protocol)
    if scores is None:
        return None
    leaky = protocol == PAPER
    rows = []
    for emotion, found in scores.items():
        printed = paper.TABLE_5.get(emotion)
        cells = [Cell.of(emotion, words=True)]
        for measure in ("precision", "recall", "f1"):
            cells.append(Cell.of(published(getattr(printed, measure) if printed else None)))
            cells.append(Cell.of(with_interval(found[measure])))
        rows.append(tuple(cells))
    headings = [""]
    for measure in ("precision", "recall", "F1"):
        headings += [f"{measure}, published", f"{measure} %, ours"]
    ours = tables.ours(paper.OWN.recipe, protocol)
    caption = f"Table 5, {protocol_words(protocol, tables.unseen)}" + (f", all test rows ({LEAKY})" if leaky else "")
    if ours and INCOMPLETE in ours.marks:
        caption += f" ({INCOMPLETE})"
    return Grid(caption, tuple(headings), tuple(rows), frozenset({2, 4, 6}) if leaky else frozenset())
