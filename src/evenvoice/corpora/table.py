"""The table of a corpus: made from utterances, and checked in one place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import pandas as pd

from evenvoice.corpora.utterance import COLUMNS, TIMES, Utterance, as_text
from evenvoice.errors import EvenvoiceError

INDEX = "utterance"


def table_of(utterances: Iterable[Utterance], more: Mapping[str, list[object]] | None = None) -> pd.DataFrame:
    """Return the table of some utterances, indexed by id, in their order.

    Args:
        utterances: The rows.
        more: Columns of the user's own, each with a value for every utterance.

    Examples:
        >>> from pathlib import Path
        >>> table_of([Utterance("a", Path("/data/a.wav"), "sad")]).loc["a", "file"]
        '/data/a.wav'
    """
    rows = [vars(utterance) | {"file": str(utterance.file)} for utterance in utterances]
    table = pd.DataFrame(rows, columns=["id", *COLUMNS], dtype=object).set_index("id")
    for column, values in (more or {}).items():
        table[column] = pd.Series(values, table.index, dtype=object)
    return table


def checked_table(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a corpus' table as its contract wants it; the only place where a table is checked.

    The known columns come first, in their order; other columns follow as they are.

    Raises:
        EvenvoiceError: An empty table, an id twice, a missing column, a missing file or emotion, a path that is not
            absolute, a speaker that only some utterances lack.
    """
    if not isinstance(table, pd.DataFrame):
        raise EvenvoiceError(f"corpus {name!r}: the table is a {type(table).__name__}; expected a pandas DataFrame")
    if table.empty:
        raise EvenvoiceError(f"corpus {name!r}: no utterances; a corpus needs one at least")
    for column in ("file", "emotion"):
        if column not in table:
            raise EvenvoiceError(f"corpus {name!r}: column {column!r} is missing; give every utterance one")
    names = [str(column) for column in table.columns]
    twice = pd.Index(names)[pd.Index(names).duplicated()]
    if len(twice) or INDEX in names:
        column, what = (twice[0], "is there twice") if len(twice) else (INDEX, "is the name of the index")
        raise EvenvoiceError(f"corpus {name!r}: column {column!r} {what}; rename one of them")
    own = [column for column in names if column not in COLUMNS]
    table = table.set_axis(names, axis="columns").reindex(columns=[*COLUMNS, *own]).rename_axis(INDEX)
    table.index = table.index.astype(object).map(as_text)
    repeated = table.index[table.index.duplicated()]
    if len(repeated):
        raise EvenvoiceError(f"corpus {name!r}: utterance {repeated[0]!r} is there twice; ids must be unique")
    # Plain objects here too: with pyarrow, pandas makes strings of its own kind of a list.
    files = [None if pd.isna(file) else str(file) for file in table["file"]]
    table["file"] = pd.Series(files, table.index, dtype=object)
    for column in COLUMNS:
        if column in TIMES:
            table[column] = _seconds(name, table[column])
        else:  # plain objects: pandas' own string types refuse file names that are not UTF-8
            table[column] = table[column].astype(object).where(table[column].notna(), None)
    for column in ("emotion", "speaker"):
        values = [None if value is None else as_text(value) for value in table[column]]
        table[column] = pd.Series(values, table.index, dtype=object)
    for column in ("file", "emotion"):
        _check_complete(name, table, column)
    if table["speaker"].notna().any():
        _check_complete(name, table, "speaker")
    for key, file in zip(table.index, table["file"], strict=True):
        if not os.path.isabs(file):  # noqa: PTH117  # a Path for each of 100,000 files takes a second
            raise EvenvoiceError(f"corpus {name!r}: utterance {key!r}: {file!r} is not an absolute path; resolve it")
    return table


def _seconds(name: str, column: pd.Series) -> pd.Series:
    """Return a column of times as floats."""
    try:
        return column.astype(float)
    except (TypeError, ValueError) as error:
        raise EvenvoiceError(
            f"corpus {name!r}: column {column.name!r} does not hold seconds ({error}); use Corpus.from_frame, which "
            "reads other times too"
        ) from error


def _check_complete(name: str, table: pd.DataFrame, column: str) -> None:
    """Raise if an utterance has no value in this column."""
    missing = table.index[table[column].isna()]
    if len(missing):
        remedy = "give every utterance one, or none" if column == "speaker" else "give every utterance one"
        raise EvenvoiceError(f"corpus {name!r}: utterance {missing[0]!r} has no {column}; {remedy}")
