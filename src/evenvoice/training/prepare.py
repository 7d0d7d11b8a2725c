"""Ragged features to the fixed arrays that samplers and models work on: normalise, clip, then pad or crop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.normalise import (
    Normaliser,
    Rows,
    around_speakers,
    around_training_mean,
    normalise_by_speaker,
)


def fit_normaliser(recipe: Recipe, dataset: Dataset) -> Normaliser | None:
    """Measure the normaliser on a dataset and the variants that the recipe adds to it.

    ``None`` where each speaker's own audio is used instead.
    """
    if recipe.normalise == "speaker":
        return None
    shape = recipe.made_shape
    parts = [part.rows(shape) for part in (dataset, *(dataset.variant(name) for name in recipe.augment))]
    if recipe.adaptive:
        return around_training_mean(parts[0], [around_speakers(part, dataset.speakers) for part in parts])
    return Normaliser.fit([rows for part in parts for rows in part])


def to_images(
    recipe: Recipe,
    dataset: Dataset,
    normaliser: Normaliser | None,
    offsets: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.float32]:
    """Return the model's input, float32 ``[n, c, h, w]``: normalised, clipped, then padded with zeros or cropped.

    Zeros after normalising are the training mean, so padding says nothing; before it they would be a loud artefact.

    Args:
        recipe: What normalises, clips and shapes.
        dataset: What to predict.
        normaliser: As fitted.
        offsets: Where the speakers lie, float32 ``[1, r]`` or ``[n, r]``, as `TrainedModel.offset` gives it; with
            ``normalise: enrolled`` alone. The training mean if not given.
    """
    rows = dataset.rows(recipe.made_shape)
    normalised = normalise_by_speaker(rows, dataset.speakers) if normaliser is None else normaliser.apply(rows)
    if offsets is not None:
        each = np.broadcast_to(offsets, (len(rows), offsets.shape[1]))
        normalised = [values - offset[:, None] for values, offset in zip(normalised, each, strict=True)]
    return _as_images(recipe, normalised)


def to_training_images(recipe: Recipe, dataset: Dataset, normaliser: Normaliser | None) -> npt.NDArray[np.float32]:
    """Return what a training part's rows are fitted as: `to_images`, but ``enrolled`` around their own speakers."""
    if normaliser is None or not recipe.adaptive:
        return to_images(recipe, dataset, normaliser)
    own = around_speakers(dataset.rows(recipe.made_shape), dataset.speakers)
    return _as_images(recipe, Normaliser(np.zeros_like(normaliser.mean), normaliser.scale).apply(own))


def _as_images(recipe: Recipe, normalised: Rows) -> npt.NDArray[np.float32]:
    shape = recipe.made_shape
    images = np.empty((len(normalised), *shape.size), np.float32)
    for number, values in enumerate(normalised):
        frames = torch.tensor([values.shape[1]])
        images[number] = shape.image(torch.from_numpy(values)[None], frames)[0].numpy()
    return images if recipe.clip is None else images.clip(-recipe.clip, recipe.clip, out=images)
