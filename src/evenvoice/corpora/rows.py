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
from evenvoice.corpora.table import INDEX, table_of
from evenvoice.corpora.times import seconds_of
from evenvoice.corpora.utterance import COLUMNS, TIMES, Utterance
from evenvoice.errors import EvenvoiceError, nearest, shown

_GENDERS = {"f": "female", "w": "female", "woman": "female", "m": "male", "man": "male"}
# What other tools call the two columns that must be there.
USUAL = {
    "file": ("path", "filename", "file_name", "filepath", "file_path", "audio", "wav", "recording"),
    "emotion": ("label", "labels", "class", "target", "category", "emotion.categories"),
}
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


def parse_columns(columns: Mapping[str, str] | str | None) -> dict[str, str]:
    """Read which column of the table is which: ``emotion=label,file=path``.

    Examples:
        >>> parse_columns("emotion=label, file=path")
        {'emotion': 'label', 'file': 'path'}
        >>> parse_columns("mood=label")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: columns 'mood=label': 'mood' is not a column that evenvoice reads; known are \
file, emotion, speaker, session, text, gender, style, start, end, split, corpus
    """
    if columns is None:
        return {}
    if isinstance(columns, str):
        pairs = [part.partition("=")[::2] for part in columns.split(",")]
    elif isinstance(columns, Mapping):
        pairs = list(columns.items())
    else:
        raise EvenvoiceError(f"columns {shown(columns)}: expected OURS=THEIRS, for example emotion=label,file=path")
    if not all(
        isinstance(ours, str) and isinstance(theirs, str) and ours.strip() and theirs.strip() for ours, theirs in pairs
    ):
        raise EvenvoiceError(f"columns {shown(columns)}: expected OURS=THEIRS, for example emotion=label,file=path")
    found = {ours.strip(): theirs.strip() for ours, theirs in pairs}
    for ours in found:
        if ours not in COLUMNS:
            raise EvenvoiceError(
                f"columns {shown(columns)}: {ours!r} is not a column that evenvoice reads{nearest(ours, list(COLUMNS))}"
                f"; known are {', '.join(COLUMNS)}"
            )
    return found


def names_of(header: Sequence[str], columns: Mapping[str, str], what: str) -> tuple[dict[str, str], list[str]]:
    """Return what each column of a table is called in a corpus, and what to say of it.

    Args:
        header: The table's own names.
        columns: As `parse_columns` gives it.
        what: How errors call the table.

    Raises:
        EvenvoiceError: ``file`` or ``emotion`` is missing, or a column that ``columns`` names; two columns for one.
    """
    there = ", ".join(name[:40] for name in header[:20]) + (", …" if len(header) > 20 else "")
    ours_of = {}
    for ours, theirs in columns.items():
        if theirs not in header:
            raise EvenvoiceError(f"{what}: no column {theirs!r}{nearest(theirs, list(header))}; it has {there}")
        ours_of[theirs] = ours
    named = set(columns)
    for name in header:
        if name in ours_of:
            continue
        if name.lower() not in COLUMNS or name.lower() in named:
            ours_of[name] = f"{name} (table)" if name in named or name == INDEX else name
            continue
        if name.lower() in ours_of.values():
            raise EvenvoiceError(f"{what}: column {name.lower()!r} twice; keep one")
        ours_of[name] = name.lower()
    known = set(ours_of.values())
    for ours, usual in USUAL.items():
        if ours not in known:
            theirs = next((name for name in header if name.lower() in usual), f"…{nearest(ours, list(header))}")
            if len(header) == 1:
                raise EvenvoiceError(
                    f"{what}: one column, {there}; expected file and emotion, parted by a comma, a semicolon or a tab"
                )
            hint = f"name the column that holds it with --columns {ours}={theirs}"
            raise EvenvoiceError(f"{what}: no column {ours!r}; it has {there}; {hint}")
    notes = []
    for theirs, ours in ours_of.items():
        near = nearest(ours.lower(), [name for name in COLUMNS if name not in known], 0.85)
        if ours not in COLUMNS and near:
            notes.append(f"column {theirs!r} is kept as a column of its own{near}")
    if "corpus" in known:
        notes.append("column 'corpus' is kept: protocol cross trains on its first value and tests on its second")
    return ours_of, notes


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
    first: dict[tuple[Path, float | None, float | None], int] = {}
    times: Counter[str] = Counter()
    kept: list[int] = []
    ids: list[str] = []
    same: list[int] = []
    other: list[int] = []
    for number, (utterance, row) in enumerate(zip(utterances, rows, strict=True)):
        earlier = first.setdefault((utterance.file, utterance.start, utterance.end), number)
        if earlier != number and repr(rows[earlier].cells) == repr(row.cells):
            same.append(number)
            continue
        if earlier != number:
            other.append(number)
        times[utterance.id] += 1
        kept.append(number)
        ids.append(utterance.id if times[utterance.id] == 1 else f"{utterance.id}#{times[utterance.id]}")
    kinds = (
        (same, "repeats, left out"),
        (other, "recordings listed again with another label or speaker, which leaks where a split parts them"),
    )
    notes = []
    for found, what in kinds:
        if found:
            utterance = utterances[found[0]]
            earlier = first[utterance.file, utterance.start, utterance.end]
            lines = " and ".join(rows[number].where.rpartition(", ")[2] for number in (earlier, found[0]))
            notes.append(f"{what}: {len(found)} ({utterance.id!r} in {lines}{', …' if len(found) > 1 else ''})")
    return kept, ids, notes
