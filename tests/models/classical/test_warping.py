"""Dynamic time warping against librosa's, and by hand."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenvoice.models.classical.warping import warped_distances


def by_librosa(one: NDArray[np.float64], other: NDArray[np.float64], band: float | None) -> float:
    """Librosa counts the first pair once, Sakoe and Chiba twice."""
    window = {} if band is None else {"global_constraints": True, "band_rad": band}
    costs = librosa.sequence.dtw(one.T, other.T, weights_mul=np.array([2, 1, 1]), backtrack=False, **window)
    return float(costs[-1, -1] + np.linalg.norm(one[0] - other[0])) / (len(one) + len(other))


@pytest.mark.parametrize("band", [None, 0.25, 0.6])
def test_equals_librosa(band: float | None) -> None:
    random = np.random.default_rng(0)
    one = random.normal(size=(17, 3))
    # More than are compared at once, shorter and longer.
    lengths = random.integers(8, 30, size=70)
    others = [random.normal(size=(length, 3)) for length in lengths]
    got = warped_distances(one, np.concatenate(others), np.cumsum([0, *lengths]), band)
    np.testing.assert_allclose(got, [by_librosa(one, other, band) for other in others], rtol=1e-9)


def test_the_window_of_one_frame_is_the_diagonal() -> None:
    one, other = np.arange(4.0)[:, None], np.array([0.0, 0.0, 0.0, 3.0])[:, None]
    # |0 - 0| + |1 - 0| + |2 - 0| + |3 - 3|, each twice, over 4 + 4
    assert warped_distances(one, other, np.array([0, 4]), band=0.01)[0] == pytest.approx(6 / 8)
    # Anywhere: the three zeros pass at frame 0, then 1 and 2 are reached upwards, once each, at the last of them.
    assert warped_distances(one, other, np.array([0, 4]))[0] == pytest.approx((1 + 2) / 8)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_is_a_symmetric_distance_that_speed_does_not_change(seed: int, t: int, u: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.normal(size=(t, 2)), random.normal(size=(u, 2))
    there = warped_distances(one, other, np.array([0, u]))[0]
    assert there == pytest.approx(warped_distances(other, one, np.array([0, t]))[0], rel=1e-9)
    assert warped_distances(one, one, np.array([0, t]))[0] == pytest.approx(0, abs=1e-6)
    slower = np.repeat(one, 2, axis=0)
    assert warped_distances(one, slower, np.array([0, 2 * t]))[0] == pytest.approx(0, abs=1e-6)
