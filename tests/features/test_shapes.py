"""The shapes by hand: features are numbered so that each place in the image can be named."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evenvoice.features import MFCC, FeatureSettings, Shape, ShapeSettings


def shape_of(name: str = "mean", n_mfcc: int = 40, **options: object) -> Shape:
    """A shape of MFCC features."""
    n_mels = max(128, n_mfcc)
    return ShapeSettings(name=name, **options).make(MFCC(n_mfcc=n_mfcc, n_mels=n_mels))


def numbered(n_mfcc: int, *own: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Row r of every utterance has the mean r + 0.5·(frames - 1): r, r + 1, … over its own frames, then zeros."""
    time = torch.arange(float(length))
    frames = torch.tensor(own)
    features = torch.arange(float(3 * n_mfcc))[None, :, None] + time
    return features * (time < frames[:, None])[:, None], frames


def test_mean_pad():
    shape = shape_of()
    vectors, own = shape.rows(*numbered(40, 5, 9, length=12))
    assert vectors.shape == (2, 128, 1)
    assert own.tolist() == [1, 1]
    assert vectors[0, :120, 0].tolist() == [r + 2.0 for r in range(120)]
    assert vectors[1, :120, 0].tolist() == [r + 4.0 for r in range(120)]
    assert vectors[:, 120:].tolist() == torch.zeros(2, 8, 1).tolist()
    picture = shape.image(vectors, own)
    assert picture.shape == (2, 1, 16, 8)
    # Folded row by row: eight values a row, the zeros in the last one.
    assert picture[0, 0, 1].tolist() == [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0]
    assert picture[0, 0, 15].tolist() == [0.0] * 8


def test_mean_pad_of_fewer_coefficients():
    vectors, _ = shape_of(n_mfcc=13).rows(*numbered(13, 9, length=9))
    assert vectors.shape == (1, 128, 1)
    assert vectors[0, 38:41, 0].tolist() == [42.0, 0.0, 0.0]


def test_mean_average():
    shape = shape_of(layout="average", n_mfcc=128)
    vectors, own = shape.rows(*numbered(128, 9, length=10))
    # Coefficient r: the mean of r, 128 + r and 256 + r, and 4 from time.
    assert vectors[0, :, 0].tolist() == [r + 132.0 for r in range(128)]
    assert shape.image(vectors, own).shape == (1, 1, 16, 8)


def test_mean_split():
    shape = shape_of(layout="split", n_mfcc=43)
    vectors, own = shape.rows(*numbered(43, 9, length=10))
    assert vectors[0, :, 0].tolist() == [r + 4.0 for r in range(43 + 43 + 42)]
    assert shape.image(vectors, own).shape == (1, 1, 16, 8)


def test_mean_channels():
    shape = shape_of(layout="channels", n_mfcc=128)
    vectors, own = shape.rows(*numbered(128, 9, length=10))
    assert vectors.shape == (1, 384, 1)
    picture = shape.image(vectors, own)
    assert picture.shape == (1, 3, 16, 8)
    # Δ is the second channel; its coefficient 9 lies in row 1, column 1.
    assert picture[0, 1, 1, 1] == 128 + 9 + 4


def test_mean_of_a_minute_keeps_its_digits():
    c0 = -800 + 30 * torch.randn(1, 120, 6001, generator=torch.Generator().manual_seed(0))
    vectors, _ = shape_of().rows(c0, torch.tensor([6001]))
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
    shape = shape_of(form, n_mfcc=2, seconds=2 * 512 / 16000)
    assert shape.n_frames == 3
    features, frames = numbered(2, 9, length=9)
    same, own = shape.rows(features, frames)
    assert same is features
    assert own is frames
    picture = shape.image(same, own)
    assert picture[0].tolist() == expected
    assert tuple(picture.shape[1:]) == shape.size


@pytest.mark.parametrize("form", ["array", "channels"])
def test_frames_beyond_the_utterance_are_zero_after_normalising(form):
    shape = shape_of(form, n_mfcc=1, seconds=0.35)
    features, frames = numbered(1, 9, 10, length=10)
    # As normalising with the mean 7 and the sd 1 leaves them: the padding is now -7.
    picture = shape.image(features - 7, frames).reshape(2, 3, 11)
    assert picture[0, 0].tolist() == [-7, -6, -5, -4, -3, -2, -1, 0, 1, 0, 0]
    assert picture[1, 0].tolist() == [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 0]
    assert picture[0, 2].tolist() == [-5, -4, -3, -2, -1, 0, 1, 2, 3, 0, 0]


@pytest.mark.parametrize("form", ["mean", "array", "channels"])
def test_shape_is_that_of_the_image(form):
    shape = shape_of(form)
    features, frames = numbered(40, 300, 12, length=300)
    assert shape.image(*shape.rows(features, frames)).shape[1:] == shape.size


def test_sequence_has_a_last_row_that_says_which_frames_are_its_own():
    shape = shape_of("sequence", n_mfcc=2, seconds=0.1)
    assert shape.size == (1, 7, 4)
    assert shape.n_normalised == 6
    values, own = shape.rows(*numbered(2, 2, 9, length=9))
    picture = shape.image(values + 5.0, own)  # normalising moves the zeros beyond an utterance's end
    assert picture[:, 0, 6].tolist() == [[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]
    assert picture[0, 0, 3].tolist() == [8.0, 9.0, 0.0, 0.0]
    assert picture[1, 0, 3].tolist() == [8.0, 9.0, 10.0, 11.0]


def test_functionals_are_those_of_an_utterances_own_frames():
    shape = shape_of("functionals", n_mfcc=2)
    assert shape.n_normalised == 30
    values, one = shape.rows(*numbered(2, 5, 9, length=12))
    assert values.shape == (2, 30, 1)
    assert one.tolist() == [1, 1]
    kinds = values[0, :, 0].reshape(5, 6)
    # Row r goes r, r + 1, …, r + 4.
    assert kinds[0].tolist() == [r + 2.0 for r in range(6)]
    torch.testing.assert_close(kinds[1], torch.full((6,), 2.0**0.5))
    assert kinds[2].tolist() == [float(r) for r in range(6)]
    assert kinds[3].tolist() == [r + 4.0 for r in range(6)]
    torch.testing.assert_close(kinds[4], torch.ones(6))
    assert shape.image(values, one)[0, 0].tolist() == kinds.tolist()


@pytest.mark.parametrize("length", [2, 3, 31])
def test_the_slope_is_that_of_the_least_squares_line(length):
    features, frames = torch.randn(1, 3, 40), torch.tensor([length])
    features[:, :, length:] = 0.0
    values, _ = shape_of("functionals", n_mfcc=1).rows(features, frames)
    fitted = np.polyfit(np.arange(length), features[0, :, :length].numpy().T, 1)[0]
    np.testing.assert_allclose(values[0, 12:, 0].numpy(), fitted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        (
            "mean",
            {"layout": "average"},
            "layout 'average' needs three groups of 128 rows, .* has 3 of 40; set features",
        ),
        ("mean", {"layout": "split"}, "layout 'split' needs three groups of 43 rows"),
        ("mean", {"layout": "fold"}, "layout is 'fold'; give one of pad, average, split, channels"),
        ("mean", {"seconds": 3}, "shape 'mean': unknown option 'seconds'; it takes layout"),
        ("array", {"seconds": float("inf")}, "seconds is inf; give a number above 0"),
        ("medain", {}, r"shape 'medain' is unknown \(did you mean 'mean'\?\); known are mean, array"),
    ],
)
def test_what_does_not_fit_is_one_line_with_the_remedy(name, options, words):
    with pytest.raises(ValueError, match=words):
        shape_of(name, **options)


def test_any_extractor_takes_any_shape_that_fits():
    short = FeatureSettings(name="short-term").make()
    sizes = {name: ShapeSettings(name=name).make(short).size for name in ("mean", "functionals", "channels")}
    assert sizes == {"mean": (1, 16, 8), "functionals": (1, 5, 34), "channels": (1, 34, 27)}
    # More rows than the paper's 128 go into as many lines of eight as they need.
    assert shape_of("mean", n_mfcc=50).size == (1, 19, 8)
