"""``reproduction.html`` and ``reproduction.md``: the same chapters in two forms, from the runs on disk alone."""

from __future__ import annotations

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from evenvoice.files import writing
from evenvoice.paper.chapters import chapters
from evenvoice.paper.content import Chapter
from evenvoice.paper.folder import Reproduction, open_reproduction
from evenvoice.paper.markdown import as_markdown
from evenvoice.paper.opening import about, banners, differing, missing

PAGE, MARKDOWN = "reproduction.html", "reproduction.md"
_TEMPLATE = "reproduction.html.jinja"


def write_page(folder: Path | str) -> Path:
    """Write the page, the Markdown and their figures, from the runs in a folder and nothing else.

    Args:
        folder: What `evenvoice reproduce --out` wrote. What is not there yet is said to be not run.

    Returns:
        The page.

    Raises:
        EvenvoiceError: The folder holds no reproduction, no finished run, or cannot be written to.
    """
    folder = Path(folder)
    found = open_reproduction(folder)
    parts = chapters(found.tables, found.record)
    for illustration in (each for chapter in parts for each in chapter.illustrations):
        with writing(folder / "figures" / f"{illustration.name}.png") as aside:
            aside.write_bytes(illustration.png)
    with writing(folder / MARKDOWN) as aside:
        aside.write_text(as_markdown(found, parts), encoding="utf-8")
    with writing(folder / PAGE) as aside:
        aside.write_text(_html(found, parts), encoding="utf-8")
    return folder / PAGE


def _html(found: Reproduction, parts: list[Chapter]) -> str:
    """Fill the template; whatever a corpus is called is escaped."""
    loader = ChoiceLoader([PackageLoader("evenvoice", "paper"), PackageLoader("evenvoice", "report")])
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    study = found.tables.study
    return environment.get_template(_TEMPLATE).render(
        corpus=study.corpus,
        version=study.info["versions"]["evenvoice"],
        commands=study.info.get("commands", []),
        banners=banners(found),
        about=about(found),
        differing=differing(found),
        missing=missing(found),
        chapters=parts,
    )
