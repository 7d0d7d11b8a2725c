"""Findings from what was measured: clipping, offset, padding, silence, lost bandwidth, a mixture of formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from evenvoice.audit.findings import Finding, Kind
from evenvoice.audit.signal import EDGE

# Share of samples in flat tops: some five a second at 16 kHz. A recording that clips at every period has 2 % and more.
CLIPPED = 0.001
# Offset over root mean square: -20 dB, a hundredth of the power. EmoDB and RAVDESS stay below -27 dB.
OFFSET = 0.1
# Seconds of exact zeros at one end: the noise of a microphone is not so long zero, unless 16 bits are too few for it.
PADDED = 0.1
# Share of silence; RAVDESS, which has a second before and after each sentence, reaches 0.63.
SILENT = 0.75


@dataclass(frozen=True)
class _Test:
    """A kind of finding, which rows have it, and what its evidence says of a row."""

    kind: Kind
    has_it: Callable[[pd.DataFrame], pd.Series]
    what: str
    evidence: Callable[[pd.Series], str]


_TESTS = (
    _Test(
        Kind(
            "clipped",
            "warning",
            "Recordings are clipped",
            "record again at a lower level, or leave them out if one emotion has most of them",
        ),
        lambda table: table["clipped"] >= CLIPPED,
        f"more than {CLIPPED:.1%} of their samples in flat tops",
        lambda row: f"{row['clipped']:.2%} of the samples, at {row['peak']:.3f} of full scale",
    ),
    _Test(
        Kind("dc-offset", "warning", "Recordings have a constant offset", "subtract the mean, or high-pass at 20 Hz"),
        lambda table: table["dc"].abs() >= OFFSET * 10 ** (table["level"] / 20),
        f"an offset of more than {OFFSET:.0%} of their root mean square",
        lambda row: f"{row['dc']:+.4f} of full scale",
    ),
    _Test(
        Kind(
            "zero-padded",
            "warning",
            "Recordings begin or end with exact zeros: padded, gated, or too quiet for 16 bits",
            "cut the zeros off, in all parts alike",
        ),
        lambda table: table[["zeros_at_start", "zeros_at_end"]].max(axis=1) >= PADDED,
        f"{PADDED:g} s and more of exact zeros at an end",
        lambda row: f"{row['zeros_at_start']:.2f} s at the start, {row['zeros_at_end']:.2f} s at the end",
    ),
    _Test(
        Kind("mostly-silent", "warning", "Recordings are mostly silent", "cut the silence off, or leave them out"),
        lambda table: table["silent"] >= SILENT,
        f"{SILENT:.0%} and more of silence (40 dB under the loudest moment)",
        lambda row: f"{row['silent']:.0%} of {row['duration']:.2f} s",
    ),
    _Test(
        Kind(
            "resampled-from-lower-rate",
            "warning",
            "The spectrum is empty above a cut-off: resampled from a lower rate, or through a lossy codec",
            "use the originals, or bring every recording to the lowest bandwidth (resample down and up again)",
        ),
        lambda table: table["bandwidth"] < table["rate"] / 2,
        f"a spectrum that falls by {EDGE:g} dB and more at once and stays empty",
        lambda row: f"nothing above {row['bandwidth']:.0f} Hz at {row['rate']:.0f} Hz ({row['edge']:.0f} dB)",
    ),
)

_CONVERT = "convert all recordings to one format; resampling while loading hides the rate, not what it did to the sound"
_MIXTURES = (
    (Kind("mixed-sample-rates", "warning", "Recordings differ in sample rate", _CONVERT), ("rate",), "Hz"),
    (Kind("mixed-formats", "warning", "Recordings differ in container or coding", _CONVERT), ("format", "subtype"), ""),
    (Kind("mixed-channels", "warning", "Recordings differ in the number of channels", _CONVERT), ("channels",), ""),
)


def signal_findings(table: pd.DataFrame) -> list[Finding]:
    """Return one finding for each kind of defect, whatever the number of recordings that have it.

    Args:
        table: One row an utterance, indexed by id: the fields of `SignalMeasures`, and ``rate``, ``format``,
            ``subtype``, ``channels``.
    """
    found = []
    for test in _TESTS:
        rows = table[test.has_it(table)]
        if len(rows):
            evidence = tuple(f"{key}: {test.evidence(row)}" for key, row in rows.iterrows())
            found.append(Finding(test.kind, f"{_of(rows, table)} with {test.what}", evidence))
    for kind, columns, unit in _MIXTURES:
        counts = table.groupby(list(columns)).size().sort_values(ascending=False, kind="stable")
        if len(counts) > 1:
            values = tuple(f"{_value(value, unit)}: {count} recordings" for value, count in counts.items())
            found.append(Finding(kind, f"{len(counts)} kinds among {len(table)} recordings", values))
    return found


def _of(rows: pd.DataFrame, table: pd.DataFrame) -> str:
    """Return how many of how many, and the emotion that has most of them."""
    shares = rows["emotion"].value_counts() / table["emotion"].value_counts()
    most, share = max(shares.dropna().items(), key=lambda one: one[1])
    return f"{len(rows)} of {len(table)} recordings ({most} most often, {share:.0%} of its recordings)"


def _value(value: object, unit: str) -> str:
    """Return a value, or several, in words."""
    words = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"{words} {unit}".strip()
