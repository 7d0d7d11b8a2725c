"""What a recipe that crops rows or disturbs bands in training needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.errors import EvenvoiceError
from evenvoice.models import is_network

if TYPE_CHECKING:
    from evenvoice.recipes.schema import Recipe


def check_disturbances(recipe: Recipe) -> None:
    """Raise an `EvenvoiceError` if a recipe's model, shape or normalisation does not fit its ``crop`` or ``bands``."""
    training = recipe.training
    asked = [key for key, used in (("crop", training.crop is not None), ("bands", training.bands.any)) if used]
    for key in asked:
        if not is_network(recipe.model.name):
            raise EvenvoiceError(f"training.{key}: model {recipe.model.name!r} has no batches; leave it out")
        if recipe.shape.name != "sequence":
            raise EvenvoiceError(
                f"training.{key}: shape {recipe.shape.name!r} does not say which frames are an utterance's own; use "
                f"shape sequence, or leave training.{key} out"
            )
    if training.bands.any and not getattr(recipe.extractor, "log_power", False):
        raise EvenvoiceError(
            f"training.bands: the rows of extractor {recipe.features.name!r} are no logarithms of power; use extractor "
            "log-mel, or leave training.bands out"
        )
    if training.bands.any and recipe.normalise != "training":
        raise EvenvoiceError(
            f"training.bands: needs the normaliser of the training part, and found normalise: {recipe.normalise}; set "
            "normalise: training, or leave training.bands out"
        )
