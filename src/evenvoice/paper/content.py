"""What the page holds, as chapters of words, tables and figures: HTML and Markdown are written from the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evenvoice.paper.experiments import PAPER
from evenvoice.paper.tables import Measured, Ours, Row
from evenvoice.report import Illustration
from evenvoice.study import LEAKY
from evenvoice.tables import NOTHING, count, per_cent, time_in_words, with_interval

NOT_RUN = "not run"


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        lines: What stands in it, one under the other.
        leaky: Show the mark LEAKY.
        words: Words, not numbers.
    """

    lines: tuple[str, ...]
    leaky: bool = False
    words: bool = False

    @classmethod
    def of(cls, text: str, *, leaky: bool = False, words: bool = False) -> Cell:
        """Return a cell of one line."""
        return cls((text,), leaky, words)


@dataclass(frozen=True)
class Grid:
    """A table as it is shown.

    Attributes:
        caption: Over it.
        headings: One a column.
        rows: Cells; the first names the row.
        leaky: Columns whose heading has the mark LEAKY.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    leaky: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chapter:
    """A part of the page.

    Attributes:
        anchor: Where it stands.
        title: Its heading.
        words: Sentences before the tables.
        grids: Tables.
        illustrations: Figures.
        notes: Sentences after them.
    """

    anchor: str
    title: str
    words: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    illustrations: tuple[Illustration, ...] = ()
    notes: tuple[str, ...] = ()


def comparison(caption: str, rows: Sequence[Row], protocols: Sequence[str], unseen: str) -> Grid:
    """Return a table of accuracies: published, then ours from the paper's order to the strictest protocol.

    Under the paper's order the recorded and the interpolated test rows stand apart too.
    """
    headings = ["", "published WA %"]
    leaky = set()
    for protocol in protocols:
        if protocol == PAPER:
            leaky |= {len(headings), len(headings) + 1, len(headings) + 2}
            headings += ["paper’s order, all test rows", "its real test rows", "its synthetic test rows"]
        else:
            headings.append(protocol_words(protocol, unseen))
    lines = []
    for row in rows:
        cells = [Cell((row.name, row.recipe), words=True), Cell.of(published(row.wa))]
        for protocol in protocols:
            cells += _cells(row.ours.get(protocol), protocol)
        lines.append(tuple(cells))
    return Grid(caption, tuple(headings), tuple(lines), frozenset(leaky))


def protocol_words(protocol: str, unseen: str) -> str:
    """Return what a protocol is called on the page."""
    if protocol == PAPER:
        return "paper’s order"
    if protocol != unseen:
        return protocol
    return f"{unseen} (speakers may be shared)" if unseen == "kfold" else f"unseen speakers ({unseen})"


def ours_cell(ours: Ours | None) -> Cell:
    """WA and UA with intervals, seeds × folds and time."""
    if ours is None:
        return Cell.of(NOT_RUN)
    result = ours.result
    runs = f"{len(result.seeds)} × {result.folds}, {time_in_words(result.seconds)}"
    others = [mark for mark in ours.marks if mark not in (LEAKY, "speakers may be shared")]
    return Cell((*_scores(ours.every), runs, *others), leaky=result.leaky)


def published(value: float | None, decimals: int = 0) -> str:
    """A published figure as printed; Table 6 alone has a decimal.

    Examples:
        >>> published(75), published(81, 1), published(None)
        ('75', '81.0', '–')
    """
    return NOTHING if value is None else f"{value:.{decimals}f}"


def _cells(ours: Ours | None, protocol: str) -> list[Cell]:
    """One cell; under the paper's order three."""
    if protocol != PAPER:
        return [ours_cell(ours)]
    if ours is None:
        return [Cell.of(NOT_RUN)] * 3
    if ours.synthetic is None:
        return [ours_cell(ours), Cell.of("all are real"), Cell.of("none")]
    return [ours_cell(ours), *(part_cell(part, ours.result.leaky) for part in (ours.real, ours.synthetic))]


def part_cell(part: Measured | None, leaky: bool) -> Cell:
    """WA and UA of the real or the synthetic test rows."""
    if part is None:
        return Cell.of(NOTHING)
    return Cell((*_scores(part), count(round(part.rows, 1), "row")), leaky=leaky)


def _scores(part: Measured) -> tuple[str, str]:
    return f"WA {with_interval(part.wa)}", f"UA {with_interval(part.ua)}"


def share(part: Measured | None, ours: Ours) -> str:
    """What share of the test rows a part is, in per cent."""
    return NOTHING if part is None else per_cent(part.rows / ours.every.rows)


def grid(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Grid:
    """Return a plain table; the first columns hold words."""
    lines = tuple(tuple(Cell.of(text, words=column < words) for column, text in enumerate(row)) for row in rows)
    return Grid(caption, tuple(headings), lines)
