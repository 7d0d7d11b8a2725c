"""Correlation: known lags, and hums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audit.fingerprint import RATE, Fingerprint, fingerprint
from evenvoice.audit.matching import correlate, is_periodic
from tests.audit.copies import spoken


def of(waveform: np.ndarray, rate: int = 16000) -> Fingerprint:
    return fingerprint(np.asarray(waveform, np.float32), rate, "")


def test_silence_correlates_with_nothing() -> None:
    assert correlate(of(np.zeros(16000)), of(np.zeros(17000)), about=0.0) == (0.0, 0.0)


@pytest.mark.parametrize("samples", [0, 1, 2, 7, 1001])
def test_the_lag_is_known_to_an_eighth_of_a_sample(samples: int) -> None:
    sound = spoken(1)
    correlation, lag = correlate(of(sound), of(np.pad(sound, (samples, 0))), about=samples / 16000 + 0.02)
    assert lag == pytest.approx(samples / 16000, abs=0.126 / RATE)
    assert correlation > 0.985
    back, lag_back = correlate(of(np.pad(sound, (samples, 0))), of(sound), about=-samples / 16000)
    assert lag_back == pytest.approx(-lag, abs=0.126 / RATE)
    assert back == pytest.approx(correlation, abs=0.01)


def test_correlation_is_numpys() -> None:
    rng = np.random.default_rng(0)
    a, noise = rng.normal(0, 30, (2, 8000)).clip(-127, 127)
    mixed = 0.6 * a + 0.8 * noise
    first, second = (
        Fingerprint("", np.zeros(1, np.uint32), np.zeros(1, bool), wave.astype(np.int8)) for wave in (a, mixed)
    )
    expected = abs(first.shape.astype(float) @ second.shape) / np.sqrt(
        (first.shape.astype(float) @ first.shape) * (second.shape.astype(float) @ second.shape)
    )
    correlation, lag = correlate(first, second, about=0.0)
    assert (correlation, lag) == (pytest.approx(expected, abs=1e-4), 0.0)


def test_only_lags_near_the_one_given_are_looked_at() -> None:
    sound = spoken(1)
    late = of(np.pad(sound, (8000, 0)))
    assert correlate(of(sound), late, about=0.5)[0] > 0.99
    assert correlate(of(sound), late, about=0.4)[0] < 0.5


def test_too_little_in_common_says_nothing() -> None:
    sound = spoken(1)
    middle = len(sound) // 2
    for seconds, found in ((0.35, True), (0.25, False)):
        part = of(sound[middle : middle + round(seconds * 16000)])
        assert (correlate(of(sound), part, about=-middle / 16000)[0] > 0.9) is found
    behind = len(spoken(3)) / 16000
    for share, found in ((0.7, True), (0.3, False)):
        start = of(np.concatenate([spoken(3), sound[: int(share * len(sound))]]))
        assert (correlate(of(sound), start, about=behind)[0] > 0.9) is found


def test_a_faint_echo_says_nothing() -> None:
    rng = np.random.default_rng(0)
    sound, other = rng.normal(0, 40, (2, 4000)).clip(-127, 127)
    for gain, found in ((1 / 5, True), (1 / 50, False)):
        shapes = sound, np.concatenate([np.rint(gain * sound), other])
        first, second = (
            Fingerprint("", np.zeros(1, np.uint32), np.zeros(1, bool), shape.astype(np.int8)) for shape in shapes
        )
        assert (correlate(first, second, about=0.0)[0] > 0.6) is found


def test_a_trimmed_recording_with_a_silent_start_is_not_periodic(corpora_folder: Path) -> None:
    sound, rate = soundfile.read(corpora_folder / "ravdess/Actor_23/03-01-05-01-02-02-23.flac")
    assert not is_periodic(of(sound[: -(len(sound) // 3)], rate), 0.6)


def test_a_hum_is_periodic_and_speech_is_not() -> None:
    time = np.arange(24000) / 16000
    assert is_periodic(of(np.sin(2 * np.pi * 440 * time)), 0.6)
    assert not is_periodic(of(spoken(0)), 0.6)
    assert not is_periodic(of(spoken(0)[: -len(spoken(0)) // 3]), 0.6)
    assert not is_periodic(of(np.zeros(16000)), 0.6)
