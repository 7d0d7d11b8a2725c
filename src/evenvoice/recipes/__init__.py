"""Recipes: whole systems as data. Each name is imported when it is first used: listing recipes needs no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.lazy import lazy_names

if TYPE_CHECKING:
    from evenvoice.recipes.changes import flattened, joined, merged
    from evenvoice.recipes.default import DEFAULT_RECIPE
    from evenvoice.recipes.full import EMOTIONS, recipe_in_full, shipped_in_full
    from evenvoice.recipes.names import RecipeSummary, recipe_names, recipe_summaries
    from evenvoice.recipes.needs import Needs, needs_of
    from evenvoice.recipes.old_keys import renamed
    from evenvoice.recipes.open import open_recipe
    from evenvoice.recipes.outline import Layer, Step, layers, steps
    from evenvoice.recipes.schema import NO_SETTINGS, Recipe
    from evenvoice.recipes.search import Choice, Range, Search, nested
    from evenvoice.recipes.sections import BandSettings, DecisionSettings, MaskSettings, Retraining, TrainingSettings
    from evenvoice.recipes.text import read_yaml
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "BandSettings": "sections",
            "Choice": "search",
            "DEFAULT_RECIPE": "default",
            "DecisionSettings": "sections",
            "EMOTIONS": "full",
            "Layer": "outline",
            "MaskSettings": "sections",
            "NO_SETTINGS": "schema",
            "Needs": "needs",
            "Range": "search",
            "Recipe": "schema",
            "RecipeSummary": "names",
            "Retraining": "sections",
            "Search": "search",
            "Step": "outline",
            "TrainingSettings": "sections",
            "flattened": "changes",
            "joined": "changes",
            "layers": "outline",
            "merged": "changes",
            "needs_of": "needs",
            "nested": "search",
            "open_recipe": "open",
            "read_yaml": "text",
            "recipe_in_full": "full",
            "recipe_names": "names",
            "recipe_summaries": "names",
            "renamed": "old_keys",
            "shipped_in_full": "full",
            "steps": "outline",
        },
    )

__all__ = [
    "DEFAULT_RECIPE",
    "EMOTIONS",
    "NO_SETTINGS",
    "BandSettings",
    "Choice",
    "DecisionSettings",
    "Layer",
    "MaskSettings",
    "Needs",
    "Range",
    "Recipe",
    "RecipeSummary",
    "Retraining",
    "Search",
    "Step",
    "TrainingSettings",
    "flattened",
    "joined",
    "layers",
    "merged",
    "needs_of",
    "nested",
    "open_recipe",
    "read_yaml",
    "recipe_in_full",
    "recipe_names",
    "recipe_summaries",
    "renamed",
    "shipped_in_full",
    "steps",
]
