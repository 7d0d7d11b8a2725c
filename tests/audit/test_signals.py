"""Each defect of a signal is found once, with the recordings that have it; sound recordings have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import soxr

from evenvoice.audit.findings import Finding
from evenvoice.audit.signal import measure
from evenvoice.audit.signals import signal_findings
from tests.audit.recordings import RATE, speech


def table(*waveforms: np.ndarray, **columns: list[object]) -> pd.DataFrame:
    rows = [asdict(measure(np.rint(samples * 32768) / 32768, RATE)) for samples in waveforms]
    found = pd.DataFrame(rows, index=[f"u{number}" for number in range(len(rows))])
    header = {"rate": RATE, "format": "WAV", "subtype": "PCM_16", "channels": 1, "emotion": "sad"}
    return found.assign(**(header | columns))


def silent_mostly(samples: np.ndarray) -> np.ndarray:
    faint = np.random.default_rng(0).normal(0, 1e-4, 4 * samples.size)
    return np.concatenate([faint, samples])


DEFECTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "clipped": lambda samples: np.clip(samples * 4, -0.999, 0.999),
    "dc-offset": lambda samples: samples / 4 + 0.01,
    "zero-padded": lambda samples: np.concatenate([samples, np.zeros(2000)]),
    "mostly-silent": silent_mostly,
    "resampled-from-lower-rate": lambda samples: soxr.resample(soxr.resample(samples, RATE, 11025), 11025, RATE),
}


def test_sound_recordings_have_no_finding():
    assert signal_findings(table(*(speech(seed) for seed in range(8)))) == []


@pytest.mark.parametrize("code", DEFECTS)
def test_a_defect_is_found_in_the_recordings_that_have_it(code):
    waveforms = [speech(seed) for seed in range(6)]
    for number in (1, 4):
        waveforms[number] = DEFECTS[code](waveforms[number])
    (finding,) = signal_findings(table(*waveforms, emotion=["sad", "angry"] * 3))
    assert finding.kind.code == code
    assert finding.kind.severity == "warning"
    assert [line.partition(":")[0] for line in finding.evidence] == ["u1", "u4"]
    assert finding.message.startswith("2 of 6 recordings")


def test_the_emotion_that_has_most_of_a_defect_is_named():
    waveforms = [speech(seed) for seed in range(4)]
    for number in (0, 1):
        waveforms[number] = DEFECTS["zero-padded"](waveforms[number])
    (finding,) = signal_findings(table(*waveforms, emotion=["sad", "angry", "sad", "sad"]))
    assert "angry most often, 100% of its recordings" in finding.message


@pytest.mark.parametrize(
    ("code", "column", "values", "evidence"),
    [
        ("mixed-sample-rates", "rate", [16000, 16000, 44100], ("16000 Hz: 2 recordings", "44100 Hz: 1 recordings")),
        ("mixed-formats", "format", ["WAV", "WAV", "FLAC"], ("WAV PCM_16: 2 recordings", "FLAC PCM_16: 1 recordings")),
        ("mixed-channels", "channels", [2, 1, 1], ("1: 2 recordings", "2: 1 recordings")),
    ],
)
def test_a_mixture_is_counted(code, column, values, evidence):
    recordings = table(*(speech(seed) for seed in range(3)), **{column: values})
    recordings["bandwidth"] = recordings["rate"] / 2
    findings: list[Finding] = signal_findings(recordings)
    assert [finding.kind.code for finding in findings] == [code]
    assert findings[0].evidence == evidence
