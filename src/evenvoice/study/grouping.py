"""Recipes and tasks by what they share, so that it is made once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evenvoice.features import FeatureSettings
from evenvoice.recipes import Recipe
from evenvoice.study.work import Task


def by_features(recipes: Sequence[Recipe]) -> list[tuple[FeatureSettings, list[Recipe]]]:
    """Recipes grouped by their features, so that a corpus is decoded once for each."""
    groups: dict[str, tuple[FeatureSettings, list[Recipe]]] = {}
    for recipe in recipes:
        key = recipe.features.model_dump_json()
        groups.setdefault(key, (recipe.features, []))[1].append(recipe)
    return list(groups.values())


def by_shape(tasks: Sequence[Task]) -> list[Recipe]:
    """One recipe for each shape that the tasks need."""
    recipes = [one for task in tasks for one in task.recipe.with_partners]
    return list({recipe.shape.model_dump_json(): recipe for recipe in recipes}.values())


def union(some: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Both lists, each value once; a seed may be a list."""
    return [*some, *(value for value in others if value not in some)]
