"""The front end's numbers against librosa's: 1e-3 absolute, on real recordings where they are at hand."""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import pytest
import torch

from evenvoice.audio import load
from evenvoice.features import MFCC, SPEECH, MFCCSettings

TOLERANCE = 1e-3

# Two paddings of one utterance may differ in the last bit of c0, some -800: 6e-5.
ROUNDING = 2e-4


@pytest.fixture(params=["default", "speech"])
def settings(request: pytest.FixtureRequest) -> MFCCSettings:
    return MFCCSettings() if request.param == "default" else SPEECH


@pytest.fixture(scope="session")
def recordings(corpora_folder: Path) -> list[Path]:
    """A spread of 20 recordings of both corpora."""
    german = sorted((corpora_folder / "emodb").rglob("*.flac"))[::54]
    english = sorted((corpora_folder / "ravdess").rglob("*.flac"))[::144]
    return german + english


def at(settings: MFCCSettings, rate: int) -> MFCCSettings:
    return settings.model_copy(update={"sample_rate": rate})


def ours(settings: MFCCSettings, *waveforms: np.ndarray) -> list[np.ndarray]:
    """Return the features of one padded batch, each cut to its own frames; the padding is poisoned."""
    lengths = [len(waveform) for waveform in waveforms]
    batch = torch.full((len(waveforms), max(lengths)), 1e3)
    batch[:, ::2] = torch.nan
    for row, waveform in zip(batch, waveforms, strict=True):
        row[: len(waveform)] = torch.from_numpy(waveform)
    with torch.inference_mode():
        features, frames = MFCC(settings)(batch, torch.tensor(lengths))
    for one, own in zip(features, frames, strict=True):
        assert not one[:, own:].any()
    return [one[:, :own].numpy() for one, own in zip(features, frames, strict=True)]


def librosas(settings: MFCCSettings, waveform: np.ndarray) -> np.ndarray:
    cepstrum = librosa.feature.mfcc(
        y=waveform,
        sr=settings.sample_rate,
        n_mfcc=settings.n_mfcc,
        n_fft=settings.n_fft,
        win_length=settings.win_length,
        hop_length=settings.hop_length,
        n_mels=settings.n_mels,
    )
    return np.concatenate([cepstrum, librosa.feature.delta(cepstrum), librosa.feature.delta(cepstrum, order=2)])


def assert_same(found: np.ndarray, expected: np.ndarray, tolerance: float = TOLERANCE) -> None:
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < tolerance


def speechlike(samples: int, seed: int = 0) -> np.ndarray:
    """A buzz that comes and goes over faint noise: no speech, but as uneven as speech."""
    random = np.random.default_rng(seed)
    time = np.arange(samples) / 16000
    buzz = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 30))
    swell = np.clip(np.sin(2 * np.pi * 1.5 * time), 0, 1) ** 2
    return (0.2 * swell * buzz + 1e-3 * random.standard_normal(samples)).astype(np.float32)


@pytest.mark.parametrize("rate", [16000, 22050])
def test_real_recordings(settings, rate, recordings):
    settings = at(settings, rate)
    assert len(recordings) == 20
    for file in recordings:
        waveform = load(file, rate=rate)
        assert_same(ours(settings, waveform)[0], librosas(settings, waveform))


@pytest.mark.parametrize("rate", [16000, 22050])
def test_real_recordings_in_padded_batches(settings, rate, recordings):
    settings = at(settings, rate)
    waveforms = [load(file, rate=rate) for file in recordings]
    batched = [features for start in range(0, 20, 5) for features in ours(settings, *waveforms[start : start + 5])]
    for features, waveform in zip(batched, waveforms, strict=True):
        assert_same(features, librosas(settings, waveform))
        assert_same(features, ours(settings, waveform)[0], ROUNDING)


def test_a_minute_of_a_real_recording(settings, recordings):
    minute = np.resize(load(recordings[0]), 60 * 16000)
    assert_same(ours(settings, minute)[0], librosas(settings, minute))


@pytest.mark.parametrize("extra", [0, 1, 511])
def test_nine_frames_of_a_real_recording(settings, recordings, extra):
    start = 8000
    shortest = load(recordings[0])[start : start + 8 * settings.hop_length + min(extra, settings.hop_length - 1)]
    features = ours(settings, shortest)[0]
    assert features.shape == (120, 9)
    assert_same(features, librosas(settings, shortest))


@pytest.mark.parametrize("samples", [1, 160, 1279, 4095])
def test_shorter_than_nine_frames_is_filled_with_zeros(samples):
    waveform = speechlike(samples) + 0.01
    filled = np.pad(waveform, (0, 8 * 512 - samples))
    features = ours(MFCCSettings(), waveform)[0]
    assert features.shape == (120, 9)
    assert_same(features, librosas(MFCCSettings(), filled))
    assert_same(ours(MFCCSettings(), waveform, speechlike(20000))[0], features, ROUNDING)


def test_what_is_80_db_below_the_maximum_is_cut_for_each_utterance_by_its_own(settings):
    """A loud neighbour must not raise the floor of a quiet utterance, nor must the fade into the padding."""
    quiet = 1e-3 * speechlike(20000, seed=1)
    quiet[5000:15000] = 0
    loud = speechlike(30000, seed=2)
    for features, waveform in zip(ours(settings, quiet, loud), (quiet, loud), strict=True):
        assert_same(features, librosas(settings, waveform))


def test_the_floor_is_that_of_the_own_frames_alone():
    """A click at the very end is louder in the frame beyond, which is centred on it, than in the last own frame."""
    waveform = 1e-6 * speechlike(40 * 512 + 511)
    waveform[-5:] = 10
    alone = librosas(MFCCSettings(), waveform)
    assert_same(ours(MFCCSettings(), waveform, speechlike(40000))[0], alone)


@pytest.mark.parametrize(
    "changes",
    [
        {"n_mfcc": 13, "n_mels": 26, "n_fft": 400, "hop_length": 100},
        {"n_mfcc": 1, "win_length": 801, "hop_length": 333},
        {"n_mfcc": 128, "sample_rate": 8000},
    ],
)
def test_other_settings(changes):
    settings = MFCCSettings(**changes)
    waveform = speechlike(24321)
    assert_same(ours(settings, waveform)[0], librosas(settings, waveform))


def test_what_is_appended_changes_nothing(settings):
    waveform = speechlike(16000)
    longer = torch.zeros(1, 40000)
    longer[0, :16000] = torch.from_numpy(waveform)
    with torch.inference_mode():
        features, frames = MFCC(settings)(longer, torch.tensor([16000]))
    assert_same(features[0, :, : frames[0]].numpy(), ours(settings, waveform)[0], ROUNDING)


def test_nothing_is_stored(settings):
    assert MFCC(settings).state_dict() == {}


def test_a_batch_without_padding_has_the_features_of_a_padded_one(settings):
    """Nothing is masked where all waveforms have one length; a longer neighbour brings the masks back."""
    waveforms = [speechlike(20000, seed=1), speechlike(20000, seed=2)]
    whole = ours(settings, *waveforms)
    padded = ours(settings, *waveforms, speechlike(31000, seed=3))
    for one, other in zip(whole, padded[:2], strict=True):
        assert_same(one, other, ROUNDING)
