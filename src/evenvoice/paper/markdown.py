"""The chapters in Markdown."""

from __future__ import annotations

import re

from evenvoice.paper.content import Cell, Chapter, Grid
from evenvoice.paper.folder import Reproduction
from evenvoice.paper.opening import about, banners, differing, missing
from evenvoice.study.marks import LEAKY


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
            lines += [*_markdown_grid(grid), ""]
        for drawn in chapter.illustrations:
            lines += [f"![{_escaped(drawn.alt)}](figures/{drawn.name}.png)", "", _escaped(drawn.caption), ""]
        lines += [line for text in chapter.notes for line in (_escaped(text), "")]
    return "\n".join(lines).rstrip() + "\n"


def _markdown_grid(grid: Grid) -> list[str]:
    """A table in Markdown, its caption above it."""
    marked = f"**{LEAKY}** "
    heading = [(marked if column in grid.leaky else "") + text for column, text in enumerate(grid.headings)]
    words = [cell.words for cell in grid.rows[0]] if grid.rows else [True] * len(heading)
    rule = ["---" if word else "---:" for word in words]
    rows = [[_markdown_cell(cell) for cell in row] for row in grid.rows]
    return [f"**{grid.caption}**", "", *("| " + " | ".join(cells) + " |" for cells in (heading, rule, *rows))]


def _markdown_cell(cell: Cell) -> str:
    text = "<br>".join(_escaped(line) for line in cell.lines)
    return f"{text}<br>**{LEAKY}**" if cell.leaky else text


def _escaped(text: str) -> str:
    """Keep a name's signs out of the Markdown."""
    return re.sub(r"([|<>*_`\[\]])", r"\\\1", text).replace("\n", " ")
