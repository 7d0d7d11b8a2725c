"""Recipes by what they share, so that it is made once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evenvoice.recipes import Recipe, needs_of


def by_features(recipes: Sequence[Recipe]) -> list[list[Recipe]]:
    """Recipes grouped by their features and those of their partners, so that a corpus is decoded once for each."""
    groups: dict[str, list[Recipe]] = {}
    for recipe in recipes:
        key = " ".join(need.features.model_dump_json() for need in needs_of([recipe]))
        groups.setdefault(key, []).append(recipe)
    return list(groups.values())


def union(some: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Both lists, each value once; a seed may be a list."""
    return [*some, *(value for value in others if value not in some)]
