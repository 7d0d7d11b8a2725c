"""What a corpus holds, and what to look at before training."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.audio import header
from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.paths import exists, is_file
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.progress import track

_SHORT, _LONG = 0.3, 30.0  # seconds; hardly a word, and more than an utterance
_FEW_TEXTS = 20
_EXAMPLES = 3
_PIECE = 512  # bytes


@dataclass(frozen=True, eq=False)
class Summary:
    """What `summarise` found.

    Args:
        name: The corpus' name.
        counts: Utterances: a row for each emotion, a column for each speaker (one column, ``not known``, without them).
        totals: Utterances of each emotion, in the order of the labels.
        hours: The length of all recordings that can be read; ``None`` where none can.
        hours_note: What ``hours`` leaves out, or an empty string.
        imbalance: The largest emotion's utterances over the smallest's.
        warnings: What to look at before training, a sentence each.
    """

    name: str
    counts: pd.DataFrame
    totals: dict[str, int]
    hours: float | None
    hours_note: str
    imbalance: float
    warnings: list[str]

    def to_json(self) -> dict[str, Any]:
        """Return the summary for scripts: plain numbers, strings, lists and dicts."""
        counts = {str(label): {str(s): int(n) for s, n in row.items()} for label, row in self.counts.iterrows()}
        plain = {name: value for name, value in vars(self).items() if name != "counts"}
        return {**plain, "utterances": sum(self.totals.values()), "counts": counts}


def summarise(corpus: Corpus) -> Summary:
    """Count a corpus and look for gaps, copies and missing recordings. Reads headers and bytes."""
    if not isinstance(corpus, Corpus):
        raise EvenvoiceError(f"summarise: a {type(corpus).__name__}; expected a corpus (open_corpus)")
    counts = _counts(corpus)
    totals = {label: int(corpus.table["emotion"].eq(label).sum()) for label in corpus.labels}
    headers = _headers(corpus)
    return Summary(
        name=corpus.name,
        counts=counts,
        totals=totals,
        hours=sum(headers.seconds.values()) / 3600 if headers.seconds else None,
        hours_note=headers.note,
        imbalance=max(totals.values()) / min(totals.values()),
        warnings=[
            *corpus.warnings,
            *_gaps(corpus, counts),
            *_texts(corpus),
            *headers.warnings(),
            *_copies(corpus),
        ],
    )


def _counts(corpus: Corpus) -> pd.DataFrame:
    """Return utterances × emotion × speaker."""
    speakers = corpus.table["speaker"].fillna("not known").rename("speaker")
    return pd.crosstab(corpus.table["emotion"], speakers).reindex(list(corpus.labels))


def _gaps(corpus: Corpus, counts: pd.DataFrame) -> list[str]:
    """Say which speakers lack an emotion, or nearly so: a fold that tests them lacks the class."""
    if not corpus.has("speaker"):
        return ["speakers are not known, so no protocol can keep them apart; add --speaker-from or a column speaker"]
    if counts.shape[1] == 1:
        return [f"one speaker only, {counts.columns[0]}"]
    lines = []
    for number, words in ((0, "has no"), (1, "has only one")):
        pairs = [f"speaker {speaker} {words} {label}" for label, speaker in _cells(counts, number)]
        lines += pairs[:10]
        if len(pairs) > 10:
            lines.append(f"and so for {len(pairs) - 10} more pairs of speaker and emotion")
    return lines


def _cells(counts: pd.DataFrame, number: int) -> Iterable[tuple[Hashable, Hashable]]:
    """Yield the emotion and speaker of the cells that hold this number."""
    return ((label, speaker) for speaker, column in counts.items() for label, n in column.items() if n == number)


def _texts(corpus: Corpus) -> list[str]:
    """Say where few sentences are spoken in every emotion: a model may know them by heart."""
    if not corpus.has("text"):
        return []
    emotions = corpus.table.groupby("text")["emotion"].nunique()
    if len(emotions) > _FEW_TEXTS:
        return []
    every = "each of them" if len(emotions) > 1 else "it"
    spoken = f", {every} spoken in every emotion" if (emotions == len(corpus.labels)).all() else ""
    return [f"only {len(emotions)} {'texts' if len(emotions) > 1 else 'text'}{spoken}"]


@dataclass(frozen=True)
class _Headers:
    """What the headers tell, by utterance id, and the utterances without a header that can be read."""

    seconds: dict[str, float]
    rates: Counter[int]
    missing: list[str]
    unreadable: list[str]

    @property
    def note(self) -> str:
        """What the hours leave out."""
        parts = ((self.missing, "the audio is missing"), (self.unreadable, "the audio cannot be read"))
        return "; ".join(f"{what} for {len(ids)}" for ids, what in parts if ids)

    def warnings(self) -> list[str]:
        """What to look at in the recordings."""
        short = [key for key, seconds in self.seconds.items() if seconds < _SHORT]
        long = [key for key, seconds in self.seconds.items() if seconds > _LONG]
        kinds = (
            (self.missing, "without their audio"),
            (self.unreadable, "with audio that cannot be read"),
            (short, f"shorter than {_SHORT:g} s"),
            (long, f"longer than {_LONG:g} s"),
        )
        lines = [f"utterances {what}: {_some(ids)}" for ids, what in kinds if ids]
        if len(self.rates) > 1:
            rates = ", ".join(f"{rate} Hz ({files})" for rate, files in self.rates.most_common())
            lines.append(f"several sample rates: {rates}")
        return lines


def _headers(corpus: Corpus) -> _Headers:
    """Read every recording's header."""
    headers = _Headers({}, Counter(), [], [])
    clips = list(zip(corpus.table.index, corpus.clips(), strict=True))
    rated: set[Path] = set()
    for key, clip in track(clips, f"reading the headers of {corpus.name}"):
        if not exists(clip.file):
            headers.missing.append(key)
            continue
        try:
            headers.seconds[key], rate = header(clip)
        except AudioError:
            headers.unreadable.append(key)
            continue
        if clip.file not in rated:
            rated.add(clip.file)
            headers.rates[rate] += 1
    return headers


def _copies(corpus: Corpus) -> list[str]:
    """Say which recordings are the same, byte for byte: one in training and one in test is a leak."""
    by_size: dict[int, list[Path]] = {}
    for file in map(Path, dict.fromkeys(corpus.table["file"])):
        if is_file(file):
            by_size.setdefault(file.stat().st_size, []).append(file)
    same = [
        " and ".join(file.name for file in equal)
        for alike in by_size.values()
        for piece in _equal(alike, _piece)
        for equal in _equal(piece, _digest)
    ]
    return [f"recordings that are the same, byte for byte: {_some(same, '; ')}"] if same else []


def _equal(files: list[Path], by: Callable[[Path], Hashable]) -> list[list[Path]]:
    """Return the groups of two files or more that are equal in one thing; of one file it is not asked."""
    groups: dict[Hashable, list[Path]] = {}
    for file in files if len(files) > 1 else ():
        groups.setdefault(by(file), []).append(file)
    return [group for group in groups.values() if len(group) > 1]


def _piece(file: Path) -> bytes | str:
    """Return some bytes of the middle: most files of one size differ there, and are not read as a whole."""
    try:
        with file.open("rb") as handle:
            handle.seek(file.stat().st_size // 2)
            return handle.read(_PIECE)
    except OSError:
        return str(file)


def _digest(file: Path) -> str:
    """Return the SHA-256 of a file, or its own name where it cannot be read: the header's reader has said so."""
    try:
        with file.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return str(file)


def _some(names: list[str], between: str = ", ") -> str:
    """Return how many there are and the first few."""
    more = f"{between}…" if len(names) > _EXAMPLES else ""
    return f"{len(names)} ({between.join(names[:_EXAMPLES])}{more})"
