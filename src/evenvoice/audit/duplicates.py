"""The same audio twice: pairs of recordings, and what they mean for a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from evenvoice.allocator import release
from evenvoice.audit.candidates import candidates
from evenvoice.audit.confirm import confirm, limit
from evenvoice.audit.findings import Finding, Kind, some
from evenvoice.audit.fingerprint import Fingerprint
from evenvoice.audit.hums import MOST_READ, Hums
from evenvoice.audit.kinds_duplicates import (
    DUPLICATE_ACROSS_EMOTIONS,
    DUPLICATE_ACROSS_SPEAKERS,
    DUPLICATE_AUDIO,
    NEAR_DUPLICATE_AUDIO,
)
from evenvoice.audit.matching import correlate
from evenvoice.tables import count

# Two recordings may be one where their waveforms correlate by this; `confirm` decides. Measured on EmoDB and RAVDESS:
# copies that were trimmed, clipped, sent over a telephone or through a codec reach 0.69 and more.
_NEAR = 0.6

# Two recordings that were each compared with so many nearer candidates in vain are not compared: hums of one pitch have
# candidates that grow with the corpus, and a copy is nearest. Of EmoDB and RAVDESS together, none has more than 8.
_OTHERS = 16

# A set of more than this is one line of evidence; of a smaller one each pair is.
_LARGE = 4


@dataclass(frozen=True)
class Pair:
    """Two recordings that hold the same sound.

    Attributes:
        first: Which recording, counted from 0.
        second: Which other; more than ``first``.
        kind: ``same-samples``: the decoded samples are equal. ``near``: the same recording after some processing.
        correlation: Of the two waveforms between 250 and 1750 Hz, where they overlap, with the filter between them
            taken out (`evenvoice.audit.confirm.confirm`).
        lag_seconds: How much later the sound comes in the second.
    """

    first: int
    second: int
    kind: Literal["same-samples", "near"]
    correlation: float
    lag_seconds: float


def find_duplicates(fingerprints: Sequence[Fingerprint]) -> list[Pair]:
    """Return the pairs of recordings that hold the same sound, ordered.

    Recordings of equal samples are each paired with the first of them, and only that first is compared with others.
    Found are copies that were resampled, trimmed by up to a third at either end, padded, amplified, inverted, sent over
    a telephone or re-encoded. Not found are copies at another speed (a clock off by a thousandth is enough), in
    reverse, through a room, in noise nearly as loud, with a pause put in, with under 0.3 s in common, or of a hum.

    Args:
        fingerprints: One for each recording.

    Examples:
        >>> import numpy as np
        >>> from evenvoice.audit.fingerprint import fingerprint
        >>> noise = np.random.default_rng(0).normal(0, 0.1, (2, 8000)).astype(np.float32)
        >>> sounds = [noise[0], noise[1], -0.2 * noise[0, 2000:]]
        >>> [(pair.first, pair.second, pair.kind) for pair in find_duplicates(
        ...     [fingerprint(sound, 8000, str(number)) for number, sound in enumerate(sounds)])]
        [(0, 2, 'near')]
    """
    pairs = []
    first_of: dict[str, int] = {}
    for number, each in enumerate(fingerprints):
        first = first_of.setdefault(each.exact, number)
        if first != number:
            pairs.append(Pair(first, number, "same-samples", 1.0, 0.0))
    numbers = list(first_of.values())
    different = [fingerprints[number] for number in numbers]
    hums = Hums(different, _NEAR)
    others: Counter[int] = Counter()
    read = 0  # bytes
    for a, b, about in candidates(different, hums):
        first, second = numbers[a], numbers[b]
        if min(others[first], others[second]) >= _OTHERS or not hums.can_be_judged(a, b):
            continue
        both = different[a], different[b]
        if read > MOST_READ:
            release(both[0].shape)
            read = 0
        read += sum(each.shape.nbytes for each in both)
        correlation, lag = correlate(*both, about)
        if correlation < _NEAR:
            others.update((first, second))
            continue
        confirmed = confirm(*both, lag)
        if confirmed < limit(*both, lag):
            others.update((first, second))
            continue
        pairs.append(Pair(first, second, "near", confirmed, lag))
    return sorted(pairs, key=lambda pair: (pair.first, pair.second))


def duplicate_sets(pairs: Iterable[Pair]) -> list[list[int]]:
    """Return the connected sets of recordings, each in order.

    Args:
        pairs: As `find_duplicates` returns them.

    Examples:
        >>> duplicate_sets([Pair(1, 4, "near", 0.9, 0.0), Pair(4, 7, "near", 0.9, 0.0), Pair(2, 3, "near", 0.9, 0.0)])
        [[1, 4, 7], [2, 3]]
    """
    leader: dict[int, int] = {}

    def leader_of(number: int) -> int:
        while leader.setdefault(number, number) != number:
            leader[number] = number = leader[leader[number]]
        return number

    for pair in pairs:
        leader[leader_of(pair.second)] = leader_of(pair.first)
    sets: dict[int, list[int]] = {}
    for number in sorted(leader):
        sets.setdefault(leader_of(number), []).append(number)
    return sorted(sets.values())


def duplicate_findings(pairs: Sequence[Pair], utterances: pd.DataFrame) -> list[Finding]:
    """Return what duplicates mean for a corpus; a set under two speakers and two emotions is found as both.

    A speaker or an emotion that is missing differs from none.

    Args:
        pairs: As `find_duplicates` returns them.
        utterances: The corpus table; row i is recording i. Columns ``file``, ``emotion``, ``speaker``, and, where
            utterances are parts of files, ``start`` and ``end`` in seconds.

    Examples:
        >>> table = pd.DataFrame({"file": ["/c/1/a.wav", "/c/2/b.wav"], "emotion": ["sad"] * 2, "speaker": ["1", "2"]})
        >>> [found] = duplicate_findings([Pair(0, 1, "near", 0.9981, 0.12)], table)
        >>> found.kind.code, found.message
        ('duplicate-across-speakers', '2 recordings in 1 set')
        >>> found.evidence
        ('1/a.wav (1) = 2/b.wav (2), shifted 0.12 s, correlation 0.998',)
    """
    if not pairs:
        return []
    sets = duplicate_sets(pairs)
    across = {
        column: {
            member for members in sets if utterances[column].iloc[members].dropna().nunique() > 1 for member in members
        }
        for column in ("speaker", "emotion")
    }
    within = [pair for pair in pairs if not any(pair.first in crossing for crossing in across.values())]
    names = _names(utterances)
    findings = []
    for kind, column in ((DUPLICATE_ACROSS_SPEAKERS, "speaker"), (DUPLICATE_ACROSS_EMOTIONS, "emotion")):
        labels = utterances[column].fillna("unknown")
        labelled = [f"{name} ({label})" for name, label in zip(names, labels, strict=True)]
        findings += _finding(kind, [pair for pair in pairs if pair.first in across[column]], labelled)
    for kind, how in ((DUPLICATE_AUDIO, "same-samples"), (NEAR_DUPLICATE_AUDIO, "near")):
        findings += _finding(kind, [pair for pair in within if pair.kind == how], names)
    return findings


def _finding(kind: Kind, pairs: Sequence[Pair], names: Sequence[str]) -> list[Finding]:
    """Return the finding of one kind, or none where there are no pairs."""
    if not pairs:
        return []
    sets = duplicate_sets(pairs)
    message = f"{sum(map(len, sets))} recordings in {count(len(sets), 'set')}"
    pairs_of: dict[int, list[Pair]] = {}
    set_of = {member: number for number, members in enumerate(sets) for member in members}
    for pair in pairs:
        pairs_of.setdefault(set_of[pair.first], []).append(pair)
    evidence: list[str] = []
    for number, members in enumerate(sets):
        if len(members) > _LARGE:
            evidence.append(_relation_of_many(members, pairs_of[number], names))
        else:
            evidence += [_relation(pair, names) for pair in pairs_of[number]]
    return [Finding(kind, message, tuple(evidence))]


def _relation_of_many(members: Sequence[int], pairs: Sequence[Pair], names: Sequence[str]) -> str:
    """Say how a large set relates, in one line."""
    all_ = some((names[member] for member in members), joined=" = ")
    near = [pair.correlation for pair in pairs if pair.kind == "near"]
    return f"{all_}, {f'correlation {min(near):.3f} and more' if near else 'same samples'}"


def _relation(pair: Pair, names: Sequence[str]) -> str:
    """Say how two recordings relate."""
    both = f"{names[pair.first]} = {names[pair.second]}"
    if pair.kind == "same-samples":
        return f"{both}, same samples"
    return f"{both}, shifted {pair.lag_seconds:.2f} s, correlation {pair.correlation:.3f}"


def _names(utterances: pd.DataFrame) -> list[str]:
    """Return the files relative to the folder that holds them all, with the times where they are parts of files."""
    files = [Path(file) for file in utterances["file"]]
    folders = dict.fromkeys(file.parent for file in files)
    shared = set.intersection(*({folder, *folder.parents} for folder in folders)) if files else set()
    folder = max(shared, key=lambda each: len(each.parts), default=Path())
    names = [file.relative_to(folder).as_posix() for file in files]
    if "start" not in utterances or "end" not in utterances:
        return names
    return [
        name if pd.isna(start) and pd.isna(end) else f"{name} {0 if pd.isna(start) else start:g}-{end:g} s"
        for name, start, end in zip(names, utterances["start"], utterances["end"], strict=True)
    ]
