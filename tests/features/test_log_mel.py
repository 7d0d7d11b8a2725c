"""Log-mel bands: where a tone lies, what a reference library gives, and what is cut off."""

from __future__ import annotations

import math

import librosa
import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, compute
from evenvoice.testing import check_extractor

RATE = 16000


def _bands(sound: np.ndarray, **options: object) -> np.ndarray:
    return compute(FeatureSettings(name="log-mel", **options).make(), sound.astype(np.float32))


def _white(level: float, n: int = RATE) -> np.ndarray:
    return level * np.random.default_rng(0).standard_normal(n)


@pytest.mark.parametrize("frequency", [300.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_is_loudest_in_the_band_around_it(frequency: float) -> None:
    found = _bands(0.5 * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE))
    centres = librosa.mel_frequencies(82, fmin=0, fmax=RATE / 2)[1:-1]
    assert np.argmax(found[:, 50]) == np.argmin(np.abs(centres - frequency))


def test_they_are_librosas_but_for_the_height_of_the_triangles() -> None:
    sound = _white(0.1).astype(np.float32)
    spectrum = librosa.stft(sound, n_fft=512, win_length=400, hop_length=160, pad_mode="constant")
    triangles = librosa.filters.mel(sr=RATE, n_fft=512, n_mels=80)
    expected = np.log(triangles / triangles.max(axis=1, keepdims=True) @ np.abs(spectrum) ** 2)
    np.testing.assert_allclose(_bands(sound), expected, atol=2e-3)


def test_ten_times_the_amplitude_is_as_much_more_everywhere() -> None:
    np.testing.assert_allclose(_bands(_white(0.5)) - _bands(_white(0.05)), math.log(100), atol=0.01)


def test_quiet_ends_are_cut_off_where_asked() -> None:
    sound = np.concatenate([_white(1e-3), _white(0.1), _white(1e-3)])  # the ends lie 40 dB lower
    whole, trimmed = _bands(sound), _bands(sound, trim=True)
    assert whole.shape == (80, 301)
    assert trimmed.shape[1] == pytest.approx(101, abs=3)
    start = next(at for at in range(301) if np.allclose(whole[:, at], trimmed[:, 0]))
    np.testing.assert_allclose(whole[:, start : start + trimmed.shape[1]], trimmed, atol=1e-5)


@pytest.mark.parametrize("trim", [False, True])
def test_it_keeps_the_contract_of_an_extractor(trim: bool) -> None:
    check_extractor("log-mel", n_mels=20, trim=trim)


@pytest.mark.parametrize("rate", [8000, 44100])
def test_any_rate_and_length_is_finite(rate: int) -> None:
    extractor = FeatureSettings(name="log-mel", sample_rate=rate, n_mels=30).make()
    for length in (1, 79, 160, 4801):
        for sound in (torch.zeros(1, length), torch.randn(1, length), 1e6 * torch.randn(1, length)):
            rows, frames = extractor(sound, torch.tensor([length]))
            assert rows.shape == (1, 30, extractor.frames(length))
            assert rows.isfinite().all()
            assert int(frames) == extractor.frames(length)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (200, "n_mels 200 are narrower than the Fourier transform's bins, and 3 of them would be empty"),
        (0, "n_mels is 0; give a whole number of 1 or more"),
        (1.5, "n_mels is 1.5; give a whole number of 1 or more"),
    ],
)
def test_bands_that_would_be_empty_are_refused(count: float, words: str) -> None:
    with pytest.raises(EvenvoiceError, match=words):
        FeatureSettings(name="log-mel", n_mels=count).make()
