"""Ragged features to the fixed arrays that SMOTE and the network work on: normalise, then pad or crop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from evenvoice.features import forms
from evenvoice.recipes import Recipe
from evenvoice.training.examples import Examples
from evenvoice.training.normalise import Normaliser, normalise_by_speaker


def to_rows(recipe: Recipe, examples: Examples) -> list[npt.NDArray[np.float32]]:
    """Return what gets normalised: float32 ``[r, frames]`` for each utterance (``mean``: one frame)."""
    rows = []
    for features in examples.features:
        values, _ = forms.rows(torch.from_numpy(features)[None], torch.tensor([features.shape[1]]), recipe.front_end)
        rows.append(values[0].numpy())
    return rows


def fit_normaliser(recipe: Recipe, examples: Examples) -> Normaliser | None:
    """Measure the normaliser on these examples; ``None`` where each speaker's own audio is used instead."""
    return None if recipe.normalise == "speaker" else Normaliser.fit(to_rows(recipe, examples))


def to_images(recipe: Recipe, examples: Examples, normaliser: Normaliser | None) -> npt.NDArray[np.float32]:
    """Return float32 ``[n, c, h, w]``: normalised, then padded with zeros or cropped to the recipe's length.

    Zeros after normalising are the training mean, so padding says nothing; before it they would be a loud artefact.
    """
    rows = to_rows(recipe, examples)
    normalised = normalise_by_speaker(rows, examples.speakers) if normaliser is None else normaliser.apply(rows)
    images = np.empty((len(normalised), *forms.shape(recipe.front_end)), np.float32)
    for number, values in enumerate(normalised):
        frames = torch.tensor([values.shape[1]])
        images[number] = forms.image(torch.from_numpy(values)[None], frames, recipe.front_end)[0].numpy()
    return images
