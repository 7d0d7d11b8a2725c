"""A split as a table: one row an utterance, with its part and what is known of it; from a CSV or from a run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evenvoice.audit.known import known_utterances, read_part, runs_beside
from evenvoice.corpora import Corpus, read_text_table
from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.imbalance import made_rows
from evenvoice.study import read_run

PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""What a part may be called, and what we call it."""

_ALIASES = {"split": "part", "id": "utterance", "label": "emotion"}
_COLUMNS = ("part", "utterance", "file", "start", "end", "emotion", "speaker", "session", "text")


def read_split(path: Path | str, corpus: Corpus | None = None) -> pd.DataFrame:
    """Read a CSV that says which part each utterance is in.

    Args:
        path: With a header: ``part`` (or ``split``), and any of ``utterance`` (or ``id``), ``file`` (relative to the
            CSV; ``start`` and ``end`` in seconds where it holds more), ``emotion`` (or ``label``), ``speaker``,
            ``session``, ``text``. Other columns are left out.
        corpus: Fills in by ``utterance`` what the table does not say.

    Returns:
        These columns under their first names, as text, empty cells as ``None``; the parts are ``train``, ``validation``
        and ``test``.

    Raises:
        EvenvoiceError: No such table, a line with more or fewer cells than the header, a column that is missing
            or there twice, a part that is none, or a corpus that holds none of the utterances.
    """
    path = Path(path)
    # As text: speaker 03 is not speaker 3. Only an empty cell says that nothing is known.
    read = read_text_table(path, {*_COLUMNS, *_ALIASES})
    cells = [[line.cells.get(column, "") for column in read.header] for line in read.lines]
    table = pd.DataFrame(cells, [line.number for line in read.lines], read.header, dtype=object)
    table = _checked(table, str(path))
    if "file" in table:
        folder = path.resolve().parent
        # Resolved: one recording may be named in more than one way.
        files = [None if file is None else str((folder / file).resolve()) for file in table["file"]]
        table["file"] = pd.Series(files, index=table.index, dtype=object)
    return table if corpus is None else _filled(table, corpus, str(path))


def split_of_frame(frame: pd.DataFrame, corpus: Corpus | None = None) -> pd.DataFrame:
    """Return a split that is a frame already, as `read_split` returns one; its index is the utterance if it has a name.

    Raises:
        EvenvoiceError: As `read_split`.

    Examples:
        >>> split_of_frame(pd.DataFrame({"split": ["dev", "test"], "speaker": [3, None]})).to_dict("list")
        {'part': ['validation', 'test'], 'speaker': ['3', None]}
    """
    if "utterance" in (frame.index.name, *frame.index.names) and "utterance" not in frame:
        frame = frame.reset_index()
    text = frame.astype(object).where(frame.notna(), "").map(_as_text).set_axis(range(2, len(frame) + 2))
    table = _checked(text, "split")
    return table if corpus is None else _filled(table, corpus, "split")


def split_of_run(folder: Path | str, corpus: Corpus | None = None) -> pd.DataFrame:
    """Return the split of a run with what the files, and the corpus if given, know of its utterances.

    A run's own files know speaker and text of its test rows only; the other runs beside it in the study know more.

    Args:
        folder: A run's folder.
        corpus: What was evaluated; gives the files, too.

    Raises:
        EvenvoiceError: No readable run, or a corpus that holds none of its utterances.
    """
    run = read_run(Path(folder))
    split = read_part(run, "split")
    known = known_utterances([run, *runs_beside(run)], corpus)
    table = split.loc[split["part"].isin(["train", "validation", "test"]), ["utterance", "part"]]
    table = table.join(known, on="utterance")
    made = made_rows(read_part(run, "plan")).set_index("synthetic")["emotion"]
    table["emotion"] = table["emotion"].where(table["emotion"].notna(), table["utterance"].map(made.to_dict()))
    table = table.reindex(columns=[column for column in _COLUMNS if column in table])
    return table.astype(object).where(table.notna(), None).reset_index(drop=True)


def _as_text(value: object) -> str:
    """Return a cell as a CSV would have it: a speaker 3.0, in a column with gaps, is speaker 3."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _checked(table: pd.DataFrame, path: str) -> pd.DataFrame:
    """Return a table of text under our names, with an empty cell as ``None``; its index has the numbers of lines."""
    table = _named(table, path)
    if table.empty:
        raise EvenvoiceError(f"{path}: a header and no lines; give every utterance a line with its part")
    table["part"] = _parts(table["part"], path)
    for name in table:
        cells = table[name].str.strip().astype(object)
        table[name] = cells.where(cells != "", None)
    return table.reset_index(drop=True)


def _filled(table: pd.DataFrame, corpus: Corpus, path: str) -> pd.DataFrame:
    """The table with what the corpus knows of its utterances."""
    if "utterance" not in table:
        raise EvenvoiceError(f"{path}: no column utterance, by which corpus {corpus.name} is joined; add it")
    rows = corpus.table.reindex(table["utterance"])
    if rows["file"].isna().all():
        raise EvenvoiceError(
            f"{path}: corpus {corpus.name} holds none of its utterances (first: {table['utterance'].iloc[0]}, the "
            f"corpus has {corpus.table.index[0]}); name the corpus that was split"
        )
    for name in _COLUMNS:
        if name in rows:
            theirs = rows[name].to_numpy(object)
            ours = table[name] if name in table else pd.Series(None, index=table.index, dtype=object)
            table[name] = ours.where(ours.notna(), theirs)
    return table.astype(object).where(table.notna(), None)


def _named(table: pd.DataFrame, path: str) -> pd.DataFrame:
    """The columns that we know, under our names; a column that holds nothing says nothing."""
    if len(table):
        table = table.loc[:, table.map(lambda cell: bool(cell.strip())).any()]
    names = [_ALIASES.get(name, name) for name in (str(column).strip().lower() for column in table.columns)]
    for name in _COLUMNS:
        if names.count(name) > 1:
            twice = " and ".join(str(column) for column, ours in zip(table.columns, names, strict=True) if ours == name)
            raise EvenvoiceError(f"{path}: columns {twice} mean the same; keep one")
    table = table.set_axis(names, axis=1)
    if "part" not in table:
        hint = next((found for name in names if (found := nearest(name, ["part", "split"]))), "")
        raise EvenvoiceError(f"{path}: no column part (or split){hint}; it has {', '.join(names)}")
    kept = [name for name in _COLUMNS if name in table]
    if kept == ["part"]:
        raise EvenvoiceError(
            f"{path}: nothing but the part is known; add one at least of {', '.join(_COLUMNS[1:])} (it has "
            f"{', '.join(names)})"
        )
    return table[kept].copy()


def _parts(column: pd.Series, path: str) -> pd.Series:
    """The parts under our names."""
    words = column.str.strip().str.lower()
    for line, word in words.items():
        if word not in PARTS:
            said = f"part {word!r} is unknown{nearest(word, list(PARTS))}" if word else "no part"
            raise EvenvoiceError(f"{path}, line {line}: {said}; write train, validation (or dev) or test")
    return words.map(PARTS)
