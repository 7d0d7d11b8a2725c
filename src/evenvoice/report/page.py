"""The report: one self-contained HTML page and a folder of figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenvoice.files import writing
from evenvoice.progress import track
from evenvoice.report.compared import Compared, compared
from evenvoice.report.illustrations import Illustration, figure_kinds, illustrate_study
from evenvoice.report.sections import Section
from evenvoice.report.templates import fill_template
from evenvoice.study import Study, by_recipe, detectable, gaps, load_study, table_columns, table_notes

TEMPLATE = "page.html.jinja"


def write_report(folder: Path | str, *, reference: str | None = None, figures: str | Sequence[str] = ()) -> Path:
    """Write a study's page and figures, from its predictions and nothing else.

    Args:
        folder: What `evenvoice evaluate --out` wrote. ``report.html`` and ``figures/*.png`` go there, each written
            whole or not at all. The page needs no other file and no network.
        reference: The recipe that the others are compared with; the first that was asked for if not given.
        figures: Write the figures as ``pdf`` or ``svg`` as well.

    Returns:
        The page.

    Raises:
        EvenvoiceError: The folder holds no study or no finished run, or cannot be written to; a reference that is not
            there, or an unknown kind of figure.

    Examples:
        >>> write_report("nowhere")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: nowhere: holds no study.json; expected a folder that `evenvoice evaluate \
--out` wrote
    """
    kinds = figure_kinds(figures)
    study = load_study(folder)
    comparisons = compared(study, reference)
    sections = [Section(result, f"result-{number}") for number, result in enumerate(by_recipe(study), start=1)]
    overview = illustrate_study(study)
    drawn = [overview]
    for section in track(sections, "drawing the report"):
        drawn += section.illustrations
    for illustration in drawn:
        illustration.write(study.folder / "figures", kinds)
    page = study.folder / "report.html"
    with writing(page) as aside:
        aside.write_text(_page(study, sections, overview, comparisons), encoding="utf-8")
    return page


def _page(study: Study, sections: list[Section], overview: Illustration, comparisons: list[Compared]) -> str:
    """Fill the template; whatever a corpus or a recipe is called is escaped."""
    return fill_template(
        TEMPLATE,
        corpus=study.corpus,
        versions=study.info["versions"],
        sections=sections,
        overview=overview,
        comparisons=comparisons,
        detectable=detectable(study),
        columns=[
            column.name
            for column in table_columns(study)
            if column.name not in ("recipe", "shape", "protocol", "marks")
        ],
        notes=table_notes(study),
        gaps=gaps(study),
        commands=study.info.get("commands", []),
    )
