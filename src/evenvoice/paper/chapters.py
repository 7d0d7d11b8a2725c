"""The chapters of the page: each table and figure of the paper beside what we measured."""

from __future__ import annotations

from collections.abc import Iterator

from evenvoice.metrics import compare_systems
from evenvoice.paper import published as paper
from evenvoice.paper.arithmetic import bounds, table_1, table_2
from evenvoice.paper.content import NOT_RUN, Cell, Chapter, Grid, comparison, grid, protocol_words, published, share
from evenvoice.paper.experiments import PAPER
from evenvoice.paper.figures import curves, experiment_3
from evenvoice.paper.record import Record
from evenvoice.paper.tables import Ours, Tables
from evenvoice.recipes import Recipe
from evenvoice.report import Illustration, confusion_figure
from evenvoice.study import INCOMPLETE, LEAKY
from evenvoice.tables import NOTHING, count, p_value, per_cent, with_interval


def in_short(tables: Tables) -> Chapter:
    """The paper's own system in one line each: what is published, and what it comes to here."""
    own = paper.OWN
    lines = [f"{own.name} ({own.recipe}): published WA {own.wa:g} %, UA {own.ua:g} %."]
    for protocol in tables.protocols:
        ours = tables.ours(own.recipe, protocol)
        words = protocol_words(protocol, tables.unseen)
        if ours is None:
            lines.append(f"Ours, {words}: {NOT_RUN}.")
            continue
        real = f"; on its real test rows alone WA {with_interval(ours.real.wa)} %" if ours.real else ""
        mark = "".join(f", {mark}" for mark in ours.marks)
        lines.append(
            f"Ours, {words}{mark}: WA {with_interval(ours.every.wa)} %, UA {with_interval(ours.every.ua)} %{real}."
        )
    return Chapter("in-short", "In short", tuple(lines))


def experiment_1(tables: Tables) -> Chapter:
    """Table 3."""
    mean, array = (row.recipe for row in paper.TABLE_3)
    return Chapter(
        "table-3",
        "Experiment 1, Table 3: mean or entire arrays",
        ("Both without SMOTE: the paper’s 75 % here is the 75 % of Table 4’s “Without SMOTE”.",),
        (comparison("Table 3", tables.table_3, tables.protocols, tables.unseen),),
        notes=tuple(_differences(tables, mean, array, "Entire arrays instead of the mean")),
    )


def experiment_2(tables: Tables) -> Chapter:
    """Table 4."""
    notes = []
    ours = tables.ours(paper.OWN.recipe, PAPER)
    if ours is not None and ours.synthetic is not None:
        notes.append(
            f"{LEAKY}: {share(ours.synthetic, ours)} % of the test rows of the paper’s order are interpolated. WA is "
            f"{per_cent(ours.synthetic.wa.estimate)} % on these and "
            f"{per_cent(ours.real.wa.estimate) if ours.real else NOTHING} % on what was recorded."
        )
    notes += _differences(tables, "2dcnn-array", "smote-2dcnn-array", "SMOTE, entire arrays")
    notes += _differences(tables, "2dcnn-mean", "smote-2dcnn-mean", "SMOTE, mean")
    return Chapter(
        "table-4",
        "Experiment 2, Table 4: with and without SMOTE",
        (
            "The paper’s two figures are of two test parts: a balanced one, partly synthetic, and a natural one. So "
            "are ours under its order; under the other protocols both systems are tested on the same utterances.",
        ),
        (comparison("Table 4", tables.table_4, tables.protocols, tables.unseen),),
        notes=tuple(notes),
    )


def _differences(tables: Tables, first: str, second: str, what: str) -> Iterator[str]:
    """Say what the second system gains over the first, where both tested the same utterances."""
    for protocol in tables.protocols:
        one, other = tables.ours(first, protocol), tables.ours(second, protocol)
        if protocol == PAPER or one is None or other is None:
            continue
        seeds = [seed for seed in one.result.seeds if seed in other.result.seeds]
        pairs = [(one.result.pooled[seed], other.result.pooled[seed]) for seed in seeds]
        # A fold that one of them lacks yet is not a difference between them.
        pairs = [(a, b) for a, b in pairs if set(a["utterance"]) == set(b["utterance"])]
        if not pairs:
            continue
        found = compare_systems([a for a, _ in pairs], [b for _, b in pairs], one.result.labels)
        yield (
            f"{what}, {protocol_words(protocol, tables.unseen)}: WA {with_interval(found.difference_wa, signed=True)} "
            f"points (p {p_value(found.p_wa)}), UA {with_interval(found.difference_ua, signed=True)} points "
            f"(p {p_value(found.p_ua)}); {count(len(pairs), 'seed')}; {found.target}."
        )


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
