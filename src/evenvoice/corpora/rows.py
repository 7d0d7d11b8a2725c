"""Rows of a table, from a file or from memory, become utterances."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.paths import exists, finder
from evenvoice.corpora.table import table_of
from evenvoice.corpora.times import seconds_of
from evenvoice.corpora.utterance import COLUMNS, TIMES, Utterance
from evenvoice.errors import EvenvoiceError, shown

_GENDERS = {"f": "female", "w": "female", "woman": "female", "m": "male", "man": "male"}
_LONGEST = 255  # bytes of one name in a path, on every file system in use
_LONGEST_PATH = 4096
_LONGEST_WORD = 200  # characters of an emotion or a speaker


@dataclass(frozen=True)
class Row:
    """A row: where it is, for errors; its values by column, what is missing left out; and its id, if it has one."""

    where: str
    cells: dict[str, Any]
    id: str | None = None


@dataclass(frozen=True)
class Source:
    """Where rows come from.

    Attributes:
        what: How errors call the table: its path, or ``frame``.
        folder: What relative paths start from.
        remedy: What to do about paths that lead nowhere.
    """

    what: str
    folder: Path
    remedy: str


def corpus_of_rows(
    rows: Sequence[Row], own: Sequence[str], source: Source, *, name: str, licence: str, notes: Sequence[str] = ()
) -> Corpus:
    """Make a corpus.

    Args:
        rows: The rows, with the names of `COLUMNS` and ``own``; an id that is not given is made of file and times.
        own: The user's own columns.
        source: Where the rows come from.
        name: The corpus' short name.
        licence: Of the recordings.
        notes: What was noticed already.

    Raises:
        EvenvoiceError: A row that cannot be used, or none.
    """
    if not rows:
        raise EvenvoiceError(f"{source.what}: a header and no lines; give every utterance a line")
    without = [row for row in rows if "speaker" not in row.cells]
    if without and len(without) < len(rows):
        raise EvenvoiceError(f"{without[0].where}: no speaker, though other lines have one; fill it in everywhere")
    find = finder()
    utterances = [_utterance(row, source.folder, find) for row in rows]
    kept, ids, repeats = _without_repeats(utterances, rows)
    if not any(exists(utterance.file) for utterance in utterances):
        raise EvenvoiceError(
            f"{source.what}: none of its {len(rows)} recordings exists, for example {utterances[0].file}; "
            f"{source.remedy}"
        )
    more = {column: [rows[number].cells.get(column) for number in kept] for column in own}
    table = table_of([utterances[number] for number in kept], more).set_axis(ids)
    return Corpus(name, table, licence, notes=(*notes, *repeats))


def _utterance(row: Row, folder: Path, find: Callable[[Path], Path]) -> Utterance:
    """Return the utterance of one row."""
    for column in ("file", "emotion"):
        if column not in row.cells:
            raise EvenvoiceError(f"{row.where}: no {column}; fill it in or remove the line")
    cells = {column: _text(row, column) for column in COLUMNS if column in row.cells and column not in TIMES}
    file = cells["file"]
    _check_name(row, file)
    for column in ("emotion", "speaker"):
        if len(word := cells.get(column, "")) > _LONGEST_WORD:
            raise EvenvoiceError(f"{row.where}: {column} {word[:40]!r}… has {len(word):,} characters; shorten it")
    start, end = (seconds_of(row.cells.get(name), name, row.where) for name in TIMES)
    if end is not None and end <= (start or 0.0):
        raise EvenvoiceError(f"{row.where}: end {end:g} is not after start {start or 0:g}; correct the seconds")
    gender = cells.get("gender", "").lower()
    times = f"#{_shown(row, 'start', start) or '0'}-{_shown(row, 'end', end)}"
    return Utterance(
        id=row.id if row.id is not None else file if start is None and end is None else file + times,
        file=find(folder / file),
        emotion=cells["emotion"],
        speaker=cells.get("speaker"),
        session=cells.get("session"),
        text=cells.get("text"),
        gender=_GENDERS.get(gender, gender) or None,
        style=cells.get("style"),
        start=start,
        end=end,
        split=cells.get("split"),
        corpus=cells.get("corpus"),
    )


def _text(row: Row, column: str) -> str:
    """Return a value as text: ``1`` for 1.0, as a column of numbers with gaps holds it."""
    value = row.cells[column]
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int | float | os.PathLike | bool) and not hasattr(value, "item"):
        kind = type(value).__name__
        raise EvenvoiceError(f"{row.where}: {column} holds a {kind}, {shown(value, 40)}; expected text")
    return str(os.fspath(value) if isinstance(value, os.PathLike) else value).strip()


def _check_name(row: Row, file: str) -> None:
    """Raise for a path that no file can have."""
    if "\0" in file:
        raise EvenvoiceError(f"{row.where}: file {file[:40]!r} holds a NUL character; correct it")
    length, longest = len(os.fsencode(file)), max(len(os.fsencode(part)) for part in file.split("/"))
    if length > _LONGEST_PATH:
        raise EvenvoiceError(
            f"{row.where}: file {file[:40]!r}… is a path of {length:,} bytes, and no system takes more than "
            f"{_LONGEST_PATH:,}; correct it"
        )
    if longest > _LONGEST:
        raise EvenvoiceError(
            f"{row.where}: file {file[:40]!r}… has a name of {longest:,} bytes, and no file system holds more than "
            f"{_LONGEST}; correct it"
        )


def _shown(row: Row, column: str, seconds: float | None) -> str:
    """Return a time for an id: the number as it is written, else the seconds; nothing where there is none."""
    value = row.cells.get(column)
    if seconds is None:
        return ""
    return value.strip() if isinstance(value, str) and ":" not in value else f"{seconds:.12g}"


def _without_repeats(utterances: Sequence[Utterance], rows: Sequence[Row]) -> tuple[list[int], list[str], list[str]]:
    """Look for recordings that stand in several rows.

    A row that says nothing new is left out. One with another label or speaker is kept, under an id of its own.

    Returns:
        The numbers of the rows to keep, their ids, and what to say.
    """
    first: dict[tuple[str, float | None, float | None], int] = {}
    times: Counter[str] = Counter()
    kept: list[int] = []
    ids: list[str] = []
    same: list[int] = []
    other: list[int] = []
    differing: dict[str, None] = {}
    for number, (utterance, row) in enumerate(zip(utterances, rows, strict=True)):
        earlier = first.setdefault(_part(utterance), number)
        if earlier != number:
            columns = _differing(rows[earlier].cells, row.cells)
            if not columns:
                same.append(number)
                continue
            other.append(number)
            differing |= dict.fromkeys(columns)
        times[utterance.id] += 1
        kept.append(number)
        ids.append(utterance.id if times[utterance.id] == 1 else f"{utterance.id}#{times[utterance.id]}")
    kinds = (
        (same, "repeats, left out"),
        (other, f"recordings listed again with another {' or '.join(differing)}, which leaks where a split parts them"),
    )
    notes = []
    for found, what in kinds:
        if found:
            utterance = utterances[found[0]]
            earlier = first[_part(utterance)]
            lines = " and ".join(rows[number].where.rpartition(", ")[2] for number in (earlier, found[0]))
            notes.append(f"{what}: {len(found)} ({utterance.id!r} in {lines}{', …' if len(found) > 1 else ''})")
    return kept, ids, notes


def _part(utterance: Utterance) -> tuple[str, float | None, float | None]:
    """Return what an utterance is of: a file, by one path of the several that lead to it, and its times."""
    file = str(utterance.file)
    return os.path.realpath(file) if ".." in utterance.file.parts else file, utterance.start, utterance.end


def _differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Return the columns in which two rows of one recording differ; its path may be written in two ways."""
    return [
        column
        for column in dict.fromkeys((*first, *second))
        if column != "file" and repr(first.get(column)) != repr(second.get(column))
    ]
