"""Audit of a split: what train, validation and test share, and whether the test part can carry a claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from evenvoice.arguments import as_path
from evenvoice.audit.findings import Audit, Finding, Kind
from evenvoice.audit.interval import half_width, ua_half_width
from evenvoice.audit.shared_audio import shared_audio
from evenvoice.audit.split_table import read_split, split_of_frame, split_of_run
from evenvoice.corpora import Corpus, as_corpus, spelling
from evenvoice.errors import EvenvoiceError
from evenvoice.tables import count

__all__ = ["audit_split", "read_split", "split_of_frame", "split_of_run"]

WIDEST = 0.10
"""Half the width of an interval that can still carry a claim. On EmoDB, balancing before the split lifts UA by 11
points and sharing speakers by 6 to 10 (docs/results.md): a wider interval does not even tell these mistakes from
progress."""

_SPLIT_AGAIN = "split again, so that each {0} is in one part only"
SHARED = {
    "utterance": Kind(
        "shared-utterance", "leak", "Utterances are in more than one part", _SPLIT_AGAIN.format("utterance")
    ),
    "file": Kind("shared-file", "leak", "Recordings are in more than one part", _SPLIT_AGAIN.format("recording")),
    "speaker": Kind(
        "shared-speaker",
        "leak",
        "Speakers are in more than one part",
        "split by speaker; where that cannot be, say with every figure that its speakers are in training as well",
    ),
    "session": Kind(
        "shared-session",
        "warning",
        "Recording sessions are in more than one part",
        "split by session, as room, microphone and partner are the same in all parts",
    ),
    "text": Kind(
        "shared-text",
        "warning",
        "Sentences are in more than one part",
        "split by sentence as well, or say that the sentences of the test part are in training as well",
    ),
}
SPELLED_APART = Kind(
    "speakers-spelled-apart",
    "warning",
    "Speakers of different parts differ in spelling only",
    "write them alike and split again by speaker, if they are one person: else figures are too high",
)
REPEATED = Kind(
    "repeated-utterance",
    "warning",
    "Utterances stand in one part more than once",
    "list each utterance once, else it counts twice in every figure",
)
MISSING_CLASS = Kind(
    "missing-class",
    "warning",
    "A part lacks an emotion",
    "split again, stratified by emotion, or leave the emotion out and say so",
)
TOO_SMALL = Kind(
    "test-too-small",
    "warning",
    "The test part is too small for a claim",
    "cross-validate, so that every utterance is tested once, or give the interval with the figure",
)


def audit_split(
    split: pd.DataFrame | Path | str,
    name: str | None = None,
    *,
    corpus: Corpus | pd.DataFrame | Path | str | None = None,
    jobs: int | None = None,
) -> Audit:
    """Look for what the parts of a split share, for emotions that a part lacks, and for a test part that is too small.

    Args:
        split: A table with a row an utterance, as a frame or a CSV: ``part`` (or ``split``), and any of ``utterance``,
            ``file``, ``emotion``, ``speaker``, ``session``, ``text``; or the folder of a run.
        name: What the audit is called; the path, if not given.
        corpus: Fills in by ``utterance`` what the table does not say.
        jobs: How many recordings to decode at once; one a core if not given.

    Raises:
        EvenvoiceError: No such table, no training part or no test part, or a recording that cannot be used.

    Examples:
        >>> table = pd.DataFrame({"part": ["train", "train", "test"], "speaker": ["03", "08", "08"]})
        >>> audit = audit_split(table)
        >>> audit.leaks[0].message
        '1 of the 1 speakers of the test part in another part: 1 of 1 test rows'
        >>> audit.leaks[0].evidence
        ('08: 1 train, 1 test',)
    """
    known = None if corpus is None else as_corpus(corpus)
    if isinstance(split, pd.DataFrame):
        name, table = name or "split", split_of_frame(split, known)
    else:
        path = as_path(split, "split")
        name = name or str(path)
        table = split_of_run(path, known) if path.is_dir() else read_split(path, known)
    for part in ("train", "test"):
        if not (table["part"] == part).any():
            raise EvenvoiceError(
                f"{name}: no {part} part; its parts are {', '.join(sorted(set(table['part'])))}. A split has train and "
                "test, and may have validation"
            )
    findings = [finding for column, kind in SHARED.items() for finding in _shared(table, column, kind)]
    findings += [*_spelled_apart(table), *_repeated(table)]
    shared, checked_audio = shared_audio(table, jobs)
    findings += [*shared, *_missing_classes(table), *_too_small(table)]
    checked = [_coverage(table, column) for column in (*SHARED, "emotion")]
    return Audit.of(name, findings, [*checked, checked_audio, "size of the test part"], _facts(table))


def key_of(table: pd.DataFrame, column: str) -> pd.Series:
    """Return what must not be shared: the values of a column; for files, with the times that an utterance has in it."""
    if column not in table:
        return pd.Series(None, index=table.index, dtype=object)
    values = table[column].astype(object)
    if column == "file" and {"start", "end"} & set(table):
        times = table.reindex(columns=["start", "end"]).astype(object)
        whole = times.isna().all(axis=1)
        values = values.where(whole, values + " from " + times["start"].astype(str) + " to " + times["end"].astype(str))
        values = values.where(table["file"].notna(), None)
    return values


def _shared(table: pd.DataFrame, column: str, kind: Kind) -> Iterator[Finding]:
    """What stands in the test part and elsewhere; and, as a warning, in train and validation only."""
    values = key_of(table, column)
    counts = pd.crosstab(values, table["part"]).reindex(columns=["train", "validation", "test"], fill_value=0)
    several = counts[(counts > 0).sum(axis=1) > 1]
    tested = several[several["test"] > 0]
    if len(tested):
        n, of = int(tested["test"].sum()), int((table["part"] == "test").sum())
        whole = f"{len(tested)} of the {int((counts['test'] > 0).sum())} {column}s of the test part in another part"
        yield Finding(kind, f"{whole}: {n} of {of} test rows", tuple(_where(tested)))
    others = several[several["test"] == 0]
    if len(others):
        message = f"{len(others)} {column}s in train and validation, so that the validation part says too much"
        yield Finding(replace(kind, severity="warning"), message, tuple(_where(others)))


def _spelled_apart(table: pd.DataFrame) -> list[Finding]:
    """Speakers of several parts who look like one: 1 and 1.0, Anna and anna."""
    if "speaker" not in table:
        return []
    parts = table[table["speaker"].notna()].groupby("speaker")["part"].agg(lambda of: sorted(set(of)))
    evidence = [
        ", ".join(
            f"'{form}' in {' and '.join(parts[name])}" for name, form in zip(names, spelling.forms(names), strict=True)
        )
        for names in spelling.same_but_for_spelling(parts.index)
        if len({part for name in names for part in parts[name]}) > 1
    ]
    if not evidence:
        return []
    return [Finding(SPELLED_APART, f"{count(len(evidence), 'set')} of names", tuple(evidence))]


def _where(counts: pd.DataFrame) -> Iterator[str]:
    """How often each value stands in each part."""
    for value, row in counts.iterrows():
        yield f"{value}: " + ", ".join(f"{int(n)} {part}" for part, n in row.items() if n)


def _repeated(table: pd.DataFrame) -> list[Finding]:
    """What stands in one part twice, by utterance, else by file."""
    for column in ("utterance", "file"):
        values = key_of(table, column)
        counts = table[values.notna()].groupby([values.dropna(), "part"]).size()
        twice = counts[counts > 1].reset_index(name="n")
        if len(twice):
            evidence = tuple(f"{value}: {n} times in {part}" for value, part, n in twice.to_numpy())
            return [Finding(REPEATED, f"{len(twice)} {column}s", evidence)]
    return []


def _missing_classes(table: pd.DataFrame) -> list[Finding]:
    """Emotions that a part lacks and another has."""
    if "emotion" not in table:
        return []
    counts = pd.crosstab(table["emotion"], table["part"])
    evidence = [
        f"{part}: no {emotion} (" + ", ".join(f"{n} {other}" for other, n in counts.loc[emotion].items() if n) + ")"
        for part in counts.columns
        for emotion in counts.index[counts[part] == 0]
    ]
    return [Finding(MISSING_CLASS, f"{len(evidence)} of emotion and part", tuple(evidence))] if evidence else []


def _too_small(table: pd.DataFrame) -> list[Finding]:
    """A test part whose interval is too wide, or that holds one speaker."""
    tested = table[table["part"] == "test"]
    evidence = []
    measure, half = _half_width(tested)
    if half > WIDEST:
        evidence.append(
            f"{len(tested)} utterances: the 95 % interval of {measure} is ± {100 * half:.0f} points at least, if every "
            f"recall is one half (± {100 * WIDEST:.0f} can carry a claim)"
        )
    if "speaker" in tested and tested["speaker"].notna().all() and tested["speaker"].nunique() == 1:
        evidence.append(f"one speaker ({tested['speaker'].iloc[0]}): nothing tells how speakers differ")
    return [Finding(TOO_SMALL, "; ".join(evidence), tuple(evidence))] if evidence else []


def _half_width(tested: pd.DataFrame) -> tuple[str, float]:
    """Half the width of an interval for UA; for WA where the emotions are not known."""
    if "emotion" in tested and tested["emotion"].notna().all():
        return "UA", ua_half_width(tested["emotion"].value_counts().tolist())
    return "WA", half_width(len(tested))


def _coverage(table: pd.DataFrame, column: str) -> str:
    """What could be looked at."""
    known = int(table[column].notna().sum()) if column in table else 0
    if known == len(table):
        return f"{column}s"
    return f"{column}s of {known} of {len(table)} rows" if known else f"no {column}s (not known)"


def _facts(table: pd.DataFrame) -> dict[str, object]:
    """Sizes."""
    facts: dict[str, object] = {}
    for part in ("train", "validation", "test"):
        rows = table[table["part"] == part]
        facts[f"{part}_rows"] = len(rows)
        if "speaker" in rows and len(rows) and rows["speaker"].notna().all():
            facts[f"{part}_speakers"] = int(rows["speaker"].nunique())
    measure, half = _half_width(table[table["part"] == "test"])
    facts[f"{measure.lower()}_half_width_at_least"] = round(half, 4)
    return facts
