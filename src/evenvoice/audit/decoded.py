"""Decode every recording once: its measures, its fingerprint and what its header says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from joblib import delayed

from evenvoice.audio import Clip, read
from evenvoice.audit.aside import Aside
from evenvoice.audit.findings import Finding, Kind
from evenvoice.audit.fingerprint import Fingerprint, decoded_hash, fingerprint
from evenvoice.audit.signal import SignalMeasures, measure
from evenvoice.corpora import Corpus
from evenvoice.errors import AudioError
from evenvoice.parallel import in_parallel

_UNUSABLE = Kind(
    "unusable-recording",
    "warning",
    "Recordings cannot be used",
    "repair or remove them, or evaluate with --skip-bad; this audit went on without them",
)

# The columns that are added to a corpus' table.
_MEASURES = [field.name for field in fields(SignalMeasures)]
_HEADER = ("rate", "channels", "format", "subtype")

# Of a fingerprint whose arrays are put aside.
_NOTHING = np.empty(0, np.uint32), np.empty(0, bool), np.empty(0, np.int8)


@dataclass(frozen=True, eq=False, slots=True)
class Decoded:
    """What one recording is.

    Attributes:
        measures: Of the samples at their own rate, the mean of the channels.
        fingerprint: By which it is known again.
        rate: Sample rate in Hz.
        channels: How many the file has.
        format: The container, as libsndfile names it.
        subtype: The coding of the samples.
    """

    measures: SignalMeasures
    fingerprint: Fingerprint
    rate: int
    channels: int
    format: str
    subtype: str


def decode_one(clip: Clip) -> Decoded:
    """Decode a clip once, at its own rate, and take everything from it.

    Raises:
        AudioError: The recording cannot be used.
    """
    recording = read(clip)
    waveform, rate = recording.waveform, recording.rate
    return Decoded(
        measures=measure(waveform, rate),
        fingerprint=fingerprint(waveform, rate, decoded_hash(waveform)),
        rate=rate,
        channels=recording.channels,
        format=recording.format,
        subtype=recording.subtype,
    )


def decode_all(clips: Sequence[Clip], *, jobs: int) -> list[Decoded | AudioError]:
    """Return what each clip is, in order, or why it cannot be used; draws progress on stderr.

    Examples:
        >>> from pathlib import Path
        >>> decode_all([Clip(Path("missing.wav"))], jobs=1)
        [AudioError('missing.wav: no such file; check the path')]
    """
    # Threads: decoding and the transforms release Python's lock, and nothing need be copied.
    calls = (delayed(_decode)(clip) for clip in clips)
    with closing(in_parallel(calls, "decoding", len(clips), jobs=jobs, threads=True)) as results:
        return _compact(results)


def decoded_table(corpus: Corpus, decoded: Sequence[Decoded | AudioError]) -> pd.DataFrame:
    """Return the corpus' table for the recordings that can be used, with columns for measures and header.

    Args:
        corpus: The corpus.
        decoded: One for each of its utterances, in order.
    """
    usable = [not isinstance(one, AudioError) for one in decoded]
    table = corpus.table[usable]
    found = [one for one in decoded if not isinstance(one, AudioError)]
    measures = {name: [getattr(one.measures, name) for one in found] for name in _MEASURES}
    header = {name: [getattr(one, name) for one in found] for name in _HEADER}
    return table.join(pd.DataFrame(measures | header, index=table.index))


def unusable_findings(decoded: Sequence[Decoded | AudioError]) -> list[Finding]:
    """Return one finding with a line for each recording that cannot be used, or none."""
    errors = tuple(str(one) for one in decoded if isinstance(one, AudioError))
    if not errors:
        return []
    return [Finding(_UNUSABLE, f"{len(errors)} of {len(decoded)} recordings cannot be used", errors)]


def _compact(results: Iterable[Decoded | AudioError]) -> list[Decoded | AudioError]:
    """Return the results with the arrays of their fingerprints put aside: of a large corpus, into files."""
    found: list[Decoded | AudioError] = []
    with Aside(np.dtype(np.uint32)) as bits, Aside(np.dtype(bool)) as audible, Aside(np.dtype(np.int8)) as shapes:
        for one in results:
            if isinstance(one, Decoded):
                fingerprint = one.fingerprint
                bits.put(fingerprint.bits)
                audible.put(fingerprint.audible)
                shapes.put(fingerprint.shape)
                one = replace(one, fingerprint=Fingerprint(fingerprint.exact, *_NOTHING))
            found.append(one)
        arrays = zip(bits.arrays(), audible.arrays(), shapes.arrays(), strict=True)
    for row, one in enumerate(found):
        if isinstance(one, Decoded):
            found[row] = replace(one, fingerprint=Fingerprint(one.fingerprint.exact, *next(arrays)))
    return found


def _decode(clip: Clip) -> Decoded | AudioError:
    """Return what a clip is, or why it cannot be used."""
    try:
        return decode_one(clip)
    except AudioError as error:
        return error
