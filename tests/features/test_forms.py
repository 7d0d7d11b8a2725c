"""The forms by hand: features are numbered so that each place in the image can be named."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evenvoice.features import MFCCSettings, image, n_normalised, rows, shape


def numbered(n_mfcc: int, *own: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Row r of every utterance has the mean r + 0.5·(frames - 1): r, r + 1, … over its own frames, then zeros."""
    time = torch.arange(float(length))
    frames = torch.tensor(own)
    features = torch.arange(float(3 * n_mfcc))[None, :, None] + time
    return features * (time < frames[:, None])[:, None], frames


def test_mean_pad():
    settings = MFCCSettings()
    vectors, own = rows(*numbered(40, 5, 9, length=12), settings)
    assert vectors.shape == (2, 128, 1)
    assert own.tolist() == [1, 1]
    assert vectors[0, :120, 0].tolist() == [r + 2.0 for r in range(120)]
    assert vectors[1, :120, 0].tolist() == [r + 4.0 for r in range(120)]
    assert vectors[:, 120:].tolist() == torch.zeros(2, 8, 1).tolist()
    picture = image(vectors, own, settings)
    assert picture.shape == (2, 1, 16, 8)
    # Folded row by row: eight values a row, the zeros in the last one.
    assert picture[0, 0, 1].tolist() == [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0]
    assert picture[0, 0, 15].tolist() == [0.0] * 8


def test_mean_pad_of_fewer_coefficients():
    vectors, _ = rows(*numbered(13, 9, length=9), MFCCSettings(n_mfcc=13))
    assert vectors.shape == (1, 128, 1)
    assert vectors[0, 38:41, 0].tolist() == [42.0, 0.0, 0.0]


def test_mean_average():
    settings = MFCCSettings(mean_layout="average", n_mfcc=128)
    vectors, own = rows(*numbered(128, 9, length=10), settings)
    # Coefficient r: the mean of r, 128 + r and 256 + r, and 4 from time.
    assert vectors[0, :, 0].tolist() == [r + 132.0 for r in range(128)]
    assert image(vectors, own, settings).shape == (1, 1, 16, 8)


def test_mean_split():
    settings = MFCCSettings(mean_layout="split", n_mfcc=43)
    vectors, own = rows(*numbered(43, 9, length=10), settings)
    assert vectors[0, :, 0].tolist() == [r + 4.0 for r in range(43 + 43 + 42)]
    assert image(vectors, own, settings).shape == (1, 1, 16, 8)


def test_mean_channels():
    settings = MFCCSettings(mean_layout="channels", n_mfcc=128)
    vectors, own = rows(*numbered(128, 9, length=10), settings)
    assert vectors.shape == (1, 384, 1)
    picture = image(vectors, own, settings)
    assert picture.shape == (1, 3, 16, 8)
    # Δ is the second channel; its coefficient 9 lies in row 1, column 1.
    assert picture[0, 1, 1, 1] == 128 + 9 + 4


def test_mean_of_a_minute_keeps_its_digits():
    c0 = -800 + 30 * torch.randn(1, 120, 6001, generator=torch.Generator().manual_seed(0))
    vectors, _ = rows(c0, torch.tensor([6001]), MFCCSettings())
    # Half of the last bit of 800 is 3e-5; summed as they are, the means err by 1.3e-4.
    assert (vectors[:, :120, 0] - c0.to(torch.float64).mean(2)).abs().max() < 7e-5


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("array", [[[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6, 7]]]),
        ("channels", [[[0, 1, 2], [1, 2, 3]], [[2, 3, 4], [3, 4, 5]], [[4, 5, 6], [5, 6, 7]]]),
    ],
)
def test_frames_are_cropped_to_the_first_seconds(form, expected):
    settings = MFCCSettings(form=form, n_mfcc=2, seconds=2 * 512 / 16000)
    assert settings.n_frames == 3
    features, frames = numbered(2, 9, length=9)
    same, own = rows(features, frames, settings)
    assert same is features
    assert own is frames
    picture = image(same, own, settings)
    assert picture[0].tolist() == expected
    assert tuple(picture.shape[1:]) == shape(settings)


@pytest.mark.parametrize("form", ["array", "channels"])
def test_frames_beyond_the_utterance_are_zero_after_normalising(form):
    settings = MFCCSettings(form=form, n_mfcc=1, seconds=0.35)
    features, frames = numbered(1, 9, 10, length=10)
    # As normalising with the mean 7 and the sd 1 leaves them: the padding is now -7.
    picture = image(features - 7, frames, settings).reshape(2, 3, 11)
    assert picture[0, 0].tolist() == [-7, -6, -5, -4, -3, -2, -1, 0, 1, 0, 0]
    assert picture[1, 0].tolist() == [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 0]
    assert picture[0, 2].tolist() == [-5, -4, -3, -2, -1, 0, 1, 2, 3, 0, 0]


@pytest.mark.parametrize("form", ["mean", "array", "channels"])
def test_shape_is_that_of_the_image(form):
    settings = MFCCSettings(form=form)
    features, frames = numbered(40, 300, 12, length=300)
    assert image(*rows(features, frames, settings), settings).shape[1:] == shape(settings)


def test_sequence_has_a_last_row_that_says_which_frames_are_its_own():
    settings = MFCCSettings(form="sequence", n_mfcc=2, seconds=0.1)
    assert shape(settings) == (1, 7, 4)
    assert n_normalised(settings) == 6
    values, own = rows(*numbered(2, 2, 9, length=9), settings)
    picture = image(values + 5.0, own, settings)  # normalising moves the zeros beyond an utterance's end
    assert picture[:, 0, 6].tolist() == [[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]
    assert picture[0, 0, 3].tolist() == [8.0, 9.0, 0.0, 0.0]
    assert picture[1, 0, 3].tolist() == [8.0, 9.0, 10.0, 11.0]


def test_functionals_are_those_of_an_utterances_own_frames():
    settings = MFCCSettings(form="functionals", n_mfcc=2)
    assert n_normalised(settings) == 30
    values, one = rows(*numbered(2, 5, 9, length=12), settings)
    assert values.shape == (2, 30, 1)
    assert one.tolist() == [1, 1]
    kinds = values[0, :, 0].reshape(5, 6)
    # Row r goes r, r + 1, …, r + 4.
    assert kinds[0].tolist() == [r + 2.0 for r in range(6)]
    torch.testing.assert_close(kinds[1], torch.full((6,), 2.0**0.5))
    assert kinds[2].tolist() == [float(r) for r in range(6)]
    assert kinds[3].tolist() == [r + 4.0 for r in range(6)]
    torch.testing.assert_close(kinds[4], torch.ones(6))
    assert image(values, one, settings)[0, 0].tolist() == kinds.tolist()


@pytest.mark.parametrize("length", [2, 3, 31])
def test_the_slope_is_that_of_the_least_squares_line(length):
    features, frames = torch.randn(1, 3, 40), torch.tensor([length])
    features[:, :, length:] = 0.0
    values, _ = rows(features, frames, MFCCSettings(form="functionals", n_mfcc=1))
    fitted = np.polyfit(np.arange(length), features[0, :, :length].numpy().T, 1)[0]
    np.testing.assert_allclose(values[0, 12:, 0].numpy(), fitted, rtol=1e-4, atol=1e-6)
