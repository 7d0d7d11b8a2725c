"""The nearest neighbour after warping, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.models.classical import DTW
from evenvoice.models.classical.warping import warped_distances
from tests.models.classical.fabricated import padded, utterances


@pytest.mark.parametrize("band", [None, 0.1])
def test_the_answer_is_the_class_of_the_nearest_utterance(band: float | None) -> None:
    # So far apart from their own class that the nearest utterance, not the nearest class, must decide.
    random = np.random.default_rng(0)
    train = [random.normal(size=(int(random.integers(5, 15)), 4)).astype(np.float32) for _ in range(30)]
    y = random.integers(0, 3, size=30)
    test = [random.normal(size=(9, 4)).astype(np.float32) for _ in range(20)]
    model = DTW((1, 5, 24), 3, band=band)
    model.fit(padded(train), y)
    probabilities = model.probabilities(padded(test))
    for row, one in enumerate(test):
        distances = np.concatenate(
            [warped_distances(one, other.astype(float), np.array([0, len(other)]), band) for other in train]
        )
        assert probabilities[row].argmax() == y[distances.argmin()]
        nearest = np.array([distances[y == number].min() for number in range(3)])
        expected = np.exp(-nearest / 2)  # √4 features
        np.testing.assert_allclose(probabilities[row], expected / expected.sum(), rtol=1e-5)


def test_the_distance_does_not_grow_with_the_length() -> None:
    """A short utterance of another class is no nearer than a long one of the same."""
    own, short = np.full((24, 4), 0.4, np.float32), np.full((2, 4), 1.0, np.float32)
    model = DTW((1, 5, 24), 2)
    model.fit(padded([own, short]), np.array([0, 1]))
    first = model.probabilities(padded([np.zeros((24, 4), np.float32)]))[0]
    # Distances 0.4 and 1 a feature: √(4 · 0.4²) / √4 and √4 / √4.
    assert first[0] == pytest.approx(1 / (1 + np.exp(-0.6)), rel=1e-5)


def test_each_class_begins_where_it_says() -> None:
    train, y = utterances(12, seed=1)
    model = DTW((1, 5, 24), 3)
    model.fit(padded(train), y)
    learned = model.learned()
    assert learned["classes"].tolist() == [0, 4, 8]
    np.testing.assert_array_equal(np.diff(learned["starts"]), [len(train[row]) for row in np.argsort(y, kind="stable")])
