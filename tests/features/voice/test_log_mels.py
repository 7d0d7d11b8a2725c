"""Log-mel bands of the extractor ``voice``: where they stand, what they hold, and who leaves them out."""

from __future__ import annotations

import math

import librosa
import numpy as np
import pytest
import torch
from pydantic import ValidationError

from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, ShapeSettings
from evenvoice.features.voice import Voice

RATE = 16000


def _bands(sound: np.ndarray, n_bands: int = 80) -> np.ndarray:
    voice = Voice(log_mels=n_bands)
    rows, frames = voice(torch.from_numpy(sound.astype(np.float32))[None], torch.tensor([len(sound)]))
    assert voice.row_names[-n_bands:] == tuple(f"log-mel {number}" for number in range(1, n_bands + 1))
    return rows[0, -n_bands:, : int(frames[0])].numpy()


@pytest.mark.parametrize("frequency", [300.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_is_loudest_in_the_band_around_it(frequency: float) -> None:
    found = _bands(0.5 * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE))
    centres = librosa.mel_frequencies(82, fmin=0, fmax=RATE / 2)[1:-1]
    assert np.argmax(found[:, 50]) == np.argmin(np.abs(centres - frequency))


def test_they_are_librosas_but_for_the_height_of_the_triangles() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    spectrum = librosa.stft(sound, n_fft=512, win_length=400, hop_length=160, pad_mode="constant")
    triangles = librosa.filters.mel(sr=RATE, n_fft=512, n_mels=80)
    expected = np.log(triangles / triangles.max(axis=1, keepdims=True) @ np.abs(spectrum) ** 2)
    # The scale of a spectrum is a matter of taste: one number for all.
    difference = _bands(sound) - expected
    assert np.ptp(difference) < 2e-3


def test_ten_times_the_amplitude_is_as_much_more_everywhere() -> None:
    sound = np.random.default_rng(0).normal(0, 0.05, RATE)
    np.testing.assert_allclose(_bands(10 * sound) - _bands(sound), math.log(100), atol=0.01)


def test_the_other_rows_are_what_they_are_without_them() -> None:
    sound, length = torch.randn(1, 8000), torch.tensor([8000])
    for options in ({}, {"f0": True}, {"deltas": False}):
        plain, more = Voice(**options), Voice(**options, log_mels=12)
        assert more.n_rows == plain.n_rows + 12
        assert torch.equal(plain(sound, length)[0], more(sound, length)[0][:, : plain.n_rows])


def test_rich_functionals_leave_them_out() -> None:
    sound, length = torch.randn(1, 8000), torch.tensor([8000])
    found = []
    for settings in (FeatureSettings(name="voice", f0=True), FeatureSettings(name="voice", f0=True, log_mels=12)):
        extractor = settings.make()
        shape = ShapeSettings(name="functionals", kind="rich").make(extractor)
        found.append(shape.rows(*extractor(sound, length))[0])
    assert torch.equal(*found)


def test_functionals_of_log_mels_alone_are_no_rich_ones() -> None:
    from evenvoice.features.functionals import Functionals

    names = ["log-mel 1", "log-mel 2"]
    assert len(Functionals(names, "basic").names) == 10
    with pytest.raises(EvenvoiceError, match="all rows are log-mel bands, which these leave out; use the kind basic"):
        Functionals(names, "rich")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (200, "log_mels 200 are narrower than the Fourier transform's bins, and 3 of them would be empty"),
        (300, "log_mels is 300; give a whole number from 0 to 256"),
        (-1, "log_mels is -1; give a whole number from 0 to 256"),
    ],
)
def test_bands_that_would_be_empty_are_refused(count: int, words: str) -> None:
    with pytest.raises((EvenvoiceError, ValidationError), match=words):
        FeatureSettings(name="voice", log_mels=count).make()


def test_a_sequence_takes_the_rows_that_are_named() -> None:
    extractor = FeatureSettings(name="voice", deltas=False, log_mels=6).make()
    shape = ShapeSettings(name="sequence", named="log-mel").make(extractor)
    rows = torch.arange(float(extractor.n_rows))[None, :, None].expand(1, -1, 9)
    picture = shape.image(rows, torch.tensor([4]))
    assert shape.size == (1, 7, 301)
    assert picture[0, 0, :, 0].tolist() == [*range(extractor.n_rows - 6, extractor.n_rows), 1]
    assert not picture[0, 0, :, 4:].any()
    bands = ShapeSettings(name="sequence", named="band").make(extractor)
    assert bands.size == (1, 27, 301)


@pytest.mark.parametrize(
    ("features", "shape", "words"),
    [
        (
            {"name": "voice"},
            {"named": "log-mel"},
            "no row whose name begins with .log-mel.; set features: ",
        ),
        ({"name": "voice"}, {"named": "formant"}, "no row whose name begins with 'formant'; its rows are .*band"),
        ({"name": "voice"}, {"named": ""}, "no row whose name begins with ''; its rows are"),
        ({"name": "mfcc"}, {"named": "c"}, "no row whose name begins with 'c'; it names no rows; leave named out"),
        ({"name": "voice"}, {"named": "spread", "n_rows": 3}, "n_rows 3 and named 'spread' both choose rows"),
        ({"name": "voice"}, {"named": "s"}, "the rows named 's' do not follow one another"),
    ],
)
def test_rows_that_are_not_there_are_refused(features: dict[str, str], shape: dict[str, object], words: str) -> None:
    with pytest.raises(EvenvoiceError, match=words):
        ShapeSettings(name="sequence", **shape).make(FeatureSettings(**features).make())
