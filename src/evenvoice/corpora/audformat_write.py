"""A corpus as an audformat database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from evenvoice.corpora.audformat_read import SPLITS, THEIRS
from evenvoice.corpora.utterance import COLUMNS, TIMES
from evenvoice.errors import EvenvoiceError
from evenvoice.extras import need

if TYPE_CHECKING:
    from evenvoice.corpora.corpus import Corpus

_PARTS = {ours: theirs for theirs, ours in SPLITS.items()} | {"dev": "dev", "valid": "dev"}
# audformat's types, by what pandas calls the values of a column; all else is written as text.
_TYPES = {"boolean": "bool", "integer": "int", "floating": "float", "mixed-integer-float": "float"}


def to_audformat(corpus: Corpus, root: Path | str | None = None) -> Any:
    """Return a corpus as an `audformat.Database`; see `Corpus.to_audformat`."""
    need("audformat", "Corpus.to_audformat")
    import audformat

    table = corpus.table.assign(file=_files(corpus, root))
    index = _index(corpus, table)
    database = audformat.Database(
        corpus.name,
        usage=audformat.define.Usage.OTHER,
        license=corpus.licence,
        description="Spoken by a machine." if corpus.synthetic else None,
    )
    database.schemes["emotion"] = audformat.Scheme(labels=list(corpus.labels))
    names = [
        name
        for name in map(str, table.columns)
        if name not in ("file", "emotion", "split", *TIMES) and table[name].notna().any()
    ]
    for name in names:
        theirs = THEIRS.get(name, name)
        kind = _TYPES.get(pd.api.types.infer_dtype(table[name], skipna=True), "str") if name not in COLUMNS else "str"
        labels = sorted(map(str, table[name].dropna().unique())) if name in ("speaker", "gender", "style") else None
        database.schemes[theirs] = audformat.Scheme(kind if labels is None else None, labels=labels)
    parts = table["split"].map(lambda part: _PARTS.get(str(part).lower()))
    split = parts.notna().all()
    for part in parts.unique() if split else (None,):
        rows = (parts == part).to_numpy() if split else slice(None)
        if part is not None:
            database.splits[part] = audformat.Split(part)
        key = "emotion" if part is None else f"emotion.{part}"
        database[key] = audformat.Table(index[rows], split_id=part)
        for name in ("emotion", *names):
            theirs = THEIRS.get(name, name)
            database[key][theirs] = audformat.Column(scheme_id=theirs)
            text = database.schemes[theirs].dtype == "str"
            values = table[name][rows]
            database[key][theirs].set((values.map(str, na_action="ignore") if text else values).to_list())
    return database


def _files(corpus: Corpus, root: Path | str | None) -> list[str]:
    """Return the files, from the folder of the database where there is one, as audformat wants them to be portable."""
    files = [Path(file) for file in corpus.table["file"]]
    if root is None:
        return [file.as_posix() for file in files]
    folder = Path(root).expanduser().resolve()
    for file in files:
        if not file.is_relative_to(folder):
            raise EvenvoiceError(
                f"corpus {corpus.name!r}: {file} is not under {folder}; name a folder that holds all recordings as "
                "root, or none for absolute paths"
            )
    return [file.relative_to(folder).as_posix() for file in files]


def _index(corpus: Corpus, table: pd.DataFrame) -> Any:
    """Return audformat's index: of files, or of segments where any recording holds more than its utterance."""
    import audformat

    if table[[*TIMES]].isna().all(axis=None):
        index = audformat.filewise_index(table["file"].to_list())
    else:
        starts = pd.to_timedelta(table["start"].fillna(0), unit="s")
        ends = pd.to_timedelta(table["end"], unit="s")
        index = audformat.segmented_index(table["file"].to_list(), starts.to_list(), ends.to_list())
    repeated = index.duplicated()
    if repeated.any():
        key = table.index[repeated.argmax()]
        raise EvenvoiceError(
            f"corpus {corpus.name!r}: utterance {key!r} is a recording that stands there already, and audformat has "
            "one row for each; leave one of them out"
        )
    return index
