"""Ragged features to the fixed arrays that samplers and models work on: normalise, clip, then pad or crop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from evenvoice.recipes import Recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.normalise import Normaliser, normalise_by_speaker


def fit_normaliser(recipe: Recipe, dataset: Dataset) -> Normaliser | None:
    """Measure the normaliser on a dataset; ``None`` where each speaker's own audio is used instead."""
    return None if recipe.normalise == "speaker" else Normaliser.fit(dataset.rows(recipe.made_shape))


def to_images(recipe: Recipe, dataset: Dataset, normaliser: Normaliser | None) -> npt.NDArray[np.float32]:
    """Return the model's input, float32 ``[n, c, h, w]``: normalised, clipped, then padded with zeros or cropped.

    Zeros after normalising are the training mean, so padding says nothing; before it they would be a loud artefact.
    """
    shape = recipe.made_shape
    rows = dataset.rows(shape)
    normalised = normalise_by_speaker(rows, dataset.speakers) if normaliser is None else normaliser.apply(rows)
    images = np.empty((len(normalised), *shape.size), np.float32)
    for number, values in enumerate(normalised):
        frames = torch.tensor([values.shape[1]])
        images[number] = shape.image(torch.from_numpy(values)[None], frames)[0].numpy()
    return images if recipe.clip is None else images.clip(-recipe.clip, recipe.clip, out=images)
