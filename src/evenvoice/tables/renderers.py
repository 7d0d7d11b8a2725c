"""A table as text, Markdown, HTML, LaTeX and CSV."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evenvoice.printing import cell, printable

if TYPE_CHECKING:
    import rich.table
    from rich.console import Console

    from evenvoice.tables.table import Column, Table

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"$<$", ">": r"$>$", "−": "$-$", "–": "--",
    "×": r"$\times$", "±": r"$\pm$", "\n": " ",
}  # fmt: skip


def terminal_width() -> int:
    """Return the columns of the terminal; 120 where there is none."""
    return shutil.get_terminal_size((120, 24)).columns


def as_text(table: Table, width: int | None = None) -> str:
    """Return the table for a terminal of so many columns."""
    table, page = _plain(table), io.StringIO()
    console = _console(page, width)
    if table.title:
        console.print(table.title)
    left_out = _print_fitting(table, console)
    notes = list(table.notes)
    if left_out:
        notes.append(f"Not shown in {width or terminal_width()} columns: {', '.join(left_out)}.")
    for note in notes:
        console.print(note)
    return _lines(page)


def wrapped(text: str, width: int | None = None) -> str:
    """Return a sentence broken between words for a terminal of so many columns, as the notes of a table are.

    Args:
        text: May have lines, which are broken each alone.
        width: Columns; asked of the terminal if not given (120 where there is none).

    Examples:
        >>> print(wrapped("10 speakers find a difference of 8.1 points.", 24))
        10 speakers find a
        difference of 8.1
        points.
    """
    page = io.StringIO()
    _console(page, width).print(printable(text, keep="\n"))
    return _lines(page)


def _console(page: io.StringIO, width: int | None) -> Console:
    from rich.console import Console

    return Console(
        file=page,
        width=width or terminal_width(),
        highlight=False,
        markup=False,
        emoji=False,
        color_system=None,
        force_jupyter=False,  # in a notebook rich would show the text there, and write nothing
    )


def _lines(page: io.StringIO) -> str:
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def as_markdown(table: Table) -> str:
    """Return the table in Markdown."""
    table = _plain(table)
    rule = ["---:" if column.number else "---" for column in table.columns]
    rows = [[_markdown(cell, table.strong) for cell in row] for row in table.rows]
    heading = [_markdown(column.name, table.strong) for column in table.columns]
    lines = ["| " + " | ".join(cells) + " |" for cells in (heading, rule, *rows)]
    title = [f"**{_markdown(table.title, ())}**", ""] if table.title else []
    notes = ["", escape_markdown(" ".join(table.notes))] if table.notes else []
    return "\n".join([*title, *lines, *notes])


def as_html(table: Table) -> str:
    """Return the table in HTML; every cell is escaped."""
    table = _plain(table)
    caption = f"<caption>{html.escape(table.title)}</caption>" if table.title else ""
    lines = [f"<table>{caption}", "<thead>", _html_row("th", [c.name for c in table.columns], table), "</thead>"]
    lines += ["<tbody>", *(_html_row("td", row, table) for row in table.rows), "</tbody>", "</table>"]
    if table.notes:
        lines += ["<ul>", *(f"<li>{html.escape(note)}</li>" for note in table.notes), "</ul>"]
    return "\n".join(lines)


def as_latex(table: Table) -> str:
    """Return a ``table``, with title and notes in its caption."""
    table = _plain(table)
    alignment = "".join("r" if column.number else "l" for column in table.columns)
    lines = [rf"\begin{{tabular}}{{{alignment}}}", r"\toprule", _latex_row(c.name for c in table.columns), r"\midrule"]
    lines += [_latex_row(row) for row in table.rows]
    words = [text for text in (table.title, *table.notes) if text]
    caption = [rf"\caption{{{' '.join(map(_latex, words))}}}"] if words else []
    return "\n".join([r"\begin{table}", *caption, *lines, r"\bottomrule", r"\end{tabular}", r"\end{table}"])


def as_csv(table: Table) -> str:
    """Return the values as CSV; the cells where no values are known. No name in it is a spreadsheet's formula."""
    table, page = _plain(table), io.StringIO()
    if table.values is None:
        writer = csv.writer(page, lineterminator="\n")
        writer.writerow([cell(column.name) for column in table.columns])
        writer.writerows([cell(text) for text in row] for row in table.rows)
    else:
        names = list(dict.fromkeys(name for row in table.values for name in row))
        rows = csv.DictWriter(page, names, restval="", lineterminator="\n")
        rows.writerow({name: cell(name) for name in names})
        rows.writerows(
            {name: cell(_shown(value)) if isinstance(value, str) else value for name, value in row.items()}
            for row in table.values
        )
    return page.getvalue().rstrip("\n")


def _print_fitting(table: Table, console: Console) -> list[str]:
    """Print as many columns as there is room for; return the names of those that were left out."""
    from rich.measure import Measurement

    shown = [number for number, column in enumerate(table.columns) if column.in_text]
    leave = sorted((n for n in shown if table.columns[n].rank), key=lambda n: -table.columns[n].rank)
    left_out = []
    while True:
        drawn = _drawn(table, shown)
        needed = Measurement.get(console, console.options.update(width=1000), drawn).minimum
        if needed <= console.width or not leave:
            break
        shown.remove(leave[0])
        left_out.append(table.columns[leave.pop(0)].name)
    width, console.width = console.width, max(console.width, needed)
    console.print(drawn)
    console.width = width
    return left_out


def _plain(table: Table) -> Table:
    """The table without characters that are not plainly shown: names come from strangers, and pages go to them."""
    return replace(
        table,
        columns=[replace(column, name=_shown(column.name), short=_shown(column.short)) for column in table.columns],
        rows=[[_shown(text) for text in row] for row in table.rows],
        title=_shown(table.title),
        notes=[_shown(note) for note in table.notes],
    )


def _shown(text: str) -> str:
    return printable(text, keep="\n")


def _drawn(table: Table, shown: Sequence[int]) -> rich.table.Table:
    """The table in rich's form. Only cells that may wrap give way where the terminal is narrow."""
    import rich.table
    from rich.cells import cell_len

    drawn = rich.table.Table(box=None, pad_edge=False, padding=(0, 1), collapse_padding=True)
    for number in shown:
        column = table.columns[number]
        heading = column.short or column.name
        lines = [*heading.splitlines(), *(line for row in table.rows for line in row[number].splitlines())]
        parts = [word for line in lines for word in line.split(" ")] if column.wraps else lines
        drawn.add_column(
            heading,
            justify="right" if column.number else "left",
            no_wrap=not column.wraps,
            min_width=max(map(cell_len, parts), default=0),
        )
    for row in table.rows:
        drawn.add_row(*(row[number] for number in shown))
    return drawn


def escape_markdown(text: str) -> str:
    r"""Keep the signs of a name out of the Markdown; brackets stay where they cannot begin a link.

    Examples:
        >>> print(escape_markdown("a_b|*c* [0.1, 0.2] [d](e)"))
        a\_b\|\*c\* [0.1, 0.2] [d\](e)
    """
    return re.sub(r"([\\|<>*_`]|\](?=[(\[:]))", r"\\\1", text)


def _markdown(text: str, strong: Iterable[str]) -> str:
    """A cell: its lines stay in one row of the table."""
    text = escape_markdown(text).replace("\n", "<br>")
    for word in strong:
        text = text.replace(word, f"**{word}**")
    return text


def _html_row(kind: str, cells: Sequence[str], table: Table) -> str:
    parts = []
    for column, content in zip(table.columns, cells, strict=True):
        text = html.escape(content).replace("\n", "<br>")
        for word in table.strong:
            text = text.replace(html.escape(word), f"<strong>{html.escape(word)}</strong>")
        parts.append(f"<{kind}{_style(column)}>{text}</{kind}>")
    return f"<tr>{''.join(parts)}</tr>"


def _style(column: Column) -> str:
    return ' style="text-align: right"' if column.number else ""


def _latex_row(cells: Iterable[str]) -> str:
    return " & ".join(map(_latex, cells)) + r" \\"


def _latex(text: str) -> str:
    """Escape what LaTeX would read as its own."""
    return "".join(_LATEX.get(sign, sign) for sign in text)
