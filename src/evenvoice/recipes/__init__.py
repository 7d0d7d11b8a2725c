"""Recipes: whole systems as data."""

from evenvoice.recipes.old_keys import renamed
from evenvoice.recipes.open import open_recipe, recipe_names
from evenvoice.recipes.schema import Recipe

__all__ = ["Recipe", "open_recipe", "recipe_names", "renamed"]
