"""Ragged features to the fixed arrays that samplers and models work on: normalise, clip, then pad or crop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.images import gather
from evenvoice.training.normalise import (
    Normaliser,
    Rows,
    around_speakers,
    around_training_mean,
    normalise_by_speaker,
)

# Utterances that are shaped at once.
_BLOCK = 64


def fit_normaliser(recipe: Recipe, dataset: Dataset) -> Normaliser | None:
    """Measure the normaliser on a dataset and the variants that the recipe adds to it.

    ``None`` where each speaker's own audio is used instead.
    """
    if recipe.normalise == "speaker":
        return None
    shape = recipe.made_shape
    parts = [part.rows(shape) for part in (dataset, *(dataset.variant(name) for name in recipe.augment))]
    if recipe.normalise == "enrolled":
        return around_training_mean(parts[0], [around_speakers(part, dataset.speakers) for part in parts])
    return Normaliser.fit(*parts)


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
    if normaliser is None:
        return _as_images(recipe, normalise_by_speaker(rows, dataset.speakers))
    if offsets is None:
        return _as_images(recipe, rows, normaliser)
    each = np.broadcast_to(offsets, (len(rows), offsets.shape[1]))
    moved = (values - offset[:, None] for values, offset in zip(normaliser.each(rows), each, strict=True))
    return _as_images(recipe, list(moved))


def to_training_images(recipe: Recipe, dataset: Dataset, normaliser: Normaliser | None) -> npt.NDArray[np.float32]:
    """Return what a training part's rows are fitted as: `to_images`, but ``enrolled`` around their own speakers."""
    if normaliser is None or recipe.normalise != "enrolled":
        return to_images(recipe, dataset, normaliser)
    own = around_speakers(dataset.rows(recipe.made_shape), dataset.speakers)
    return _as_images(recipe, own, Normaliser(np.zeros_like(normaliser.mean), normaliser.scale))


def _as_images(recipe: Recipe, rows: Rows, normaliser: Normaliser | None = None) -> npt.NDArray[np.float32]:
    """Normalise, clip, and pad or crop, block by block: nothing is held twice."""
    shape = recipe.made_shape

    def block(start: int) -> npt.NDArray[np.float32]:
        part = rows[start : start + _BLOCK]
        if isinstance(part, np.ndarray):
            vectors = part if normaliser is None else normaliser.vectors(part)
            found = shape.image(torch.from_numpy(vectors), torch.ones(len(part), dtype=torch.int64)).numpy()
        else:
            part = list(part)
            normalised = part if normaliser is None else normaliser.each(part)
            images = [
                shape.image(torch.from_numpy(values)[None], torch.tensor([values.shape[1]]))[0].numpy()
                for values in normalised
            ]
            found = np.stack(images)
        return found if recipe.clip is None else found.clip(-recipe.clip, recipe.clip)

    return gather(map(block, range(0, len(rows), _BLOCK)), len(rows), shape.size)
