"""A corpus: a table of utterances and where their audio is."""

from __future__ import annotations

import hashlib
import html
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from evenvoice.audio import Clip
from evenvoice.corpora.selection import Selection, resolve
from evenvoice.corpora.spelling import label_warnings, missing_warnings, speaker_warnings
from evenvoice.corpora.table import checked_table, table_of
from evenvoice.corpora.utterance import COLUMNS, TIMES, Utterance, as_text
from evenvoice.errors import EvenvoiceError, nearest, shown

if TYPE_CHECKING:
    from evenvoice.corpora.summary import Summary

__all__ = ["COLUMNS", "Corpus", "Utterance", "as_text", "table_of"]


@dataclass(frozen=True, eq=False, repr=False)
class Corpus:
    """A table of utterances, its name and its licence. It checks itself once, when it is made.

    Args:
        name: The corpus' short name, as runs and reports show it.
        table: One row an utterance, indexed by id (unique ``str``), with the columns ``file`` (absolute path, ``str``),
            ``emotion``, ``speaker``, ``session``, ``text``, ``gender``, ``style``, ``start``, ``end``, ``split``, and
            ``corpus``. What a corpus does not have is ``None`` (a column may be left out), NaN in start and end. Other
            columns are the user's own, and are kept after these.
        licence: The licence of the recordings.
        synthetic: Whether a machine spoke; every report says so.
        notes: What was noticed when it was read, a sentence each.
        labels: The emotions in the order to show them; those of the table in alphabetical order where none are given.

    Raises:
        EvenvoiceError: An empty table, an id twice, a missing column, a missing file or emotion, a path that is not
            absolute, a speaker that only some utterances lack, labels that are not the table's emotions.

    Examples:
        >>> corpus = Corpus("mine", table_of([Utterance("a", Path("/a.wav"), "sad", speaker="1")]), "CC0-1.0")
        >>> corpus.labels, corpus.has("speaker"), corpus.has("session")
        (('sad',), True, False)
    """

    name: str
    table: pd.DataFrame
    licence: str
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        table = checked_table(self.name, self.table)
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
        object.__setattr__(self, "notes", tuple(self.notes))

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Corpus({self.name!r}: {self._in_words()})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the size, the utterances of each emotion, the warnings."""
        counts = self.counts.to_frame().T.to_html()
        warnings = "".join(f"<li>{html.escape(line)}</li>" for line in self.warnings)
        return f"<b>{html.escape(self.name)}</b>: {self._in_words()}{counts}" + (
            f"<ul>{warnings}</ul>" * bool(warnings)
        )

    def _in_words(self) -> str:
        """Return the size of the corpus."""
        speakers = len(self.speakers)
        numbers = [(len(self), "utterance"), (speakers, "speaker"), (len(self.labels), "emotion")]
        words = [f"{number:,} {noun}{'' if number == 1 else 's'}" for number, noun in numbers]
        return ", ".join(words if speakers else [words[0], "speakers not known", words[2]])

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        root: Path | str | None = None,
        name: str = "frame",
        licence: str = "not stated",
        columns: Mapping[str, str] | str | None = None,
    ) -> Corpus:
        """Make a corpus of a pandas table, also one in audformat (``file``, ``start``, ``end`` in the index).

        Args:
            frame: One row an utterance: ``file`` and ``emotion``, and where known ``speaker``, ``session``, ``text``,
                ``gender``, ``style``, ``split``, and ``start`` and ``end`` as seconds, as timedeltas or as text
                (``0 days 00:00:01``). Other columns are kept as they are.
            root: The folder that relative paths start from; the working directory if not given.
            name: The corpus' short name.
            licence: The licence of the recordings.
            columns: Which columns to take: ``{"emotion": "label", "file": "path"}`` or ``"emotion=label,file=path"``.

        Raises:
            EvenvoiceError: Not a frame, a column that is missing, a value that cannot be used; the line names its row.

        Examples:
            >>> import tempfile
            >>> folder = Path(tempfile.mkdtemp())
            >>> (folder / "a.wav").touch(), (folder / "b.wav").touch()
            (None, None)
            >>> frame = pd.DataFrame({"path": ["a.wav", "b.wav"], "label": ["freude", "wut"], "age": [30, 41]})
            >>> corpus = Corpus.from_frame(frame, root=folder, name="mine", columns="file=path,emotion=label")
            >>> corpus
            Corpus('mine': 2 utterances, speakers not known, 2 emotions)
            >>> corpus.counts.to_dict(), corpus.table["age"].to_list()
            ({'freude': 1, 'wut': 1}, [30, 41])
        """
        from evenvoice.corpora.frame import open_frame

        return open_frame(frame, root=root, name=name, licence=licence, columns=columns)

    def to_audformat(self, root: Path | str | None = None) -> Any:
        """Return the corpus as an `audformat.Database`; its ``save`` writes it, and `open_corpus` reads it again.

        Columns have schemes of their names; the text is called ``transcription``, as in audformat's own databases. A
        corpus with a split gives the tables ``emotion.train``, ``emotion.dev`` and ``emotion.test``, else ``emotion``.

        Args:
            root: The folder that files are written relative to, so that ``save(root)`` gives a database that can be
                moved; absolute paths without one.

        Raises:
            EvenvoiceError: audformat is not installed, a recording is not under the root, or it stands there twice.

        Examples:
            ``corpus.to_audformat("/data/mine").save("/data/mine")``, and then ``open_corpus("audformat:/data/mine")``.
        """
        from evenvoice.corpora.audformat_write import to_audformat

        return to_audformat(self, root)

    @property
    def counts(self) -> pd.Series:
        """Utterances of each emotion, in the order of the labels."""
        found = self.table["emotion"].value_counts()
        return found.reindex(list(self.labels)).rename_axis("emotion").rename("utterances")

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels in alphabetical order, as models number them: the order to show them in changes no number.

        Examples:
            >>> table = pd.DataFrame({"file": ["/a.wav", "/b.wav"], "emotion": ["sad", "calm"]})
            >>> corpus = Corpus("mine", table, "CC0-1.0", labels=("sad", "calm"))
            >>> corpus.labels, corpus.classes
            (('sad', 'calm'), ('calm', 'sad'))
        """
        return tuple(sorted(self.labels))

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers, sorted; empty where they are not known."""
        return tuple(sorted(self.table["speaker"].dropna().unique()))

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What to look at before training, a sentence each: notes, labels and speakers that look like one another."""
        missing = missing_warnings("emotion", self.labels) + missing_warnings("speaker", self.speakers)
        return (*self.notes, *missing, *label_warnings(self.labels), *speaker_warnings(self.speakers))

    def summary(self) -> Summary:
        """Return what `evenvoice.corpora.summarise` finds: counts, hours, warnings; reads the recordings' headers."""
        from evenvoice.corpora.summary import summarise

        return summarise(self)

    def has(self, column: str) -> bool:
        """Return whether every utterance has a value in this column; not so where there is no such column."""
        return isinstance(column, str) and column in self.table and bool(self.table[column].notna().all())

    def select(self, selection: Selection | None = None, style: str | None = None) -> Corpus:
        """Return the corpus with some of its emotions, merged or renamed, and with one style of speaking.

        Args:
            selection: As `parse_selection` reads it; ``None`` keeps all emotions. A word is a label of the corpus, or
                another word for one (``angry`` for ``Anger``).
            style: For example ``improvised``; ``None`` keeps all.

        Raises:
            EvenvoiceError: A style or a label of which the corpus has no utterance, or a selection that cannot be read.

        Examples:
            >>> rows = [Utterance(e, Path(f"/{e}.wav"), e) for e in ("sad", "happy", "excited")]
            >>> Corpus("mine", table_of(rows), "CC0-1.0").select("sad,happy=happy+excited").table["emotion"].to_list()
            ['sad', 'happy', 'happy']
        """
        table = self.table if style is None else self._of_style(style)
        present = set(table["emotion"])
        where = f"corpus {self.name!r}" + (f", style {style!r}" if style else "")
        wanted, notes = resolve(selection, sorted(present), where) if selection is not None else ({}, [])
        if not wanted:
            return replace(self, table=table, labels=tuple(label for label in self.labels if label in present))
        label_of = {emotion: label for label, emotions in wanted.items() for emotion in emotions}
        table = table[table["emotion"].isin(label_of)]
        table = table.assign(emotion=table["emotion"].map(label_of))
        return replace(self, table=table, labels=tuple(wanted), notes=(*self.notes, *notes))

    def without(self, column: str, values: Sequence[str]) -> Corpus:
        """Return the corpus without the utterances that have one of these values in a column.

        Args:
            column: ``speaker``, ``session``, ``gender``, ``text``, ``style``, ``emotion``, ``split``, or one of the
                table's own.
            values: What to leave out.

        Raises:
            EvenvoiceError: An unknown column, a value that no utterance has, or nothing is left.

        Examples:
            >>> rows = [Utterance(s, Path(f"/{s}.wav"), "sad", speaker=s) for s in ("03", "08")]
            >>> Corpus("mine", table_of(rows), "CC0-1.0").without("speaker", ["08"]).table.index.to_list()
            ['03']
        """
        known = [name for name in self.table.columns if name not in ("file", *TIMES)]
        if not isinstance(column, str) or column not in known:
            raise EvenvoiceError(
                f"corpus {self.name!r}: cannot leave out by {shown(column)}{nearest(str(column), known)}; "
                f"use {', '.join(known)}"
            )
        if isinstance(values, str) or not isinstance(values, Sequence):
            raise EvenvoiceError(
                f"corpus {self.name!r}: without {column}: {shown(values)} is not a list of values; write a list"
            )
        written = self.table[column].map(str).where(self.table[column].notna(), None)
        values = [str(value) for value in values]
        there = set(written.dropna())
        for value in values:
            if value not in there:
                found = ", ".join(sorted(there)[:12]) or "none"
                raise EvenvoiceError(f"corpus {self.name!r}: no {column} is {shown(value)}; there are {found}")
        table = self.table[~written.isin(values)]
        present = set(table["emotion"])
        return replace(self, table=table, labels=tuple(label for label in self.labels if label in present))

    def fingerprint(self) -> str:
        """Return a SHA-256 over ids, emotions, speakers, file names (from the folder they share) and times, in order.

        The same corpus in another folder has the same fingerprint; another selection has another.
        """
        shared = os.path.commonpath([str(Path(file).parent) for file in set(self.table["file"])])
        digest = hashlib.sha256()
        times = (self.table[column].astype(object).where(self.table[column].notna(), None) for column in TIMES)
        columns = (self.table.index, self.table["emotion"], self.table["speaker"], self.table["file"], *times)
        for key, emotion, speaker, file, start, end in zip(*columns, strict=True):
            row = (key, emotion, speaker, Path(file).relative_to(shared).as_posix(), start, end)
            digest.update(json.dumps(row).encode() + b"\n")
        return digest.hexdigest()

    def clips(self) -> list[Clip]:
        """Return the part of a file to decode for each utterance, in the order of the table."""
        return [
            Clip(Path(file), None if pd.isna(start) else float(start), None if pd.isna(end) else float(end))
            for file, start, end in zip(self.table["file"], self.table["start"], self.table["end"], strict=True)
        ]

    def _of_style(self, style: str) -> pd.DataFrame:
        """Return the rows of one style of speaking."""
        if not isinstance(style, str):
            raise EvenvoiceError(f"corpus {self.name!r}: style {shown(style)}; expected text, for example improvised")
        rows = self.table[self.table["style"] == style]
        if rows.empty:
            known = sorted(self.table["style"].dropna().unique())
            there = f"its styles are {', '.join(known)}{nearest(style, known)}" if known else "it names no styles"
            raise EvenvoiceError(f"corpus {self.name!r}: no utterance in style {shown(style)}; {there}")
        return rows
