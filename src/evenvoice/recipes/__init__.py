"""Recipes: whole systems as data."""

from evenvoice.recipes.changes import flattened, merged
from evenvoice.recipes.old_keys import renamed
from evenvoice.recipes.open import open_recipe, recipe_names
from evenvoice.recipes.schema import Recipe

__all__ = ["Recipe", "flattened", "merged", "open_recipe", "recipe_names", "renamed"]
