"""``normalise: enrolled``: training around each speaker's mean, prediction around the mean of whom is enrolled."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.training import Dataset, fit
from evenvoice.training.prepare import to_images, to_training_images
from tests import fabricate

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
RECIPE = open_recipe("functionals-svm", {"normalise": "enrolled"})


def _louder(examples: Dataset, speaker: str, by: float) -> Dataset:
    """The same utterances, with a constant added to all features of one speaker."""
    features = [
        values + np.float32(by if whose == speaker else 0)
        for values, whose in zip(examples.features, examples.speakers, strict=True)
    ]
    return Dataset(examples.ids, features, examples.emotions, examples.speakers)


def test_training_rows_do_not_know_where_their_speaker_lies() -> None:
    moved = _louder(EXAMPLES, "s2", 50)
    # The scale and the training mean are the old ones, for nothing varies more around speakers.
    normaliser = fit(RECIPE, EXAMPLES).normaliser
    np.testing.assert_allclose(
        to_training_images(RECIPE, moved, normaliser), to_training_images(RECIPE, EXAMPLES, normaliser), atol=1e-3
    )


def test_a_variant_is_around_its_own_speakers_mean_in_that_variant() -> None:
    faster = {"speed:1.1": _louder(fabricate.examples(TABLE, seed=1), "s1", 9)}
    recipe = open_recipe(RECIPE, {"augment": ["speed:1.1"]})
    model = fit(recipe, dataclasses.replace(EXAMPLES, variants=faster))
    variant = to_training_images(recipe, faster["speed:1.1"], model.normaliser)
    for speaker in np.unique(EXAMPLES.speakers):
        np.testing.assert_allclose(variant[EXAMPLES.speakers == speaker].mean(axis=0), 0, atol=1e-5)


def test_enrolling_all_of_a_training_speaker_gives_the_rows_that_were_fitted() -> None:
    model = fit(RECIPE, EXAMPLES)
    own = EXAMPLES.take(np.flatnonzero(EXAMPLES.speakers == "s3"))
    shown = to_images(RECIPE, own, model.normaliser, model.offset(own, weight=1.0))
    np.testing.assert_allclose(shown, to_training_images(RECIPE, own, model.normaliser), atol=1e-5)


def test_the_mean_is_shrunk_towards_the_training_mean() -> None:
    model = fit(RECIPE, EXAMPLES)
    for k in (1, 5):
        some = EXAMPLES.take(np.arange(k))
        np.testing.assert_allclose(model.offset(some), model.offset(some, weight=1.0) * k / (k + 5), rtol=1e-6)
    near = dataclasses.replace(model, recipe=open_recipe(RECIPE, {"kappa": 0}))
    np.testing.assert_allclose(near.offset(some), model.offset(some, weight=1.0))


def test_enrolling_the_training_mean_changes_nothing() -> None:
    model = fit(RECIPE, EXAMPLES)
    whole = model.offset(EXAMPLES)  # as one speaker: their mean is the training mean
    np.testing.assert_allclose(whole, 0, atol=1e-5)
    np.testing.assert_allclose(model.probabilities(EXAMPLES, whole), model.probabilities(EXAMPLES), atol=1e-5)


def test_with_nothing_enrolled_a_prediction_depends_on_its_own_utterance_alone() -> None:
    model = fit(RECIPE, EXAMPLES)
    nameless = dataclasses.replace(EXAMPLES, speakers=None)
    whole = model.probabilities(nameless)
    for row in (0, 17):
        np.testing.assert_allclose(model.probabilities(nameless.take(np.array([row])))[0], whole[row], atol=1e-6)


def test_adapting_undoes_what_is_the_speakers_own() -> None:
    """A speaker whose features all lie elsewhere is answered as if they did not, once enrolled."""
    model = fit(RECIPE, EXAMPLES.take(np.flatnonzero(EXAMPLES.speakers != "s0")))
    own = np.flatnonzero(EXAMPLES.speakers == "s0")
    here, there = EXAMPLES.take(own), _louder(EXAMPLES, "s0", 30).take(own)
    expected = model.probabilities(here, model.offset(here, weight=1.0))
    np.testing.assert_allclose(model.probabilities(there, model.offset(there, weight=1.0)), expected, atol=1e-3)
    assert np.abs(model.probabilities(there) - expected).max() > 0.1


def test_a_recipe_that_cannot_adapt_says_so() -> None:
    plain = fit(open_recipe("functionals-svm"), EXAMPLES)
    with pytest.raises(EvenvoiceError, match=r"cannot be adapted.*normalise: enrolled"):
        plain.offset(EXAMPLES)


def test_speakers_are_needed() -> None:
    with pytest.raises(EvenvoiceError, match="normalise: enrolled needs to know the speaker"):
        fit(RECIPE, dataclasses.replace(EXAMPLES, speakers=None))


def test_kappa_belongs_to_enrolled() -> None:
    with pytest.raises(EvenvoiceError, match="normalise: training does not use"):
        open_recipe("2dcnn", {"kappa": 3})


def test_frames_are_moved_by_the_mean_of_their_utterances() -> None:
    recipe = open_recipe("2dcnn", {"shape": "array", "normalise": "enrolled", "training": {"epochs": 1}})
    model = fit(recipe, EXAMPLES)
    own = EXAMPLES.take(np.flatnonzero(EXAMPLES.speakers == EXAMPLES.speakers[0]))
    means = [model.normaliser.vectors(rows).mean(axis=1) for rows in own.rows(recipe.made_shape)]
    np.testing.assert_allclose(model.offset(own, 1.0)[0], np.mean(means, axis=0), atol=1e-6)
