from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.audio import load
from evenvoice.errors import EvenvoiceError
from evenvoice.features.baselines import MfccCqtF0Settings, mfcc_cqt_f0_features
from evenvoice.features.baselines.mfcc_cqt_f0 import log_f0, periodicity

SETTINGS = MfccCqtF0Settings()
MIDDLE = np.log(np.sqrt(65 * 500))


def buzz(hz: float, seconds: float = 1.0) -> np.ndarray:
    """Ten harmonics, as a voice has them."""
    time = np.arange(int(16000 * seconds)) / 16000
    return sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 11)).astype(np.float32) / 4


def noise(seconds: float, level: float = 0.1) -> np.ndarray:
    return (level * np.random.default_rng(0).standard_normal(int(16000 * seconds))).astype(np.float32)


def test_the_rows_are_librosas_on_real_recordings(corpora_folder):
    files = sorted((corpora_folder / "emodb").rglob("*.flac"))[::150]
    for waveform in (load(file) for file in files):
        # Behind a short recording librosa's transform would find no room, and warn: see the next test.
        waveform = np.pad(waveform, (0, max(0, 32768 - waveform.size)))
        features = mfcc_cqt_f0_features(waveform, SETTINGS)
        mfcc = librosa.feature.mfcc(y=waveform, sr=16000, n_mfcc=20, n_fft=2048, hop_length=512)
        chroma = librosa.feature.chroma_cqt(y=waveform, sr=16000, hop_length=512, tuning=0.0)
        assert np.array_equal(features[:20], mfcc)
        assert np.array_equal(features[20:32], chroma)
        assert np.array_equal(features[32], log_f0(waveform, SETTINGS).astype(np.float32))


@pytest.mark.filterwarnings("ignore:n_fft=.*is too large:UserWarning")
def test_the_chroma_of_a_short_recording_is_librosas():
    waveform = buzz(220, 1.2)
    features = mfcc_cqt_f0_features(waveform, SETTINGS)
    chroma = librosa.feature.chroma_cqt(y=waveform, sr=16000, hop_length=512, tuning=0.0)
    assert features.shape == (33, 38)
    assert features[20:32] == pytest.approx(chroma, abs=0.05)


@pytest.mark.parametrize(("hz", "place"), [(261.63, 0), (440, 9), (110, 9), (493.88, 11)])
def test_the_chroma_of_a_tone_is_its_note_from_c_up(hz, place):
    tone = np.sin(2 * np.pi * hz * np.arange(40000) / 16000).astype(np.float32)
    chroma = mfcc_cqt_f0_features(tone, SETTINGS)[20:32, 20:-20]
    assert (chroma.argmax(axis=0) == place).all()
    assert (chroma.max(axis=0) == 1).all()


@pytest.mark.parametrize("hz", [80, 120, 233, 310, 450])
def test_f0_of_a_buzz(hz):
    found = log_f0(buzz(hz), SETTINGS)
    assert found.shape == (32,)
    # The first and last frames are half empty.
    assert np.exp(found[2:-2]) == pytest.approx(hz, rel=5e-3)


def test_between_voiced_frames_log_f0_runs_in_a_straight_line():
    waveform = np.concatenate([noise(0.5), buzz(100), noise(1.0), buzz(200), noise(0.5)])
    found = log_f0(waveform, SETTINGS)
    assert found[:10] == pytest.approx(np.log(100), abs=0.02)
    assert found[-10:] == pytest.approx(np.log(200), abs=0.02)
    # Frame 63 is 2.0 s: the middle of the noise between them, and of their logarithms.
    assert found[63] == pytest.approx(np.log(100 * np.sqrt(2)), abs=0.05)
    assert np.diff(found[52:74]) == pytest.approx(np.log(2) / 31, rel=0.15)


@pytest.mark.parametrize("waveform", [noise(1.0), np.zeros(16000, np.float32), np.ones(1, np.float32)])
def test_where_nothing_is_voiced_f0_is_the_middle_of_the_range(waveform):
    assert log_f0(waveform, SETTINGS) == pytest.approx(MIDDLE)


@pytest.mark.parametrize("waveform", [noise(1.0), np.zeros(16000, np.float32)], ids=["noise", "silence"])
def test_an_offset_is_no_voice(waveform):
    """What a cheap microphone adds to every sample repeats at every lag. Within 0.1 s of the ends it is a step."""
    found = periodicity(waveform + np.float32(0.1), np.full(32, 80), SETTINGS)
    assert np.abs(found[3:-3]).max() < 0.2


def test_f0_stays_in_its_range(corpora_folder):
    narrow = MfccCqtF0Settings(lowest_hz=150, highest_hz=250)
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::200]:
        found = np.exp(log_f0(load(file), narrow))
        assert found.min() >= 150 * (1 - 1e-9)
        assert found.max() <= 250 * (1 + 1e-9)


@pytest.mark.slow
def test_f0_agrees_with_pyin_on_real_recordings(corpora_folder):
    """pYIN is too slow to be used, not to be compared with: the medians of the voiced frames, within a semitone."""
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::178]:
        waveform = load(file)
        expected, voiced, _ = librosa.pyin(waveform, fmin=65, fmax=500, sr=16000, frame_length=2048, hop_length=512)
        difference = np.median(log_f0(waveform, SETTINGS)[voiced]) - np.median(np.log(expected[voiced]))
        assert abs(difference) < np.log(2) / 12


def test_periodicity():
    # Period 4, and a lag of 4 samples is the same again, of 2 the opposite, of 1 a quarter turn.
    wave = np.resize(np.array([1, 0, -1, 0], np.float32), 16000)
    found = [periodicity(wave, np.full(32, lag), SETTINGS)[5] for lag in (4, 2, 1)]
    assert found == pytest.approx([1, -1, 0])
    assert periodicity(np.zeros(100, np.float32), np.array([40]), SETTINGS).tolist() == [0]
    # Each frame has its own lag.
    both = periodicity(wave, np.where(np.arange(32) == 6, 2, 4), SETTINGS)
    assert both[5:8] == pytest.approx([1, -1, 1])


@given(samples=st.integers(1, 10**6))
def test_frames(samples):
    assert SETTINGS.frames(samples) == len(range(0, samples + 1, 512))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sample_rate": 8000}, "greater than or equal to 11025"),
        ({"hop_length": 160}, "multiple of 64"),
        ({"lowest_hz": 500}, "no range of F0 at sample_rate 16000; set lowest_hz below highest_hz and both below 4000"),
        ({"highest_hz": 4000}, "lowest_hz 65 and highest_hz 4000 are no range of F0"),
        ({"lowest_hz": 10}, "n_fft 2048 is shorter than two periods of lowest_hz 10; set n_fft to 3200 or more"),
        ({"n_mfcc": 129}, "less than or equal to 128"),
    ],
)
def test_impossible_settings_are_refused_with_the_remedy(wrong, words):
    with pytest.raises(EvenvoiceError, match=words):
        MfccCqtF0Settings(**wrong)
