from __future__ import annotations

import math
from itertools import pairwise

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evenvoice.audio import load
from evenvoice.errors import EvenvoiceError
from evenvoice.features.baselines import ShortTermSettings, short_term_features
from evenvoice.features.baselines.short_term import NAMES, peak_normalised

SETTINGS = ShortTermSettings()
SHORT = ShortTermSettings(window_seconds=0.02, hop_seconds=0.01)


def uneven(samples: int, seed: int = 0) -> np.ndarray:
    """A buzz that comes and goes over faint noise, in steps of 2^-15 as 16-bit recordings have them."""
    random = np.random.default_rng(seed)
    time = np.arange(samples) / 16000
    buzz = sum(np.sin(2 * np.pi * 130 * k * time + k) / k for k in range(1, 20))
    swell = np.clip(np.sin(2 * np.pi * (1 + seed) * time), 0, 1)
    waveform = 0.1 * swell * buzz + 1e-3 * random.standard_normal(samples)
    return (np.round(waveform * 2**15) / 2**15).astype(np.float32)


def row(features: np.ndarray, name: str) -> np.ndarray:
    return features[NAMES.index(name)]


def first_eight(waveform: list[float], window: int, hop: int) -> list[list[float]]:
    """The features before the MFCC, in plain Python, frame by frame, from their formulas."""
    mean = sum(waveform) / len(waveform)
    peak = max(abs(value - mean) for value in waveform)
    levelled = [(value - mean) / peak for value in waveform]
    half = window // 2
    rows, before = [], None
    for start in range(0, len(levelled) - window + 1, hop):
        x = levelled[start : start + window]
        amplitudes = (np.abs(np.fft.fft(x))[:half] / half).tolist()
        total = sum(amplitudes)
        centroid = sum(k / half * a for k, a in enumerate(amplitudes)) / total
        spread = math.sqrt(sum((k / half - centroid) ** 2 * a for k, a in enumerate(amplitudes)) / total)
        shape = [a / total for a in amplitudes]
        reached, rolled = 0.0, 0
        while reached + amplitudes[rolled] ** 2 < 0.9 * sum(a * a for a in amplitudes):
            reached += amplitudes[rolled] ** 2
            rolled += 1
        rows.append([
            sum(a * b < 0 for a, b in pairwise(x)) / (window - 1),
            sum(value * value for value in x) / window,
            entropy_of_tenths([value * value for value in x]),
            centroid,
            spread,
            entropy_of_tenths([a * a for a in amplitudes]),
            0.0 if before is None else sum((a - b) ** 2 for a, b in zip(shape, before, strict=True)),
            rolled / half,
        ])  # fmt: skip
        before = shape
    return rows


def entropy_of_tenths(power: list[float]) -> float:
    length = len(power) // 10
    tenths = [sum(power[i * length : (i + 1) * length]) / sum(power) for i in range(10)]
    return -sum(share * math.log2(share) for share in tenths if share > 0)


def test_against_the_formulas_in_plain_python():
    waveform = uneven(4000)
    expected = np.array(first_eight(waveform.astype(float).tolist(), 320, 160)).T
    features = short_term_features(waveform, SHORT)
    # The first and the last frame are left out.
    assert features.shape == (34, expected.shape[1] - 2)
    assert features[:8] == pytest.approx(expected[:, 1:-1], rel=1e-5, abs=1e-7)


def test_a_pure_tone():
    # 1000 Hz has whole periods in a frame: one line of height 1, the mean of sin² is 1/2.
    tone = np.sin(2 * np.pi * 1000 * (np.arange(48000) + 0.5) / 16000).astype(np.float32)
    features = short_term_features(tone, SETTINGS)
    assert features.shape == (34, 27)
    peak = np.sin(2 * np.pi * 4.5 / 16)
    for name, value in {
        "energy": 0.5 / peak**2,
        "zero crossing rate": 399.5 / 3199,
        "entropy of energy": np.log2(10),
        "spectral centroid": 0.125,
        "spectral spread": 0,
        "spectral entropy": 0,
        "spectral flux": 0,
        "spectral roll-off": 0.125,
    }.items():
        assert row(features, name) == pytest.approx(value, abs=2e-4), name
    # 1000 Hz lies between B (988 Hz) and C (1047 Hz), nearer to B.
    assert features[[NAMES.index(f"chroma {note}") for note in ("B", "C", "F")]].mean(axis=1).argmax() == 0


def test_mfcc_are_of_the_amplitudes_of_the_normalised_waveform():
    waveform = uneven(16000)
    # A line of amplitude 1 has the height 1: |Σ x[n]·exp(…)| / (N/2).
    bands = librosa.feature.melspectrogram(
        y=peak_normalised(waveform), sr=16000, n_fft=3200, hop_length=1600, window="boxcar", center=False, power=1.0,
        n_mels=40, fmin=400 / 3, fmax=6855.49,
    )  # fmt: skip
    expected = librosa.feature.mfcc(S=np.log10(bands / 1600), n_mfcc=13)[:, 1:-1]
    assert short_term_features(waveform, SETTINGS)[8:21] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("level", [0.1, 0.7, -1e-20])
def test_a_constant_is_silence(level):
    # In float32 the mean of many equal numbers is off by a rounding, which would be made as loud as a voice.
    for samples in (7, 1001, 16001):
        assert not peak_normalised(np.full(samples, level, np.float32)).any()


def test_the_deviation_is_that_of_the_twelve_shares():
    features = short_term_features(uneven(48000), SETTINGS)
    shares = features[21:33]
    assert shares.sum(axis=0) == pytest.approx(1, abs=1e-5)
    assert row(features, "deviation of chroma") == pytest.approx(np.sqrt((shares**2).mean(axis=0) - 1 / 144), abs=1e-6)


def test_silence():
    features = short_term_features(np.zeros(16000, np.float32), SETTINGS)
    c0 = NAMES.index("MFCC 1")
    assert features[c0] == pytest.approx(np.sqrt(40) * math.log10(2**-52))
    assert np.delete(features, c0, axis=0) == pytest.approx(0, abs=1e-6)


def test_flux_of_the_first_frame_kept_is_measured_from_the_frame_left_out():
    assert row(short_term_features(uneven(16000), SETTINGS), "spectral flux")[0] > 0


def test_of_two_frames_the_first_is_kept():
    two = uneven(4800)
    features = short_term_features(two, SETTINGS)
    assert features.shape == (34, 1)
    assert row(features, "energy") == pytest.approx(np.mean(peak_normalised(two)[:3200] ** 2))


def test_a_waveform_shorter_than_a_frame_is_filled_with_zeros():
    # The zeros are no part of the mean: 1 and 0 become 1 and -1.
    energy = row(short_term_features(np.array([1, 0], np.float32), SETTINGS), "energy")
    assert energy.tolist() == pytest.approx([2 / 3200])


@hypothesis_settings(max_examples=20, deadline=None)
@given(exponent=st.integers(-20, 20), seed=st.integers(0, 9))
def test_loudness_changes_nothing(exponent, seed):
    waveform = uneven(16000, seed)
    assert np.array_equal(
        short_term_features(waveform * 2.0**exponent, SETTINGS), short_term_features(waveform, SETTINGS)
    )


@pytest.mark.parametrize("gain", [1e-3, 0.3, -7.0])
def test_loudness_changes_nothing_but_rounding(gain, corpora_folder):
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::200]:
        waveform = load(file)
        louder = short_term_features(np.float32(gain) * waveform, SETTINGS)
        assert louder == pytest.approx(short_term_features(waveform, SETTINGS), abs=1e-3)


def test_an_offset_changes_nothing():
    waveform = uneven(16000)
    moved = short_term_features(waveform + np.float32(0.25), SETTINGS)
    assert moved == pytest.approx(short_term_features(waveform, SETTINGS), abs=1e-5)


@given(samples=st.integers(1, 10**6))
def test_frames(samples):
    # The number of starts 0, 1600, 3200, … from which a frame lies within, without two of them.
    within = len(range(0, samples - 3200 + 1, 1600))
    assert SETTINGS.frames(samples) == max(1, within - 2)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sample_rate": 4000}, "greater than or equal to 8000"),
        ({"window_seconds": 0.001}, r"greater than or equal to 0\.02"),
        ({"hop_seconds": 0}, r"greater than or equal to 0\.001"),
    ],
)
def test_impossible_settings_are_refused(wrong, words):
    with pytest.raises(EvenvoiceError, match=words):
        ShortTermSettings(**wrong)
