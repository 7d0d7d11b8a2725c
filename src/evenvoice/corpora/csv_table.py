"""``table.csv``: a line for each utterance."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evenvoice.corpora.corpus import COLUMNS, Corpus, Utterance, table_of
from evenvoice.corpora.emotions import known_emotion
from evenvoice.corpora.loader import at_home
from evenvoice.errors import EvenvoiceError, nearest

_GENDERS = {"f": "female", "w": "female", "woman": "female", "m": "male", "man": "male"}


@dataclass(frozen=True)
class _Line:
    """A line of the table: where it is, for error messages, and its cells by column; empty cells are left out."""

    where: str
    cells: dict[str, str]


def open_csv(path: Path | str) -> Corpus:
    """Read a table of utterances.

    Args:
        path: A CSV with a header: ``file`` and ``emotion``, and where known ``speaker``, ``session``, ``text``,
            ``gender``, ``style``, ``start``, ``end`` (seconds) and ``split``. Paths are relative to the CSV. Other
            columns are left out.

    Raises:
        EvenvoiceError: The file is missing, or no such table; a column is missing or misspelt; a line lacks its file,
            has an unknown emotion or an impossible time, repeats another, or alone lacks a speaker. The message has
            its number.
    """
    path = at_home(path)
    if not path.is_file():
        raise EvenvoiceError(f"{path}: no such file; check the path")
    path = path.resolve()
    with path.open(newline="", encoding="utf-8-sig") as text:
        try:
            reader = csv.reader(text, strict=True)
            header = _header(next(reader, []), path)
            lines = list(_lines(reader, header, path))
        except UnicodeDecodeError as error:
            raise EvenvoiceError(f"{path}: not UTF-8 text ({error.reason}); save it as CSV in UTF-8") from error
        except csv.Error as error:
            raise EvenvoiceError(f"{path}, line {reader.line_num}: no CSV ({error}); correct the line") from error
    if not lines:
        raise EvenvoiceError(f"{path}: a header and no lines; give every utterance a line")
    _check_speakers(lines)
    rows = [_utterance(line, path.parent) for line in lines]
    _check_repeats(rows, lines)
    if not any(row.file.exists() for row in rows):
        raise EvenvoiceError(
            f"{path}: none of its {len(rows)} recordings exists, for example {rows[0].file}; "
            "paths are relative to the folder of the CSV"
        )
    extra = [column for column in header if column not in COLUMNS]
    oddities = (f"columns left out: {', '.join(extra)}",) if extra else ()
    return Corpus(path.stem, table_of(rows), "not stated", oddities=oddities)


def _header(cells: list[str], path: Path) -> list[str]:
    """Return the column names, checked."""
    header = [cell.strip().lower() for cell in cells]
    if not any(header):
        raise EvenvoiceError(f"{path}, line 1: no header; expected file,emotion and optionally {','.join(COLUMNS[2:])}")
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise EvenvoiceError(f"{path}, line 1: no commas between the columns; save it as CSV with commas")
    twice = [column for column in header if header.count(column) > 1]
    if twice:
        raise EvenvoiceError(f"{path}, line 1: column {twice[0]!r} twice; keep one")
    absent = [column for column in COLUMNS if column not in header]
    for column in header:
        # A misspelt column would be lost without a word; one that resembles none is somebody's own.
        if column not in COLUMNS and (hint := nearest(column, absent)):
            raise EvenvoiceError(f"{path}, line 1: unknown column {column!r}{hint}; rename or remove it")
    for column in ("file", "emotion"):
        if column in absent:
            raise EvenvoiceError(f"{path}, line 1: no column {column!r}; it has {', '.join(header)}; add it")
    return header


def _lines(reader: Iterator[list[str]], header: list[str], path: Path) -> Iterator[_Line]:
    """Yield the lines below the header, without the empty ones."""
    for cells in reader:
        where = f"{path}, line {reader.line_num}"  # type: ignore[attr-defined]  # csv's own reader has it
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            remedy = "quote a cell that holds a comma"
            raise EvenvoiceError(f"{where}: {len(cells)} cells where the header has {len(header)}; {remedy}")
        yield _Line(where, {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()})


def _utterance(line: _Line, folder: Path) -> Utterance:
    """Return the utterance of one line."""
    for column in ("file", "emotion"):
        if column not in line.cells:
            raise EvenvoiceError(f"{line.where}: no {column}; fill it in or remove the line")
    cells = {column: cell.strip() for column, cell in line.cells.items() if column in COLUMNS}
    file = cells["file"]
    start, end = _seconds(line, "start"), _seconds(line, "end")
    if end is not None and end <= (start or 0.0):
        raise EvenvoiceError(f"{line.where}: end {end:g} is not after start {start or 0:g}; correct the seconds")
    gender = cells.get("gender", "").lower()
    return Utterance(
        id=file if start is None and end is None else f"{file}#{cells.get('start', '0')}-{cells.get('end', '')}",
        file=folder / file,
        emotion=known_emotion(cells["emotion"], f"{line.where}: {file!r}", "correct it"),
        speaker=cells.get("speaker"),
        session=cells.get("session"),
        text=cells.get("text"),
        gender=_GENDERS.get(gender, gender) or None,
        style=cells.get("style"),
        start=start,
        end=end,
        split=cells.get("split"),
    )


def _seconds(line: _Line, column: str) -> float | None:
    """Return a time of a line."""
    cell = line.cells.get(column)
    if cell is None:
        return None
    try:
        seconds = float(cell)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise EvenvoiceError(f"{line.where}: {column} {cell!r} is no time; write seconds from 0, for example 1.25")
    return seconds


def _check_speakers(lines: list[_Line]) -> None:
    """Raise if some lines have a speaker and some have none."""
    without = [line for line in lines if "speaker" not in line.cells]
    if without and len(without) < len(lines):
        raise EvenvoiceError(f"{without[0].where}: no speaker, though other lines have one; fill it in everywhere")


def _check_repeats(rows: list[Utterance], lines: list[_Line]) -> None:
    """Raise if two lines are the same recording and times."""
    first: dict[tuple[Path, float | None, float | None], _Line] = {}
    for row, line in zip(rows, lines, strict=True):
        same = first.setdefault((row.file, row.start, row.end), line)
        if same is not line:
            earlier = same.where.rpartition(" ")[2]
            raise EvenvoiceError(f"{line.where}: {row.id!r} is already in line {earlier}; keep one of them")
