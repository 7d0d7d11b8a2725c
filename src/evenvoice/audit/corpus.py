"""The audit of a corpus: what could make a figure measured on it too good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.audit.associations import association_findings, associations, one_emotion_findings
from evenvoice.audit.decoded import decode_all, decoded_table, unusable_findings
from evenvoice.audit.duplicates import duplicate_findings, find_duplicates
from evenvoice.audit.findings import Audit, Finding, Kind
from evenvoice.audit.fingerprint import Fingerprint
from evenvoice.audit.labels import label_findings
from evenvoice.audit.lengths import length_findings
from evenvoice.audit.shortcuts import (
    LOUDNESS_AND_DURATION,
    RECORDING_PROPERTIES,
    PropertySet,
    find_shortcut,
    shortcut_findings,
)
from evenvoice.audit.signals import signal_findings
from evenvoice.cores import cores
from evenvoice.corpora import Corpus, as_corpus
from evenvoice.errors import AudioError, EvenvoiceError

_WARNINGS = Kind(
    "corpus-warnings",
    "warning",
    "The table of the corpus has warnings",
    "look at each: two spellings of one speaker, for example, are two speakers to a split, which then leaks",
)


@dataclass
class _Notes:
    """What the audit writes down as it goes."""

    findings: list[Finding] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def audit_corpus(corpus: Corpus | pd.DataFrame | Path | str, *, jobs: int | None = None) -> Audit:
    """Look for what could make figures on a corpus too good: copies, shortcuts past the speech, wrong labels, defects.

    Every recording is decoded once. Where an utterance is a part of a file, that part is decoded. A recording that
    cannot be used is a finding, not an error.

    Args:
        corpus: What to audit: a corpus, or what `evenvoice.open_corpus` takes (``"emodb:PATH"``, a folder, a table).
        jobs: How many recordings to decode at once; all cores if ``None``. The result does not depend on it.

    Raises:
        EvenvoiceError: The corpus cannot be opened.

    Examples:
        >>> from pathlib import Path
        >>> from evenvoice.corpora import Utterance, table_of
        >>> corpus = Corpus("mine", table_of([Utterance("a", Path("/missing.wav"), "sad")]), "CC0-1.0")
        >>> audit_corpus(corpus, jobs=1).codes
        {'unusable-recording'}
    """
    corpus = as_corpus(corpus)
    jobs = jobs or cores()
    decoded = decode_all(corpus.clips(), jobs=jobs)
    table = decoded_table(corpus, decoded)
    notes = _Notes()
    notes.facts["utterances"] = len(corpus)
    notes.findings += unusable_findings(decoded)
    notes.checked.append(f"{len(decoded)} recordings decoded")
    fingerprints = [one.fingerprint for one in decoded if not isinstance(one, AudioError)]
    del decoded  # of many recordings what is measured takes memory, and the table has it
    if len(table):
        _note_sounds(notes, table, fingerprints)
    del fingerprints
    _note_associations(notes, table if len(table) else corpus.table)
    if len(table):
        for properties in (RECORDING_PROPERTIES, LOUDNESS_AND_DURATION):
            _note_shortcut(notes, table, properties, jobs)
    else:
        notes.checked.append("not checked, as no recording can be used: copies, signals, non-speech classifier")
    notes.findings += [*label_findings(corpus.table), *_warnings_of(corpus)]
    notes.checked.append("labels: taxonomy, spellings, recordings' names")
    return Audit.of(f"corpus {corpus.name}", notes.findings, notes.checked, notes.facts)


def _warnings_of(corpus: Corpus) -> list[Finding]:
    """Return what was noticed when the table was read: speakers that differ in spelling only, for example."""
    warnings = tuple(corpus.warnings)
    return [Finding(_WARNINGS, f"{len(warnings)} of them", warnings)] if warnings else []


def _note_sounds(notes: _Notes, table: pd.DataFrame, fingerprints: Sequence[Fingerprint]) -> None:
    """Note copies and the defects of signals, and what the recordings are."""
    notes.findings += duplicate_findings(find_duplicates(fingerprints), table)
    notes.findings += signal_findings(table)
    notes.findings += length_findings(table)
    notes.checked += [
        "the same audio twice (same samples; resampled, trimmed, padded, louder, re-encoded)",
        "signals: clipping, offset, zeros, silence, bandwidth, mixed sample rates and formats",
        "lengths: one for all, one for an emotion",
    ]
    notes.facts["hours"] = round(float(table["duration"].sum()) / 3600, 3)
    kinds = table.groupby(["format", "subtype", "rate", "channels"]).size().sort_values(ascending=False, kind="stable")
    notes.facts["recordings"] = "; ".join(
        f"{kind.n} {kind.format} {kind.subtype}, {kind.rate} Hz, channels: {kind.channels}"
        for kind in kinds.reset_index(name="n").itertuples(index=False)
    )


def _note_associations(notes: _Notes, table: pd.DataFrame) -> None:
    """Note how far emotion goes with each property."""
    found = associations(table)
    notes.findings += [*association_findings(found), *one_emotion_findings(table)]
    for one in found:
        notes.facts[f"emotion and {one.name}"] = f"Cramér's V {one.v:.2f} ({one.emotion} against the rest)"
    missing = [name for name in ("speaker", "session", "gender", "text") if table[name].isna().all()]
    unknown = f" (the corpus does not tell {', '.join(missing)})" if missing else ""
    names = ", ".join(one.name for one in found) or "nothing, as there is but one of everything"
    notes.checked.append(f"emotion tied to {names}{unknown}")


def _note_shortcut(notes: _Notes, table: pd.DataFrame, properties: PropertySet, jobs: int) -> None:
    """Note how well a classifier of non-speech properties does, or why there can be none."""
    name = f"non-speech classifier, {properties.name}"
    try:
        shortcut = find_shortcut(table, properties, jobs=jobs)
    except EvenvoiceError as error:
        notes.checked.append(f"not checked: {name}: {error}")
        return
    notes.findings += shortcut_findings(shortcut)
    notes.facts[name] = shortcut.words()
    notes.checked.append(f"{name}, tested on {shortcut.tested_on}")
