"""One table, and its five renderers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evenvoice.errors import EvenvoiceError
from evenvoice.tables import renderers


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: The heading.
        number: Right-aligned.
        rank: 0 for a column that every terminal shows; of the others, the highest rank is left out first.
        short: The heading in a terminal, where it may have several lines; ``name`` if empty.
        wraps: Whether its cells may be broken between words.
        in_text: Whether terminals show it: not where a note says the same.
    """

    name: str
    number: bool = False
    rank: int = 0
    short: str = ""
    wraps: bool = False
    in_text: bool = True


@dataclass(frozen=True, repr=False)
class Table:
    r"""Rows of text under headings, with notes.

    Attributes:
        columns: The headings.
        rows: One cell a column, as it is shown. Lines of a cell are separated by ``\n``.
        title: What the table shows.
        notes: Sentences under it.
        strong: Words that are emphasised wherever they stand in a cell.
        values: What `to_csv` writes instead of the cells: numbers as they are, by name.

    Raises:
        EvenvoiceError: A row with more or fewer cells than there are columns.

    Examples:
        >>> table = Table([Column("recipe"), Column("UA %", number=True)], [["2dcnn", "61.2"]], notes=["One seed."])
        >>> print(table)  # doctest: +NORMALIZE_WHITESPACE
        recipe UA %
        2dcnn  61.2
        One seed.
        >>> print(table.to_markdown())
        | recipe | UA % |
        | --- | ---: |
        | 2dcnn | 61.2 |
        <BLANKLINE>
        One seed.
        >>> print(table.to_csv())
        recipe,UA %
        2dcnn,61.2
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    title: str = ""
    notes: Sequence[str] = ()
    strong: Sequence[str] = ()
    values: Sequence[Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise EvenvoiceError(f"table {self.title!r}: a row of {len(row)} cells, expected {len(self.columns)}")

    def to_text(self, width: int | None = None) -> str:
        """Return the table for a terminal, with the notes under it.

        Args:
            width: Columns of the terminal; asked of the terminal if not given (120 where there is none). Columns that
                do not fit are left out by their rank, and named under the table.
        """
        return renderers.as_text(self, width)

    def to_markdown(self) -> str:
        """Return the table in Markdown (GitHub's), with the notes under it."""
        return renderers.as_markdown(self)

    def to_html(self) -> str:
        """Return the table as an HTML ``<table>``, with the notes as a list under it."""
        return renderers.as_html(self)

    def to_latex(self) -> str:
        r"""Return a ``table`` for ``\usepackage{booktabs}``, with title and notes in its caption."""
        return renderers.as_latex(self)

    def to_csv(self) -> str:
        """Return the numbers as CSV, fractions where they are known: for spreadsheets and scripts."""
        return renderers.as_csv(self)

    def __str__(self) -> str:
        return self.to_text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.to_html()
