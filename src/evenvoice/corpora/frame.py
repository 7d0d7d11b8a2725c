"""A pandas table becomes a corpus."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.corpora.column_names import names_of, parse_columns
from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.rows import Row, Source, corpus_of_rows
from evenvoice.corpora.table import INDEX
from evenvoice.corpora.utterance import COLUMNS
from evenvoice.errors import EvenvoiceError, shown


def open_frame(
    frame: pd.DataFrame,
    *,
    root: Path | str | None = None,
    name: str = "frame",
    licence: str = "not stated",
    columns: Mapping[str, str] | str | None = None,
    what: str = "frame",
    option: str = "columns",
) -> Corpus:
    """Make a corpus of a frame; see `Corpus.from_frame`.

    Args:
        frame: One row an utterance.
        root: What relative paths start from.
        name: The corpus' short name.
        licence: Of the recordings.
        columns: Which columns to take.
        what: How errors call the frame: the file that it was read from.
        option: How users call ``columns``: what is read from a file has the command line's ``--columns``.
    """
    if not isinstance(frame, pd.DataFrame):
        raise EvenvoiceError(f"{what}: a {type(frame).__name__}; expected a pandas DataFrame")
    for argument, value, kinds in (("root", root, (str, os.PathLike, type(None))), ("name", name, (str,))):
        if not isinstance(value, kinds):
            raise EvenvoiceError(f"{what}: {argument} is a {type(value).__name__}, {shown(value)}; expected text")
    mapping = parse_columns(columns)
    ids = None if frame.index.names != [INDEX] else [str(key) for key in frame.index]
    levels = [level for level in frame.index.names if level in (*COLUMNS, *mapping.values())]
    if levels:  # audformat: the file, or file, start and end
        twice = [level for level in levels if level in frame.columns]
        if twice:
            raise EvenvoiceError(f"{what}: {twice[0]!r} is in the index and a column; keep one")
        frame = frame.reset_index(level=levels)
    header = [str(column) for column in frame.columns]
    if len(set(header)) < len(header):
        twice = [column for column in header if header.count(column) > 1]
        raise EvenvoiceError(f"{what}: column {twice[0]!r} twice; keep one")
    ours_of, notes = names_of(header, mapping, what, option)
    values = {ours_of[column]: frame.iloc[:, place].tolist() for place, column in enumerate(header)}
    own = [column for column in ours_of.values() if column not in COLUMNS]
    rows = [Row(f"{what}, row {number}", {}, None if ids is None else ids[number]) for number in range(len(frame))]
    for column, cells in values.items():
        for row, cell in zip(rows, cells, strict=True):
            if not _is_missing(cell):
                row.cells[column] = cell
    try:
        folder = Path(root if root is not None else Path.cwd()).expanduser().absolute()
    except RuntimeError as error:
        raise EvenvoiceError(f"{what}: root {root!r}: {error}; write the path in full") from error
    source = Source(what, folder, "paths are relative to root")
    return corpus_of_rows(rows, own, source, name=name, licence=licence, notes=notes)


def _is_missing(cell: Any) -> bool:
    """Return whether a cell holds nothing: None, NaN, NaT, NA, or text of spaces only."""
    if isinstance(cell, str):
        return not cell.strip()
    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))
