from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.audio import load
from evenvoice.errors import EvenvoiceError
from evenvoice.features.baselines import LogSpectrogramSettings, log_spectrogram_features

PLAIN = LogSpectrogramSettings(pre_emphasis=0)
SATT = LogSpectrogramSettings(pre_emphasis=0, n_fft=800, win_length=640, window="hamming", top_hz=4000)


def tone(hz: float, samples: int = 16000, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(samples) / 16000)).astype(np.float32)


def by_the_formula(waveform: np.ndarray, settings: LogSpectrogramSettings) -> np.ndarray:
    """20·log10 |DFT| of each centred frame, in float64; nothing is cut off."""
    x = waveform.astype(float)
    emphasised = np.array([x[n] - (settings.pre_emphasis * x[n - 1] if n else 0) for n in range(x.size)])
    length, n_fft = settings.win_length, settings.n_fft
    floor = {"hann": 0.5, "hamming": 0.54}[settings.window]
    window = floor - (1 - floor) * np.cos(2 * np.pi * np.arange(length) / length)
    frames = []
    for centre in range(0, x.size + 1, settings.hop_length):
        first = centre - length // 2
        inside = [emphasised[n] if 0 <= n < x.size else 0.0 for n in range(first, first + length)]
        frames.append(20 * np.log10(np.abs(np.fft.rfft(window * inside, n_fft)) + 1e-30))
    return np.array(frames).T[: settings.n_rows]


@pytest.mark.parametrize("settings", [LogSpectrogramSettings(), PLAIN, SATT], ids=["xu", "plain", "satt"])
def test_against_the_formula(settings):
    waveform = (0.1 * np.random.default_rng(0).standard_normal(4000)).astype(np.float32)
    expected = by_the_formula(waveform, settings)
    assert log_spectrogram_features(waveform, settings) == pytest.approx(
        np.maximum(expected, expected.max() - 80), abs=1e-2
    )


def test_against_librosa_on_real_recordings(corpora_folder):
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::150]:
        waveform = load(file)
        spectrum = librosa.stft(waveform, n_fft=800, hop_length=160, win_length=640, window="hamming")
        expected = librosa.amplitude_to_db(np.abs(spectrum[:200]))
        assert log_spectrogram_features(waveform, SATT) == pytest.approx(expected, abs=1e-3)


def test_a_tone_of_known_level():
    features = log_spectrogram_features(tone(1000), PLAIN)
    # Bin 32 of 512 is 1000 Hz. Half the amplitude times the sum of a Hann window, half its length: 0.25·200.
    assert features[:, 50].argmax() == 32
    assert features[32, 50] == pytest.approx(20 * np.log10(50), abs=1e-3)


def test_pre_emphasis_of_a_tone():
    plain, emphasised = (log_spectrogram_features(tone(1000), s) for s in (PLAIN, LogSpectrogramSettings()))
    gain = 20 * np.log10(abs(1 - 0.97 * np.exp(-2j * np.pi * 1000 / 16000)))
    assert emphasised[32, 50] - plain[32, 50] == pytest.approx(gain, abs=1e-3)


def test_nothing_is_deeper_than_80_db_below_the_loudest():
    features = log_spectrogram_features(np.concatenate([tone(1000), np.zeros(8000, np.float32)]), PLAIN)
    loudest = features.max()
    assert features[:, -20:] == pytest.approx(loudest - 80)
    # 70 dB below is still heard.
    faint = log_spectrogram_features(np.concatenate([tone(1000), tone(2000, amplitude=0.5 * 10**-3.5)]), PLAIN)
    assert faint[64, -20] == pytest.approx(loudest - 70, abs=0.1)


def test_the_loudest_is_of_the_bins_that_are_kept():
    waveform = tone(1000, amplitude=1e-4) + tone(6000, amplitude=0.9)
    kept = log_spectrogram_features(waveform, SATT)
    every = log_spectrogram_features(waveform, SATT.model_copy(update={"top_hz": None}))
    assert kept.max() < every.max() - 20
    assert kept.min() == pytest.approx(kept.max() - 80)


def test_silence_is_minus_100_db():
    assert log_spectrogram_features(np.zeros(1600, np.float32), PLAIN) == pytest.approx(-100)


def test_a_tenth_of_the_amplitude_is_20_db_less(corpora_folder):
    waveform = load(min((corpora_folder / "emodb").rglob("*.flac")))
    lower = log_spectrogram_features(waveform / 10, PLAIN)
    assert lower == pytest.approx(log_spectrogram_features(waveform, PLAIN) - 20, abs=1e-2)


@pytest.mark.parametrize(
    ("top_hz", "rate", "n_fft", "expected"),
    [
        (None, 16000, 512, 257),
        (8000, 16000, 512, 256),
        (4000, 16000, 800, 200),
        (4001, 16000, 800, 201),
        (3999, 16000, 800, 200),
        (20, 16000, 800, 1),
        (21, 16000, 800, 2),
        (4000, 22050, 800, 146),
    ],
)
def test_the_bins_below_top_hz(top_hz, rate, n_fft, expected):
    settings = LogSpectrogramSettings(top_hz=top_hz, sample_rate=rate, n_fft=n_fft)
    assert settings.n_rows == expected
    below = librosa.fft_frequencies(sr=rate, n_fft=n_fft) < (top_hz or np.inf)
    assert below.sum() == expected


@given(samples=st.integers(1, 10**6))
def test_frames(samples):
    # One centred on every hop from the first sample on, up to the end.
    assert LogSpectrogramSettings().frames(samples) == len(range(0, samples + 1, 160))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"win_length": 513}, "win_length 513 is above n_fft 512; raise n_fft or shorten the window"),
        ({"top_hz": 8001}, "top_hz 8001 is above half the sample_rate 16000; lower top_hz or leave it out"),
        ({"top_hz": 0}, "greater than 0"),
        ({"n_fft": 511}, "multiple of 2"),
        ({"pre_emphasis": 1}, "less than 1"),
        ({"window": "blackman"}, "'hann' or 'hamming'"),
    ],
)
def test_impossible_settings_are_refused_with_the_remedy(wrong, words):
    with pytest.raises(EvenvoiceError, match=words):
        LogSpectrogramSettings(**wrong)
