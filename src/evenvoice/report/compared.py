"""What stands at the top of the page: every recipe against the reference, and what can be concluded."""

from __future__ import annotations

from dataclasses import dataclass

from evenvoice.study import Study, compare_within

Row = dict[str, str]


@dataclass(frozen=True)
class Compared:
    """The comparisons under one protocol.

    Attributes:
        title: With what, and under which protocol.
        rows: One a recipe, differences with intervals and p values.
        words: What they are about, and what can be concluded, a sentence each.
    """

    title: str
    rows: list[Row]
    words: list[str]


def compared(study: Study, reference: str | None = None) -> list[Compared]:
    """Return the comparisons of each protocol that is not LEAKY, where several recipes were evaluated with it.

    Raises:
        EvenvoiceError: The study has no recipe of the reference's name.
    """
    tables = [standings.differences() for standings in compare_within(study, reference).values()]
    return [
        Compared(
            table.title,
            [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows],
            list(table.notes),
        )
        for table in tables
    ]
