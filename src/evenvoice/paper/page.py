"""The page in HTML and Markdown, and its tables for a terminal: the same chapters, from the runs on disk alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenvoice.arguments import as_path
from evenvoice.files import writing
from evenvoice.metrics import trust
from evenvoice.paper.chapters import chapters
from evenvoice.paper.content import NOT_RUN, Chapter, Grid, protocol_words, published
from evenvoice.paper.experiments import SYSTEMS, differences, system
from evenvoice.paper.record import Reproduction, open_reproduction
from evenvoice.paper.tables import Measured, Ours, Row, Tables
from evenvoice.recipes import open_recipe, recipe_names
from evenvoice.report import figure_kinds, fill_template
from evenvoice.study import INCOMPLETE, LEAKY, TRANSDUCTIVE
from evenvoice.tables import Column, Table, count, escape_markdown, with_interval


def banners(found: Reproduction) -> list[tuple[str, str]]:
    """Return what must be read before any figure, the gravest first: a word, and the sentences after it."""
    record, tables = found.record, found.tables
    said = []
    if record.quick:
        said.append(("QUICK", "A few epochs of short inputs: every step works, and no figure here says anything."))
    if record.scale is not None:
        kept, whole = sum(record.kept.values()), sum(record.emotions.values())
        said.append(("SCALED", f"{count(kept, 'utterance')} of {whole} were run."))
    if tables.study.corpus["synthetic"]:
        said.append(("SYNTHETIC SPEECH", "A machine spoke this corpus, and no accuracy claim rests on it."))
    leaky = [f"{ours.result.recipe} × {ours.result.protocol}" for ours in tables.shown() if ours.result.leaky]
    if leaky:
        words = (
            f"{count(len(leaky), 'result')} in the paper’s own order, in which the whole corpus is normalised and "
            f"balanced before it is split ({', '.join(leaky)}). They show the effect of that order; they do not "
            "measure recognition."
        )
        said.append((LEAKY, words))
    return said


def differing(found: Reproduction) -> list[str]:
    """Say which recipes were run with other settings than shipped, and with which."""
    groups: dict[str, list[str]] = {}
    for recipe, ours in {ours.result.recipe: ours for ours in found.tables.shown()}.items():
        if recipe not in SYSTEMS and recipe not in recipe_names():
            groups.setdefault("not shipped, so there is nothing to compare its settings with", []).append(recipe)
            continue
        shipped = system(recipe) if recipe in SYSTEMS else open_recipe(recipe)
        changed = differences(ours.result.runs[0].info["recipe"], shipped)
        if changed:
            groups.setdefault(f"other settings than shipped: {'; '.join(changed)}", []).append(recipe)
    return [f"{', '.join(recipes)}: {what}." for what, recipes in groups.items()]


def missing(found: Reproduction) -> list[str]:
    """Say what is not there: failed, not run, not complete."""
    said = [f"{recipe} failed: {why}" for recipe, why in found.record.failures.items()]
    absent = found.tables.not_run()
    if absent:
        said.append(f"Not run: {'; '.join(absent)}.")
    said += [
        f"Not complete: {ours.result.recipe} × {ours.result.protocol}."
        for ours in found.tables.shown()
        if INCOMPLETE in ours.marks
    ]
    return said


def about(found: Reproduction) -> list[str]:
    """Say on what data this is, and how to read the figures."""
    record, tables = found.record, found.tables
    corpus = tables.study.corpus
    same = corpus["name"] == "iemocap" and set(corpus["labels"]) == {"angry", "happy", "sad", "neutral"}
    data = (
        "The paper’s corpus and its four emotions, happy without excited."
        if same and sum(record.emotions.values()) == 4490
        else "The paper’s data are IEMOCAP’s angry, happy, sad and neutral. These are others, so the levels cannot be "
        "compared with its figures; what can be compared is the effect of each step."
    )
    said = [
        f"{corpus['name']}: {count(corpus['utterances'], 'utterance')}, {count(len(corpus['labels']), 'emotion')} "
        f"({', '.join(corpus['labels'])}). Licence: {corpus['licence'] or 'not stated'}. {data}",
        "WA: share of test rows recognised, the paper’s “accuracy”. UA: mean of the emotions’ recalls. Per cent, with "
        "95 % intervals in brackets, then seeds × folds and the time of all fits and answers, each on one thread.",
    ]
    shown = tables.shown()
    if shown:
        unseen = [ours for ours in shown if ours.result.protocol == tables.unseen]
        said.append(trust((unseen or shown)[0].every.ua))
        targets = dict.fromkeys(ours.every.ua.target for ours in shown)
        said.append(f"The intervals are for {'; those of others for '.join(targets)}.")
    said.append(
        "Each contradiction in the paper, how it was resolved, and the option for the other reading: "
        "docs/contradictions.md of evenvoice."
    )
    return said


def as_markdown(found: Reproduction, parts: list[Chapter]) -> str:
    """The same in Markdown."""
    study = found.tables.study
    lines = [f"# SMOTE-2DCNN, reproduced on {_escaped(study.corpus['name'])}", ""]
    lines += [f"    {command}" for command in study.info.get("commands", [])] + [""]
    for word, text in banners(found):
        lines += [f"> **{word}**: {_escaped(text)}", ""]
    for text in about(found):
        lines += [_escaped(text), ""]
    for title, texts in (("Settings", differing(found)), ("Not there", missing(found))):
        if texts:
            lines += [f"{title}:", "", *(f"- {_escaped(text)}" for text in texts), ""]
    for chapter in parts:
        lines += [f"## {chapter.title}", ""]
        lines += [line for text in chapter.words for line in (_escaped(text), "")]
        for grid in chapter.grids:
            lines += [_grid_table(grid).to_markdown(), ""]
        for drawn in chapter.illustrations:
            lines += [f"![{_escaped(drawn.alt)}](figures/{drawn.name}.png)", "", _escaped(drawn.caption), ""]
        lines += [line for text in chapter.notes for line in (_escaped(text), "")]
    return "\n".join(lines).rstrip() + "\n"


def _grid_table(grid: Grid) -> Table:
    """A table of the page as a `Table`, LEAKY in words."""
    words = [cell.words for cell in grid.rows[0]] if grid.rows else [True] * len(grid.headings)
    headings = [(f"{LEAKY} " if number in grid.leaky else "") + text for number, text in enumerate(grid.headings)]
    columns = [Column(text, number=not word) for text, word in zip(headings, words, strict=True)]
    rows = [["\n".join((*cell.lines, LEAKY) if cell.leaky else cell.lines) for cell in row] for row in grid.rows]
    return Table(columns, rows, grid.caption, strong=(LEAKY,))


def _escaped(text: str) -> str:
    """Keep a name's signs out of the Markdown."""
    return escape_markdown(text).replace("\n", " ")


def as_text(tables: Tables, width: int | None = None) -> str:
    """Return Tables 3 and 4 (WA) and Table 6 (UA), published beside ours, for a terminal."""
    shown = (
        ("Table 3, WA %", tables.table_3, "wa"),
        ("Table 4, WA %", tables.table_4, "wa"),
        ("Table 6, UA %", tables.table_6, "ua"),
    )
    return "\n\n".join(_table(title, rows, measure, tables.unseen).to_text(width) for title, rows, measure in shown)


def _table(title: str, rows: list[Row], measure: str, unseen: str) -> Table:
    """One table; a protocol that no row has is not a column."""
    protocols = list(dict.fromkeys(protocol for row in rows for protocol in row.ours))
    columns = [Column("", wraps=True), Column("published", number=True)]
    for rank, protocol in enumerate(protocols, start=1):
        columns.append(Column(protocol_words(protocol, unseen), number=True, rank=0 if protocol == unseen else rank))
    lines = []
    for row in rows:
        cells = [_cell(row.ours[protocol], measure) if protocol in row.ours else "" for protocol in protocols]
        lines.append([row.name, published(getattr(row, measure), 1 if measure == "ua" else 0), *cells])
    return Table(columns, lines, title)


def _cell(ours: Ours | None, measure: str) -> str:
    """The score; under the paper's order that of the real test rows too."""
    if ours is None:
        return NOT_RUN
    shown = [mark for mark in ours.marks if mark in (LEAKY, TRANSDUCTIVE, INCOMPLETE)]
    said = " ".join([_score(ours.every, measure), *shown])
    return f"{said}\n(real test rows {_score(ours.real, measure)})" if ours.real else said


def _score(part: Measured, measure: str) -> str:
    return with_interval(getattr(part, measure))


PAGE, MARKDOWN = "reproduction.html", "reproduction.md"
_TEMPLATE = "reproduction.html.jinja"


def write_page(folder: Path | str, *, figures: str | Sequence[str] = ()) -> Path:
    """Write the page, the Markdown and their figures, from the runs in a folder and nothing else.

    Args:
        folder: What `evenvoice reproduce --out` wrote. What is not there yet is said to be not run.
        figures: Write the figures as ``pdf`` or ``svg`` as well.

    Returns:
        The page.

    Raises:
        EvenvoiceError: The folder holds no reproduction, no finished run, or cannot be written to.
    """
    folder, kinds = as_path(folder, "folder"), figure_kinds(figures)
    found = open_reproduction(folder)
    parts = chapters(found.tables, found.record)
    for illustration in (each for chapter in parts for each in chapter.illustrations):
        illustration.write(folder / "figures", kinds)
    with writing(folder / MARKDOWN) as aside:
        aside.write_text(as_markdown(found, parts), encoding="utf-8")
    with writing(folder / PAGE) as aside:
        aside.write_text(_html(found, parts), encoding="utf-8")
    return folder / PAGE


def _html(found: Reproduction, parts: list[Chapter]) -> str:
    """Fill the template; whatever a corpus is called is escaped."""
    study = found.tables.study
    return fill_template(
        _TEMPLATE,
        ("paper", "report"),
        corpus=study.corpus,
        version=study.info["versions"]["evenvoice"],
        commands=study.info.get("commands", []),
        banners=banners(found),
        about=about(found),
        differing=differing(found),
        missing=missing(found),
        chapters=parts,
    )
