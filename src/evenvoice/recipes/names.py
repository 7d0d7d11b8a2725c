"""The recipes that ship: their names, and what each says of itself, without opening one.

Listing them takes a moment; opening one imports torch, for its networks.
"""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

from evenvoice.recipes.text import read_yaml


class RecipeSummary(NamedTuple):
    """What a shipped recipe says of itself."""

    name: str
    about: str
    source: str


def shipped_files() -> dict[str, Traversable]:
    """Return the files of the shipped recipes by the recipes' names, sorted."""
    folder = resources.files("evenvoice.recipes") / "shipped"
    files = {file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")}
    return dict(sorted(files.items()))


def recipe_names() -> list[str]:
    """Return the names of the shipped recipes, sorted.

    Examples:
        >>> "smote-2dcnn" in recipe_names()
        True
    """
    return list(shipped_files())


def recipe_summaries() -> list[RecipeSummary]:
    """Return the shipped recipes, sorted by name.

    Examples:
        >>> [found.source for found in recipe_summaries() if found.name == "2dcnn"]
        ['Kamaruzaman et al., SMOTE-2DCNN, section 5.2 and Table 4']
    """
    found = []
    for name, file in shipped_files().items():
        data = read_yaml(file.read_text(encoding="utf-8"))
        found.append(RecipeSummary(name, data["about"], data["source"]))
    return found
