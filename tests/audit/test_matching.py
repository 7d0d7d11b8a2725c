"""Candidates and correlation: known lags, bounds on what is compared, and hums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audit import matching
from evenvoice.audit.fingerprint import RATE, Fingerprint, fingerprint
from evenvoice.audit.matching import candidates, correlate, is_periodic
from tests.audit.copies import spoken


def of(waveform: np.ndarray, rate: int = 16000) -> Fingerprint:
    return fingerprint(np.asarray(waveform, np.float32), rate, "")


@pytest.fixture(scope="module")
def six() -> list[Fingerprint]:
    """Three sentences, and a copy of each half a second later."""
    return [of(spoken(n)) for n in range(3)] + [of(np.pad(spoken(n), (8000, 0))) for n in range(3)]


def test_candidates_come_with_their_lag(six: list[Fingerprint]) -> None:
    lags = {(first, second): lag for first, second, lag in candidates(six)}
    assert len(lags) < 15 / 2  # of all pairs
    assert [lags[n, n + 3] for n in range(3)] == pytest.approx([0.5] * 3, abs=0.02)
    # A later start of the same sound first: other sentences share fewer bits.
    assert {pair[:2] for pair in candidates(six)[:3]} == {(n, n + 3) for n in range(3)}
    assert candidates([]) == []
    assert candidates(six[:1]) == []


def test_blocks_change_nothing(six: list[Fingerprint], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = candidates(six)
    monkeypatch.setattr(matching, "_LOOKED_UP", 1)
    monkeypatch.setattr(matching, "_PAIRS_COMPARED", 1)
    assert candidates(six) == whole


def printed(bits: list[int], audible: list[int]) -> Fingerprint:
    """A fingerprint of these sub-fingerprints and of no waveform."""
    return Fingerprint("", np.array(bits, np.uint32), np.array(audible, bool), np.zeros(0, np.int8))


@pytest.mark.parametrize("looked_up", [1, 10, 1000])
def test_equal_frames_are_those_of_two_loops(monkeypatch: pytest.MonkeyPatch, looked_up: int) -> None:
    monkeypatch.setattr(matching, "_LOOKED_UP", looked_up)
    rng = np.random.default_rng(0)
    prints = [printed(rng.integers(0, 4, n).tolist(), (rng.random(n) < 0.7).tolist()) for n in (5, 9, 1, 12, 7)]
    track = matching._Track.of(prints)
    found = [(a, b) for one, other in matching._equal_frames(track) for a, b in zip(one, other, strict=True)]
    expected = {
        (a, b)
        for a in range(34)
        for b in range(34)
        if track.file[a] < track.file[b] and track.audible[a] and track.audible[b] and track.bits[a] == track.bits[b]
    }
    assert len(found) == len(expected) > 30
    assert set(found) == expected


def test_bit_errors_by_hand() -> None:
    first = printed([0b1111, 0, 0xFFFFFF, 5], [1, 1, 0, 1])
    second = printed([77, 0b1010, 0b110000000000000000000001, 0, 5], [1, 1, 1, 1, 1])
    track = matching._Track.of([first, second])
    one, other = np.array([0]), np.array([1])
    # One frame later: 2, 3, unheard and 0 bits differ. Three earlier: 0b101 against 0b1001101.
    assert matching._bit_errors(track, one, other, np.array([1])) == pytest.approx((2 + 3 + 0) / (3 * 24))
    assert matching._bit_errors(track, one, other, np.array([-3])) == pytest.approx(2 / 24)
    # Two earlier: the first is unheard, then 5 against 10.
    assert matching._bit_errors(track, one, other, np.array([-2])) == pytest.approx(4 / 24)
    silent = matching._Track.of([printed([1], [0]), printed([1], [1])])
    assert matching._bit_errors(silent, one, other, np.array([0])) == 1


def test_many_copies_are_chained_though_few_equals_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = [of(np.pad(spoken(0), (8 * n, 0))) for n in range(12)]
    every = {(a, b) for a, b, _ in candidates(copies)}
    assert len(every) == 66
    monkeypatch.setattr(matching, "_EQUALS", 3)
    fewer = {(a, b) for a, b, _ in candidates(copies)}
    assert fewer < every
    assert {(n, n + 1) for n in range(11)} <= fewer


def test_silence_is_no_candidate() -> None:
    silent = of(np.zeros(16000)), of(np.zeros(17000))
    assert candidates(silent) == []
    assert correlate(*silent, about=0.0) == (0.0, 0.0)


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
