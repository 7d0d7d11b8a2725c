"""Labels: outside the known emotions, in several spellings, or in contradiction to the recording's name."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable
from pathlib import Path

import pandas as pd

from evenvoice.audit.findings import Finding, Kind
from evenvoice.corpora import EMOTIONS, LOADERS, canonical, spelling
from evenvoice.leases import temporary_folder

OUTSIDE = Kind(
    "label-outside-taxonomy",
    "warning",
    "A label is not a known emotion",
    "rename it with --emotions, so that results can be compared; leave it if you merged emotions on purpose",
)
VARIANTS = Kind(
    "label-variants",
    "warning",
    "Two labels are spellings of one emotion",
    "write them alike; as they are, a model must tell them apart",
)
CONTRADICTION = Kind(
    "name-contradicts-label",
    "warning",
    "A recording's name says another emotion than its label",
    "listen to it and correct the label, or the name",
)

# Runs of letters, where a capital begins a word: Sad-voice03, sadVoice.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# A loader speaks for a corpus whose files it mostly knows.
_MOSTLY = 0.5
# A path's parts that loaders look at: ESD has the emotion in the folder above the folder.
_PARTS = 4


def label_findings(table: pd.DataFrame) -> list[Finding]:
    """Return what is wrong with the labels of a corpus.

    Args:
        table: A corpus' table: ``file``, ``emotion``, ``speaker``, ``text``, indexed by utterance id.

    Examples:
        >>> table = pd.DataFrame({"file": ["/a/sad_1.wav", "/a/happy_1.wav"], "emotion": ["happy", "Happy "],
        ...                       "speaker": None, "text": None}, index=["1", "2"])
        >>> for finding in label_findings(table):
        ...     print(finding.kind.code, finding.evidence)
        label-variants ("happy: 'Happy ' (1), 'happy' (1)",)
    """
    counts = table["emotion"].value_counts().sort_index()
    found = []
    outside = [label for label in counts.index if canonical(label) is None]
    if outside:
        message = f"{len(outside)} of {len(counts)} labels; known are {', '.join(EMOTIONS)}"
        found.append(Finding(OUTSIDE, message, tuple(f"{label!r}: {counts[label]} utterances" for label in outside)))
    spellings: dict[str, list[str]] = {}
    for label in counts.index:
        spellings.setdefault(canonical(label) or spelling.plain(label), []).append(label)
    variants = {name: labels for name, labels in spellings.items() if len(labels) > 1}
    if variants:
        lines = [
            f"{name}: {', '.join(f'{label!r} ({counts[label]})' for label in labels)}"
            for name, labels in variants.items()
        ]
        found.append(Finding(VARIANTS, f"{len(variants)} of the emotions in several spellings", tuple(lines)))
    return found + _contradictions(table)


def _contradictions(table: pd.DataFrame) -> list[Finding]:
    """Return the finding of recordings whose name says another emotion of this corpus.

    An emotion that is not a label of the corpus may have been merged into one (``--emotions happy=happy+excited``), so
    it contradicts nothing.
    """
    labels = {canonical(label) or label for label in table["emotion"]}
    official = _official(table["file"].tolist())
    root = os.path.commonpath([str(Path(file).parent) for file in set(table["file"])])
    evidence = []
    for key, row in table.iterrows():
        emotion = canonical(row["emotion"]) or row["emotion"]
        said = official.get(row["file"]) or _named_emotion(row, emotion, labels, root)
        if said in labels and said != emotion:
            evidence.append(f"{_shown(key, row['file'])}: labelled {row['emotion']}, its name says {said}")
    if not evidence:
        return []
    return [Finding(CONTRADICTION, f"{len(evidence)} of {len(table)} recordings", tuple(evidence))]


def _named_emotion(row: pd.Series, emotion: str, labels: set[str], root: str) -> str | None:
    """Return the emotion that a recording's name has as a word; if it has none, that of the nearest folder with one.

    Its own label wins where there are several (the word *calm* said in anger: ``calm_angry``). Words that are its
    speaker or its text do not count.
    """
    path = Path(row["file"]).relative_to(root)
    other = {word for value in (row["speaker"], row["text"]) if isinstance(value, str) for word in _words(value)}
    for part in (path.stem, *reversed(path.parent.parts)):
        said = [found for word in _words(part) if word not in other and (found := canonical(word)) in labels]
        if said:
            return emotion if emotion in said else said[0]
    return None


def _official(files: list[str]) -> dict[str, str]:
    """Return the emotion of each recording by the rules of the corpus whose names these are, if they are one's.

    Loaders read names, not sounds, so they are asked about empty files of the same names in a folder of our own: the
    corpus' own folders may hold anything besides.
    """
    with temporary_folder() as folder:
        originals = {}
        for file in files:
            stand_in = Path(folder, *Path(file).parts[1:][-_PARTS:])
            if stand_in not in originals:
                stand_in.parent.mkdir(parents=True, exist_ok=True)
                stand_in.touch()
                originals[stand_in] = file
        best: dict[str, str] = {}
        for loader in LOADERS.values():
            rows = loader.read(folder).utterances
            best = max(best, {originals[row.file]: row.emotion for row in rows if row.file in originals}, key=len)
    return best if len(best) >= _MOSTLY * len(set(files)) else {}


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _shown(key: Hashable, file: str) -> str:
    """Return the utterance, and its file's name where that is another."""
    name = Path(file).name
    return str(key) if str(key).endswith((name, Path(file).stem)) else f"{key} ({name})"
