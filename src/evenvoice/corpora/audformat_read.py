"""audformat: a database or one of its tables becomes a corpus; audb brings published ones.

Source:
    https://audeering.github.io/audformat/ (schemes, splits, filewise and segmented tables).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evenvoice.corpora.column_names import parse_columns
from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.frame import open_frame
from evenvoice.corpora.paths import at_home
from evenvoice.corpora.utterance import COLUMNS, TIMES
from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.extras import need

# What audformat's databases call otherwise than we do.
THEIRS = {"text": "transcription"}
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def open_audformat(source: Any, columns: Mapping[str, str] | str | None = None) -> Corpus:
    """Make a corpus of an audformat database or table.

    The labels are those of the scheme or column ``emotion``; ``speaker``, ``gender``, ``transcription``, ``session``
    and ``style`` are looked for in all tables and in what a scheme says of its labels. Tables of the splits train, dev
    and test give the column ``split``. What has no emotion is left out, and a warning says how much.

    Args:
        source: `audformat.Database` or `audformat.Table`. Its files are relative to where it was loaded from or saved.
        columns: Which scheme or column is which, ``emotion=mood,text=words``.

    Raises:
        EvenvoiceError: No labels; labels that contradict one another; files that do not exist.
    """
    mapping = parse_columns(columns)
    database, tables = (source, None) if hasattr(source, "schemes") else (source.db, [source._id])
    if database is None:  # a table of no database is no more than its frame
        return open_frame(source.df, columns=columns, what="audformat table")
    what = f"audformat database {database.name!r}" + ("" if tables is None else f", table {tables[0]!r}")
    frame = _labels(database, mapping.get("emotion", "emotion"), tables, what)
    frame = frame.sort_index() if tables is None else frame.reindex(source.df.index)  # `get` has an order of its own
    unlabelled = int(frame["emotion"].isna().sum())
    frame = frame[frame["emotion"].notna()]
    for ours in COLUMNS:
        if ours not in ("file", "emotion", "split", "corpus", *TIMES):
            found = _get(database, mapping.get(ours, THEIRS.get(ours, ours)), what)
            if ours in mapping and found.empty:
                raise _unknown(database, mapping[ours], ours, what)
            _add(frame, ours, found)
    _add_splits(frame, database, mapping.get("emotion", "emotion"), tables, what)
    if tables is not None:
        for name in source.df.columns:  # the table's own, such as a confidence
            if name not in frame and name not in mapping.values():
                _add(frame, str(name), source.df[[name]])
    corpus = open_frame(
        frame, root=database.root, name=str(database.name), licence=str(database.license or "not stated"), what=what
    )
    notes = (f"{unlabelled} of its rows have no emotion, left out",) if unlabelled else ()
    return Corpus(corpus.name, corpus.table, corpus.licence, notes=(*notes, *corpus.notes))


def open_audformat_path(path: str, columns: Mapping[str, str] | str | None = None) -> Corpus:
    """Read a database from the folder of its ``db.yaml``, or one table from a file ``db.TABLE.csv`` (or .parquet)."""
    need("audformat", f"corpus 'audformat:{path}'")
    import audformat

    place = at_home(path)
    folder = place.parent if place.name.startswith("db.") else place
    if not (folder / "db.yaml").is_file():
        raise EvenvoiceError(f"audformat:{path}: no db.yaml in {folder}; name the folder that Database.save wrote")
    database = _called(audformat.Database.load, f"audformat:{path}", str(folder))
    if place == folder or place.name == "db.yaml":
        return open_audformat(database, columns)
    table = place.stem.removeprefix("db.")
    if table not in database.tables:
        known = list(database.tables)
        raise EvenvoiceError(f"audformat:{path}: no table {table!r}{nearest(table, known)}; it has {', '.join(known)}")
    return open_audformat(database[table], columns)


def open_audb(name: str, columns: Mapping[str, str] | str | None = None) -> Corpus:
    """Load ``NAME`` or ``NAME@VERSION`` with the user's audb, from its cache or its repositories."""
    need("audb", f"corpus 'audb:{name}'")
    import audb

    name, _, version = name.partition("@")
    database = _called(audb.load, f"audb:{name}", name, version=version or None, full_path=False, verbose=False)
    return open_audformat(database, columns)


def _called(load: Any, what: str, *arguments: Any, **options: Any) -> Any:
    """Load a database; whatever the library raises is one line."""
    try:
        return load(*arguments, **options)
    except Exception as error:  # of either library, of YAML and of the network
        raise EvenvoiceError(f"{what}: cannot be loaded ({type(error).__name__}: {error}); check it there") from error


def _get(database: Any, scheme: str, what: str, **where: Any) -> pd.DataFrame:
    """Return what a database says under the name of a scheme or column, one column, indexed by file or segment."""
    try:
        found: pd.DataFrame = database.get(scheme, **where)
    except (ValueError, TypeError) as error:
        tables = ", ".join(database.tables)
        raise EvenvoiceError(
            f"{what}: its tables contradict one another about {scheme!r} ({str(error).splitlines()[0]}); pass one "
            f"table, db[NAME], of {tables}"
        ) from error
    return found


def _labels(database: Any, scheme: str, tables: list[str] | None, what: str) -> pd.DataFrame:
    """Return the labels, one row an utterance."""
    found = _get(database, scheme, what, tables=tables)
    if found.empty or found.iloc[:, 0].isna().all():
        raise _unknown(database, scheme, "emotion", what)
    return found.set_axis(["emotion"], axis="columns").astype(object)


def _unknown(database: Any, scheme: str, ours: str, what: str) -> EvenvoiceError:
    """Return the error for a name under which a database says nothing."""
    columns = (str(column) for table in database.tables.values() for column in table.columns)
    known = list(dict.fromkeys([*map(str, database.schemes), *columns]))
    return EvenvoiceError(
        f"{what}: no values under {shown(scheme)}{nearest(scheme, known)}; its schemes and columns are "
        f"{', '.join(known) or 'none'}; name the one that holds them with columns {ours}=…"
    )


def _add(frame: pd.DataFrame, name: str, found: pd.DataFrame) -> None:
    """Add a column; what is known of a whole file holds for each of its segments.

    (`Database.get` can add schemes itself, but gives segments the values of other files: audformat 1.4.3.)
    """
    if found.empty:
        return
    values = found.iloc[:, 0].astype(object)
    wanted = frame.index
    if found.index.nlevels == 1:
        wanted = frame.index.get_level_values("file")
    elif wanted.nlevels == 1:  # of segments, nothing follows for the whole file
        return
    added = values[~values.index.duplicated()].reindex(wanted)
    if added.notna().any():
        frame[name] = added.to_numpy()


def _add_splits(frame: pd.DataFrame, database: Any, scheme: str, tables: list[str] | None, what: str) -> None:
    """Add the column ``split`` where tables of splits hold every row."""
    parts = pd.Series(None, frame.index, dtype=object)
    for name, split in database.splits.items():
        rows = _get(database, scheme, what, tables=tables, splits=[name]).index
        if len(rows) and rows.nlevels == frame.index.nlevels:
            parts[frame.index.isin(rows)] = SPLITS.get(split.type, str(split.type))
        elif len(rows):
            parts[frame.index.get_level_values("file").isin(rows)] = SPLITS.get(split.type, str(split.type))
    if len(parts) and parts.notna().all():
        frame["split"] = parts
