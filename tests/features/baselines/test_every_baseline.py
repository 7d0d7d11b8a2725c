"""What every baseline extractor promises: shape, finite numbers, no warnings, the same from any thread."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evenvoice.audio import load
from evenvoice.errors import EvenvoiceError
from evenvoice.features import EXTRACTORS, FeatureSettings
from evenvoice.features.baselines import (
    LogSpectrogramSettings,
    MfccCqtF0Settings,
    ShortTermSettings,
    log_spectrogram_features,
    mfcc_cqt_f0_features,
    short_term_features,
)

SATT = LogSpectrogramSettings(pre_emphasis=0, n_fft=800, win_length=640, window="hamming", top_hz=4000)
EVERY = [
    pytest.param(ShortTermSettings(), short_term_features, 34, 100, id="short-term"),
    pytest.param(MfccCqtF0Settings(), mfcc_cqt_f0_features, 33, 250, id="mfcc-cqt-f0"),
    pytest.param(LogSpectrogramSettings(), log_spectrogram_features, 257, 701, id="log-spectrogram"),
    pytest.param(SATT, log_spectrogram_features, 200, 301, id="log-spectrogram-4-khz"),
]
every_baseline = pytest.mark.parametrize(("settings", "function", "n_rows", "n_frames"), EVERY)

WAVEFORMS: dict[str, Callable[[int], np.ndarray]] = {
    "noise": lambda samples: 0.1 * np.random.default_rng(samples).standard_normal(samples),
    "silence": np.zeros,
    "constant": lambda samples: np.full(samples, 0.1),
    "click": lambda samples: np.eye(1, samples, samples // 2)[0],
    "silence, then a tone": lambda samples: np.sin(0.1 * np.maximum(np.arange(samples) - samples // 2, 0)),
    "tiny": lambda samples: 1e-30 * np.random.default_rng(samples).standard_normal(samples),
    "the loudest that is let in": lambda samples: 1e9 * np.sign(np.sin(np.arange(samples))),
}


def checked(function: Callable[..., np.ndarray], waveform: np.ndarray, settings: Any) -> np.ndarray:
    """Return the features, after the checks that hold for all of them."""
    waveform = waveform.astype(np.float32)
    before = waveform.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        features = function(waveform, settings)
    assert features.dtype == np.float32
    assert features.shape == (settings.n_rows, settings.frames(waveform.size))
    assert features.flags.c_contiguous
    assert np.isfinite(features).all()
    assert np.array_equal(waveform, before)
    return features


@every_baseline
def test_the_shape_is_known_from_the_settings(settings, function, n_rows, n_frames):
    assert settings.n_rows == n_rows
    name = {ShortTermSettings: "short-term", MfccCqtF0Settings: "mfcc-cqt-f0"}.get(type(settings), "log-spectrogram")
    shape = EXTRACTORS[name].default_shape if settings != SATT else {"seconds": 3}
    samples = round(shape["seconds"] * settings.sample_rate)
    assert checked(function, np.zeros(samples), settings).shape == (n_rows, n_frames)
    extractor = FeatureSettings(name=name, **settings.model_dump()).make()
    assert (extractor.n_rows, extractor.frames(samples)) == (n_rows, n_frames)


@every_baseline
@pytest.mark.parametrize("kind", WAVEFORMS)
@pytest.mark.parametrize("samples", [1, 2, 511, 3201, 40000])
def test_any_waveform(settings, function, n_rows, n_frames, kind, samples):
    checked(function, WAVEFORMS[kind](samples), settings)


@every_baseline
def test_a_minute(settings, function, n_rows, n_frames):
    checked(function, WAVEFORMS["noise"](60 * 16000), settings)


@pytest.mark.parametrize(
    ("settings", "function"),
    [
        (ShortTermSettings(sample_rate=8000, window_seconds=0.025, hop_seconds=0.01), short_term_features),
        (ShortTermSettings(sample_rate=11025, window_seconds=0.0333), short_term_features),
        (ShortTermSettings(window_seconds=0.02, hop_seconds=0.05), short_term_features),
        (MfccCqtF0Settings(sample_rate=11025, hop_length=64, n_mfcc=1), mfcc_cqt_f0_features),
        (MfccCqtF0Settings(sample_rate=22050, n_fft=1024, hop_length=192, lowest_hz=80), mfcc_cqt_f0_features),
        (LogSpectrogramSettings(sample_rate=8000, n_fft=400, hop_length=80, top_hz=4000), log_spectrogram_features),
        (LogSpectrogramSettings(sample_rate=22050, top_hz=1, window="hamming"), log_spectrogram_features),
    ],
)
@pytest.mark.parametrize("samples", [1, 1000, 30000])
def test_other_settings(settings, function, samples):
    checked(function, WAVEFORMS["noise"](samples), settings)


@every_baseline
@hypothesis_settings(max_examples=12, deadline=None)
@given(samples=st.integers(min_value=1, max_value=20000))
def test_any_length(settings, function, n_rows, n_frames, samples):
    checked(function, WAVEFORMS["noise"](samples), settings)


@every_baseline
def test_real_recordings(settings, function, n_rows, n_frames, corpora_folder):
    for file in sorted((corpora_folder / "emodb").rglob("*.flac"))[::100]:
        features = checked(function, load(file), settings)
        # Nothing that is the same in every frame of speech is worth a row.
        assert (features.std(axis=1) > 0).all()


@every_baseline
def test_threads_change_nothing(settings, function, n_rows, n_frames):
    waveforms = [WAVEFORMS["noise"](samples).astype(np.float32) for samples in range(15000, 31000, 2000)]
    alone = [function(waveform, settings) for waveform in waveforms]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda waveform: function(waveform, settings), waveforms))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


@every_baseline
def test_settings_are_frozen_and_closed(settings, function, n_rows, n_frames):
    with pytest.raises(ValidationError, match="frozen"):
        settings.sample_rate = 8000
    with pytest.raises(EvenvoiceError, match="unknown key 'hop'"):
        type(settings)(hop=1)


@every_baseline
def test_a_batch_is_its_waveforms_one_by_one(settings, function, n_rows, n_frames):
    kind = next(found for found in EXTRACTORS.values() if getattr(found, "Settings", None) is type(settings))
    waveforms = [torch.from_numpy(WAVEFORMS["noise"](samples).astype(np.float32)) for samples in (9000, 16000, 1)]
    batch = torch.nn.utils.rnn.pad_sequence(waveforms, batch_first=True, padding_value=0.5)
    features, frames = kind(settings)(batch, torch.tensor([9000, 16000, 1]))
    for row, waveform in enumerate(waveforms):
        own = features[row, :, : frames[row]].numpy()
        assert np.array_equal(own, function(waveform.numpy(), settings))
        assert not features[row, :, frames[row] :].any()


def test_importing_does_not_import_librosa():
    script = "import sys, evenvoice.features.baselines; sys.exit('librosa' in sys.modules or 'numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
