"""A corpus: a table of utterances and where their audio is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pandas as pd

from evenvoice.audio import Clip
from evenvoice.corpora.emotions import parse_selection
from evenvoice.errors import EvenvoiceError, nearest


def as_text(name: object) -> str:
    r"""Return a name as text that any file can hold: a byte of a file's name that is no UTF-8 becomes ``\udcff``.

    Examples:
        >>> print(as_text("fr\udcf6h.wav"))
        fr\udcf6h.wav
    """
    return str(name).encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True)
class Utterance:
    """One recording with one label: a row of a corpus' table.

    Args:
        id: Unique in its corpus; the official name where there is one.
        file: The recording; an absolute path.
        emotion: A canonical name (`evenvoice.corpora.emotions`).
        speaker: Who speaks.
        session: The recording session.
        text: The sentence spoken, or the corpus' code for it.
        gender: ``female``, ``male``, or as the corpus says.
        style: ``acted``, ``improvised``, ``scripted``, or as the corpus says.
        start: Where the utterance starts in the file, in seconds, where the file holds more than it.
        end: Where it ends, in seconds.
        split: The part that the corpus' authors put it into: ``train``, ``validation`` or ``test``.
        corpus: Which corpus it is from, in a table that joins two.
    """

    id: str
    file: Path
    emotion: str
    speaker: str | None = None
    session: str | None = None
    text: str | None = None
    gender: str | None = None
    style: str | None = None
    start: float | None = None
    end: float | None = None
    split: str | None = None
    corpus: str | None = None


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Utterance) if field.name != "id")
_TIMES = ("start", "end")


def table_of(utterances: Iterable[Utterance]) -> pd.DataFrame:
    """Return the table of some utterances, indexed by id, in their order.

    Examples:
        >>> table_of([Utterance("a", Path("/data/a.wav"), "sad")]).loc["a", "file"]
        '/data/a.wav'
    """
    rows = [vars(utterance) | {"file": str(utterance.file)} for utterance in utterances]
    return pd.DataFrame(rows, columns=["id", *COLUMNS], dtype=object).set_index("id")


@dataclass(frozen=True, eq=False)
class Corpus:
    """A table of utterances, its name and its licence. It checks itself once, when it is made.

    Args:
        name: The corpus' short name, as runs and reports show it.
        table: One row an utterance, indexed by id (unique ``str``), with the columns ``file`` (absolute path, ``str``),
            ``emotion``, ``speaker``, ``session``, ``text``, ``gender``, ``style``, ``start``, ``end``, ``split``, and
            ``corpus``. What a corpus does not have is ``None`` (a column may be left out), NaN in start and end.
        licence: The licence of the recordings.
        synthetic: Whether a machine spoke; every report says so.
        oddities: What was odd when it was read, a sentence each.
        labels: The emotions in their order; those of the table in alphabetical order where none are given.

    Raises:
        EvenvoiceError: An empty table, an id twice, a missing or unknown column, a missing file or emotion, a path that
            is not absolute, a speaker that only some utterances lack, labels that are not the table's emotions.

    Examples:
        >>> corpus = Corpus("mine", table_of([Utterance("a", Path("/a.wav"), "sad", speaker="1")]), "CC0-1.0")
        >>> corpus.labels, corpus.has("speaker"), corpus.has("session")
        (('sad',), True, False)
    """

    name: str
    table: pd.DataFrame
    licence: str
    synthetic: bool = False
    oddities: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        table = _checked(self.name, self.table)
        present = set(table["emotion"])
        labels = tuple(self.labels) or tuple(sorted(present))
        if set(labels) != present or len(labels) != len(present):
            raise EvenvoiceError(
                f"corpus {self.name!r}: the labels are {', '.join(labels)}, its utterances have "
                f"{', '.join(sorted(present))}; select the emotions that there are"
            )
        # A frozen dataclass leaves no other way to store what was checked.
        object.__setattr__(self, "name", as_text(self.name))
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "oddities", tuple(self.oddities))

    def __len__(self) -> int:
        return len(self.table)

    def has(self, column: str) -> bool:
        """Return whether every utterance has a value in this column."""
        return bool(self.table[column].notna().all())

    def select(self, selection: str | None = None, style: str | None = None) -> Corpus:
        """Return the corpus with some of its emotions, merged or renamed, and with one style of speaking.

        Args:
            selection: As `parse_selection` reads it; ``None`` keeps all emotions.
            style: For example ``improvised``; ``None`` keeps all.

        Raises:
            EvenvoiceError: A style or a label of which the corpus has no utterance, or a selection that cannot be read.

        Examples:
            >>> rows = [Utterance(e, Path(f"/{e}.wav"), e) for e in ("sad", "happy", "excited")]
            >>> Corpus("mine", table_of(rows), "CC0-1.0").select("sad,happy=happy+excited").table["emotion"].to_list()
            ['sad', 'happy', 'happy']
        """
        table = self.table if style is None else self._of_style(style)
        wanted = parse_selection(selection) if selection is not None else {}
        if not wanted:
            present = set(table["emotion"])
            return replace(self, table=table, labels=tuple(label for label in self.labels if label in present))
        label_of = {emotion: label for label, emotions in wanted.items() for emotion in emotions}
        present = set(table["emotion"])
        for label, emotions in wanted.items():
            if not present & set(emotions):
                raise EvenvoiceError(
                    f"corpus {self.name!r}: no utterance for {label!r}{f' in style {style!r}' if style else ''}; "
                    f"its emotions are {', '.join(sorted(present))}"
                )
        absent = [
            f"no utterance is {emotion}, so {label} is without it"
            for emotion, label in label_of.items()
            if emotion not in present
        ]
        table = table[table["emotion"].isin(label_of)]
        table = table.assign(emotion=table["emotion"].map(label_of))
        return replace(self, table=table, labels=tuple(wanted), oddities=(*self.oddities, *absent))

    def without(self, column: str, values: Sequence[str]) -> Corpus:
        """Return the corpus without the utterances that have one of these values in a column.

        Args:
            column: ``speaker``, ``session``, ``gender``, ``text``, ``style``, ``emotion`` or ``split``.
            values: What to leave out.

        Raises:
            EvenvoiceError: An unknown column, a value that no utterance has, or nothing is left.

        Examples:
            >>> rows = [Utterance(s, Path(f"/{s}.wav"), "sad", speaker=s) for s in ("03", "08")]
            >>> Corpus("mine", table_of(rows), "CC0-1.0").without("speaker", ["08"]).table.index.to_list()
            ['03']
        """
        known = [name for name in COLUMNS if name not in ("file", *_TIMES)]
        if column not in known:
            raise EvenvoiceError(
                f"corpus {self.name!r}: cannot leave out by {column!r}{nearest(column, known)}; use {', '.join(known)}"
            )
        there = {str(value) for value in self.table[column].dropna()}
        for value in values:
            if value not in there:
                found = ", ".join(sorted(there)[:12]) or "none"
                raise EvenvoiceError(f"corpus {self.name!r}: no {column} is {value!r}; there are {found}")
        table = self.table[~self.table[column].isin(values)]
        present = set(table["emotion"])
        return replace(self, table=table, labels=tuple(label for label in self.labels if label in present))

    def fingerprint(self) -> str:
        """Return a SHA-256 over ids, emotions, speakers, file names (from the folder they share) and times, in order.

        The same corpus in another folder has the same fingerprint; another selection has another.
        """
        shared = os.path.commonpath([str(Path(file).parent) for file in set(self.table["file"])])
        digest = hashlib.sha256()
        times = (self.table[column].astype(object).where(self.table[column].notna(), None) for column in _TIMES)
        columns = (self.table.index, self.table["emotion"], self.table["speaker"], self.table["file"], *times)
        for key, emotion, speaker, file, start, end in zip(*columns, strict=True):
            row = (key, emotion, speaker, Path(file).relative_to(shared).as_posix(), start, end)
            digest.update(json.dumps(row).encode() + b"\n")
        return digest.hexdigest()

    def clips(self) -> list[Clip]:
        """Return what to hear for each utterance, in the order of the table."""
        return [
            Clip(Path(file), None if pd.isna(start) else float(start), None if pd.isna(end) else float(end))
            for file, start, end in zip(self.table["file"], self.table["start"], self.table["end"], strict=True)
        ]

    def _of_style(self, style: str) -> pd.DataFrame:
        """Return the rows of one style of speaking."""
        rows = self.table[self.table["style"] == style]
        if rows.empty:
            known = sorted(self.table["style"].dropna().unique())
            there = f"its styles are {', '.join(known)}{nearest(style, known)}" if known else "it names no styles"
            raise EvenvoiceError(f"corpus {self.name!r}: no utterance in style {style!r}; {there}")
        return rows


def _checked(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a corpus' table as the contract wants it, or raise; the only place where a table is checked."""
    if table.empty:
        raise EvenvoiceError(f"corpus {name!r}: no utterances; a corpus needs one at least")
    absent = [column for column in ("file", "emotion") if column not in table]
    if absent:
        raise EvenvoiceError(f"corpus {name!r}: column {absent[0]!r} is missing; give every utterance one")
    extra = [str(column) for column in table.columns if column not in COLUMNS]
    if extra:
        known = f"known are {', '.join(COLUMNS)}"
        raise EvenvoiceError(f"corpus {name!r}: unknown column {extra[0]!r}{nearest(extra[0], list(COLUMNS))}; {known}")
    table = table.reindex(columns=list(COLUMNS)).rename_axis("utterance")
    table.index = table.index.astype(object).map(as_text)
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise EvenvoiceError(f"corpus {name!r}: utterance {twice[0]!r} is there twice; ids must be unique")
    table["file"] = [None if pd.isna(file) else str(file) for file in table["file"]]
    for column in COLUMNS:
        if column in _TIMES:
            table[column] = table[column].astype(float)
        else:  # plain objects: pandas' own string types refuse file names that are not UTF-8
            table[column] = table[column].astype(object).where(table[column].notna(), None)
    speakers = [None if speaker is None else as_text(speaker) for speaker in table["speaker"]]
    table["speaker"] = pd.Series(speakers, table.index, dtype=object)
    for column in ("file", "emotion"):
        _check_complete(name, table, column)
    if table["speaker"].notna().any():
        _check_complete(name, table, "speaker")
    for key, file in zip(table.index, table["file"], strict=True):
        if not Path(file).is_absolute():
            raise EvenvoiceError(f"corpus {name!r}: utterance {key!r}: {file!r} is not an absolute path; resolve it")
    return table


def _check_complete(name: str, table: pd.DataFrame, column: str) -> None:
    """Raise if an utterance has no value in this column."""
    missing = table.index[table[column].isna()]
    if len(missing):
        remedy = "give every utterance one, or none" if column == "speaker" else "give every utterance one"
        raise EvenvoiceError(f"corpus {name!r}: utterance {missing[0]!r} has no {column}; {remedy}")
