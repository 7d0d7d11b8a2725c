"""Shipped recipes as they are, but quick: fewer units, passes and perturbed copies, pieces of 24 frames, not 300."""

from __future__ import annotations

from typing import Any

from evenvoice.recipes import Recipe, open_recipe
from tests.golden.study import QUICK

SMALL = {"channels": 8, "wide_channels": 8, "attention": 8}
TINY = {"channels": [8, 8, 8, 8], "attention": 8}
OPTIONS = {**QUICK, "voice-cnn": SMALL, "voice-residual": TINY}


def quick_recipe(recipe: str | Recipe, changes: dict[str, Any] | None = None) -> Recipe:
    """Return a recipe with changes, its network and those of its partners small, for two epochs if not said.

    Of the perturbed copies it takes the first and the last: two kinds, at a third of the time.
    """
    changes = changes or {}
    name = recipe if isinstance(recipe, str) else recipe.name
    training = {"epochs": 2, **changes.get("training", {})}
    opened = open_recipe(recipe, {**changes, "training": training, "model": {"options": OPTIONS.get(name, {})}})
    partners = [each.model_copy(update={"recipe": quick_recipe(each.recipe)}) for each in opened.partners]
    copies = tuple(dict.fromkeys((*opened.augment[:1], *opened.augment[-1:])))
    return opened.model_copy(update={"partners": tuple(partners), "augment": copies})
