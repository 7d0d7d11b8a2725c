"""A file with a line for each utterance: ``.csv``, ``.tsv``, ``.xlsx``, ``.parquet``."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from evenvoice.corpora.column_names import names_of, parse_columns
from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.frame import open_frame
from evenvoice.corpora.paths import at_home, is_file
from evenvoice.corpora.rows import Row, Source, corpus_of_rows
from evenvoice.corpora.text_table import MOST_COLUMNS, read_text_table
from evenvoice.corpora.utterance import COLUMNS
from evenvoice.errors import EvenvoiceError, MissingExtraError

TEXT = (".csv", ".tsv")
# Read by pandas, each with a library that an extra brings.
OTHERS = {".xlsx": "openpyxl", ".parquet": "pyarrow"}
SUFFIXES = (*TEXT, *OTHERS)

_LICENCE = "not stated"
_MOST_BYTES = 200_000_000
_MOST_ROWS = 5_000_000


def open_table(path: Path | str, columns: Mapping[str, str] | str | None = None) -> Corpus:
    """Read a table of utterances.

    Args:
        path: A table with a header: ``file`` and ``emotion``, and where known ``speaker``, ``session``, ``text``,
            ``gender``, ``style``, ``start``, ``end`` (seconds) and ``split``. Paths are relative to the table. Other
            columns are kept.
        columns: Which column is which: ``emotion=label,file=path``.

    Raises:
        EvenvoiceError: The file is missing, or no such table; a column is missing; a line lacks its file or emotion,
            has an impossible time, or alone lacks a speaker. The message has its number.
    """
    mapping = parse_columns(columns)
    path = at_home(path)
    if not is_file(path):
        raise EvenvoiceError(f"{_short(path)}: no such file; check the path")
    path = path.resolve()
    if path.suffix.lower() in OTHERS:
        return _open_with_pandas(path, mapping)
    table = read_text_table(path, {*COLUMNS, *(theirs.lower() for theirs in mapping.values())})
    ours_of, notes = names_of(table.header, mapping, f"{path}, line 1")
    rows = [
        Row(f"{path}, line {line.number}", {ours_of[name]: cell.strip() for name, cell in line.cells.items()})
        for line in table.lines
    ]
    own = [column for column in ours_of.values() if column not in COLUMNS]
    source = Source(str(path), path.parent, "paths are relative to the folder of the table")
    return corpus_of_rows(rows, own, source, name=path.stem, licence=_LICENCE, notes=(*table.notes, *notes))


def _open_with_pandas(path: Path, mapping: Mapping[str, str]) -> Corpus:
    """Read a spreadsheet or a Parquet file."""
    import pandas as pd

    suffix = path.suffix.lower()
    try:
        importlib.import_module(OTHERS[suffix])
        if too_large := _too_large(path, suffix):
            raise EvenvoiceError(f"{path}: {too_large}; is it this file? If so, save it as CSV")
        notes = []
        if suffix == ".xlsx":
            with pd.ExcelFile(path, engine="openpyxl") as book:
                frame, sheets = pd.read_excel(book), book.sheet_names
            if len(sheets) > 1:
                notes = [f"sheet {sheets[0]!r} is read, the first of {len(sheets)}; to read another, put it first"]
        else:
            frame = pd.read_parquet(path, engine="pyarrow")
    except ImportError as error:
        raise MissingExtraError(
            f"{path}: reading {suffix} needs {OTHERS[suffix]}, which is not installed; "
            'pip install "evenvoice[tables]", or save the table as CSV'
        ) from error
    except EvenvoiceError:
        raise
    except Exception as error:  # each library has errors of its own
        raise EvenvoiceError(
            f"{path}: cannot be read as {suffix} ({str(error)[:200]}); save it as CSV in UTF-8"
        ) from error
    corpus = open_frame(
        frame, root=path.parent, name=path.stem, licence=_LICENCE, columns=mapping, what=str(path), option="--columns"
    )
    return replace(corpus, notes=(*corpus.notes, *notes))


def _too_large(path: Path, suffix: str) -> str | None:
    """Return in words what of a file would fill the memory: a kilobyte unpacks to gigabytes."""
    if suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        return f"unpacks to {size / 1e6:,.0f} MB, more than {_MOST_BYTES / 1e6:,.0f}" if size > _MOST_BYTES else None
    from pyarrow.parquet import ParquetFile

    about = ParquetFile(path).metadata
    if about.num_columns > MOST_COLUMNS:
        return f"{about.num_columns:,} columns, more than {MOST_COLUMNS:,}"
    return f"{about.num_rows:,} lines, more than {_MOST_ROWS:,}" if about.num_rows > _MOST_ROWS else None


def _short(path: Path) -> str:
    """Return a path for an error's line, the end of a very long one."""
    return str(path) if len(str(path)) <= 300 else f"…{str(path)[-200:]}"
