"""The same sound in two parts of a split: equal samples, or a copy that was resampled, trimmed or re-encoded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from evenvoice.audio import Clip
from evenvoice.audit.decoded import decode_all
from evenvoice.audit.duplicates import Pair, find_duplicates
from evenvoice.audit.findings import Finding, Kind
from evenvoice.cores import cores
from evenvoice.errors import AudioError

SHARED_AUDIO = Kind(
    "shared-audio",
    "leak",
    "The same recording is in more than one part under different names",
    "leave out all copies but one, and split again",
)


def shared_audio(table: pd.DataFrame, jobs: int | None = None) -> tuple[list[Finding], str]:
    """Compare the recordings of a split that exist on disk.

    Args:
        table: With ``part``, and ``file`` (and ``start`` and ``end``) where they are known.
        jobs: How many recordings to decode at once; one a core if not given.

    Returns:
        What was found, and what could be looked at.
    """
    parts = _parts_of_clips(table)
    if not parts:
        known = "file" in table and table["file"].notna().any()
        return [], f"no audio ({'none of the files exists' if known else 'no files are named'})"
    clips = list(parts)
    decoded = decode_all(clips, jobs=jobs or cores())
    usable = [
        (clip, one.fingerprint) for clip, one in zip(clips, decoded, strict=True) if not isinstance(one, AudioError)
    ]
    names = [clip for clip, _ in usable]
    pairs = find_duplicates([print_ for _, print_ in usable])
    across = [pair for pair in pairs if len(parts[names[pair.first]] | parts[names[pair.second]]) > 1]
    findings = []
    for tested in (True, False):
        kind = SHARED_AUDIO if tested else replace(SHARED_AUDIO, severity="warning")
        these = [pair for pair in across if ("test" in parts[names[pair.first]] | parts[names[pair.second]]) is tested]
        if these:
            evidence = tuple(_words(pair, names, parts) for pair in these)
            findings.append(Finding(kind, f"{len(these)} pairs of recordings", evidence))
    rows = len(table)
    seen = f"audio of {len(usable)} recordings"
    return findings, seen if len(usable) >= rows else f"{seen} ({rows} rows; the others have none that can be decoded)"


def _parts_of_clips(table: pd.DataFrame) -> dict[Clip, set[str]]:
    """Each recording that exists, and the parts that it is in."""
    parts: dict[Clip, set[str]] = {}
    if "file" not in table:
        return parts
    columns = table.reindex(columns=["file", "start", "end", "part"]).itertuples(index=False)
    for file, start, end, part in columns:
        if isinstance(file, str) and Path(file).is_file():
            clip = Clip(Path(file), *(None if pd.isna(time) else float(time) for time in (start, end)))
            parts.setdefault(clip, set()).add(str(part))
    return parts


def _words(pair: Pair, clips: list[Clip], parts: dict[Clip, set[str]]) -> str:
    """Which recordings, where they are, and how alike."""
    first, second = (
        f"{clip.file.name} ({', '.join(sorted(parts[clip]))})" for clip in (clips[pair.first], clips[pair.second])
    )
    if pair.kind == "same-samples":
        return f"{first} = {second}, same samples"
    return f"{first} ≈ {second}, shifted {pair.lag_seconds:.2f} s, correlation {pair.correlation:.3f}"
