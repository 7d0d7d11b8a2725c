"""Normalisation: worked by hand, constant columns, and the numbers near c0."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.training.normalise import (
    Normaliser,
    around_speakers,
    around_training_mean,
    normalise_by_speaker,
)


def test_mean_and_deviation_over_all_valid_frames_worked_by_hand() -> None:
    # Row 0: 1, 3 and 8 over both utterances: mean 4, variance (9 + 1 + 16) / 3; row 1: -2, 0, 2
    rows = [np.array([[1, 3], [-2, 0]], np.float32), np.array([[8], [2]], np.float32)]
    fitted = Normaliser.fit(rows)
    np.testing.assert_allclose(fitted.mean, [4, 0])
    np.testing.assert_allclose(fitted.scale, [(26 / 3) ** -0.5, (8 / 3) ** -0.5], rtol=1e-6)


def test_a_constant_coefficient_becomes_zero_and_stays_zero_for_other_values() -> None:
    fitted = Normaliser.fit([np.full((1, 5), 0.1, np.float32), np.full((1, 3), 0.1, np.float32)])
    np.testing.assert_array_equal(fitted.apply([np.array([[0.1, 7.0]], np.float32)])[0], 0.0)


def test_small_variation_on_a_large_mean_survives() -> None:
    """c0 lies near -900: a difference of float32 squares would lose its deviation."""
    rng = np.random.default_rng(0)
    rows = [(-900 + 0.5 * rng.standard_normal((1, 400))).astype(np.float32) for _ in range(20)]
    values = np.concatenate(Normaliser.fit(rows).apply(rows), axis=1)
    assert values.mean() == pytest.approx(0, abs=1e-3)
    assert values.std() == pytest.approx(1, abs=1e-3)


def test_each_speaker_is_normalised_by_their_own() -> None:
    rng = np.random.default_rng(0)
    rows = [rng.standard_normal((3, 30)).astype(np.float32) * (1 + 9 * (n % 2)) + 5 * (n % 2) for n in range(8)]
    speakers = np.array(["a", "b"] * 4)
    normalised = normalise_by_speaker(rows, speakers)
    for speaker in "ab":
        theirs = np.concatenate([normalised[n] for n in range(8) if speakers[n] == speaker], axis=1)
        np.testing.assert_allclose(theirs.mean(axis=1), 0, atol=1e-5)
        np.testing.assert_allclose(theirs.std(axis=1), 1, atol=1e-5)


def test_without_speakers_the_remedy_is_named() -> None:
    with pytest.raises(EvenvoiceError, match=r"a speaker column .*--speaker-from.*normalise: training"):
        normalise_by_speaker([np.zeros((1, 1), np.float32)], None)


def test_rows_around_their_speakers_worked_by_hand() -> None:
    rows = [np.array([[value], [-900]], np.float32) for value in (1, 3, 10, 14)]
    centred = around_speakers(rows, np.array(["a", "a", "b", "b"]))
    np.testing.assert_array_equal(np.stack(centred)[:, 0, 0], [-1, 1, -2, 2])
    fitted = around_training_mean(rows, [centred])
    np.testing.assert_allclose(fitted.mean, [7, -900])  # of rows as they are
    np.testing.assert_allclose(fitted.scale, [2.5**-0.5, 0])  # of 1, 1, 4, 4; and nothing varies


def test_rounding_of_a_large_constant_is_no_variation_around_speakers_either() -> None:
    near = np.float32(-900) + np.float32(1e-4) * np.arange(4, dtype=np.float32)
    rows = [np.array([[value]], np.float32) for value in near]
    speakers = np.array(["a", "a", "b", "b"])
    assert around_training_mean(rows, [around_speakers(rows, speakers)]).scale[0] == 0


def test_around_speakers_needs_speakers() -> None:
    with pytest.raises(EvenvoiceError, match=r"normalise: enrolled needs .*--speaker-from.*normalise: training"):
        around_speakers([np.zeros((1, 1), np.float32)], None)
