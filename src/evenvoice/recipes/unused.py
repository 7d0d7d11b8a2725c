"""Settings of a recipe that its model does not look at."""

from __future__ import annotations

import warnings

from evenvoice.models import is_network
from evenvoice.recipes.schema import Recipe
from evenvoice.recipes.sections import TrainingSettings

_USED_BY_ALL = "validation_share"


def unused_settings(recipe: Recipe) -> list[str]:
    """Return the training settings that were changed and that a classical classifier does not look at.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> unused_settings(open_recipe("2dcnn", {"training": {"epochs": 5}}))
        []
    """
    if is_network(recipe.model.name):
        return []
    given, plain = recipe.training, TrainingSettings()
    return [
        name
        for name in TrainingSettings.model_fields
        if name != _USED_BY_ALL and getattr(given, name) != getattr(plain, name)
    ]


def warn_of_unused(recipe: Recipe) -> None:
    """Warn of `unused_settings`, in one line."""
    names = unused_settings(recipe)
    if names:
        verb = "changes" if len(names) == 1 else "change"
        remedy = "name a recipe with a network"
        if recipe.partners:
            remedy = f"set it in a recipe of your own for partner {recipe.partners[0].recipe.name}"
        warnings.warn(
            f"recipe {recipe.name}: training: {', '.join(names)} {verb} nothing, for model {recipe.model.name!r} is "
            f"fitted in one go; leave it out, or {remedy}",
            stacklevel=3,
        )
