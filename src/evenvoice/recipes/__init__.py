"""Recipes: whole systems as data. Each name is imported when it is first used: listing recipes needs no torch."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenvoice.recipes.changes import flattened, merged
    from evenvoice.recipes.default import DEFAULT_RECIPE
    from evenvoice.recipes.full import EMOTIONS, recipe_in_full, shipped_in_full
    from evenvoice.recipes.names import RecipeSummary, recipe_summaries
    from evenvoice.recipes.old_keys import renamed
    from evenvoice.recipes.open import open_recipe, recipe_names
    from evenvoice.recipes.outline import Layer, Step, layers, steps
    from evenvoice.recipes.schema import Recipe
    from evenvoice.recipes.sections import DecisionSettings

_HOMES = {
    "DEFAULT_RECIPE": "default",
    "DecisionSettings": "sections",
    "EMOTIONS": "full",
    "Layer": "outline",
    "Recipe": "schema",
    "RecipeSummary": "names",
    "Step": "outline",
    "flattened": "changes",
    "layers": "outline",
    "merged": "changes",
    "open_recipe": "open",
    "recipe_in_full": "full",
    "recipe_names": "open",
    "recipe_summaries": "names",
    "renamed": "old_keys",
    "shipped_in_full": "full",
    "steps": "outline",
}

__all__ = [
    "DEFAULT_RECIPE",
    "EMOTIONS",
    "DecisionSettings",
    "Layer",
    "Recipe",
    "RecipeSummary",
    "Step",
    "flattened",
    "layers",
    "merged",
    "open_recipe",
    "recipe_in_full",
    "recipe_names",
    "recipe_summaries",
    "renamed",
    "shipped_in_full",
    "steps",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'evenvoice.recipes' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evenvoice.recipes.{_HOMES[name]}"), name)
