"""The frames that are an utterance's own."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical.sequences import own_frames
from tests.models.classical.fabricated import padded, utterances


def test_padding_is_taken_off_again() -> None:
    made, _ = utterances(7, seed=0)
    for got, expected in zip(own_frames(padded(made, 30, filling=3.0)), made, strict=True):
        np.testing.assert_array_equal(got, expected)


def test_between_two_utterances_lie_as_many_frames_as_the_longer_has() -> None:
    short, long = padded([np.full((4, 2), 2, np.float32), np.full((6, 2), 4, np.float32)], frames=9)
    (between,) = own_frames((short + 0.25 * (long - short))[None])
    np.testing.assert_allclose(between[:, 0], [2.5, 2.5, 2.5, 2.5, 1.0, 1.0])


@pytest.mark.parametrize("mark", [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 2], [1, 1, -1], [np.nan, np.nan, np.nan]])
def test_what_is_no_mark_is_refused(mark: list[float]) -> None:
    X = np.ones((2, 1, 3, 3), np.float32)
    X[1, 0, -1] = mark
    with pytest.raises(EvenvoiceError, match=r"model 'gmm' takes sequences.*set shape: sequence"):
        own_frames(X, "gmm")
