"""The recipes that ship: their names, and what each says of itself, without opening one.

Listing them takes a moment; opening one imports torch, for its networks.
"""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

from evenvoice.recipes.text import read_yaml


class RecipeSummary(NamedTuple):
    """What a shipped recipe says of itself."""

    name: str
    about: str
    source: str


def recipe_summaries() -> list[RecipeSummary]:
    """Return the shipped recipes, sorted by name.

    Examples:
        >>> [found.source for found in recipe_summaries() if found.name == "2dcnn"]
        ['Kamaruzaman et al., SMOTE-2DCNN, section 5.2 and Table 4']
    """
    found = []
    folder = resources.files("evenvoice.recipes") / "shipped"
    for file in folder.iterdir():
        if file.name.endswith(".yaml"):
            data = read_yaml(file.read_text(encoding="utf-8"))
            found.append(RecipeSummary(file.name.removesuffix(".yaml"), data["about"], data["source"]))
    return sorted(found)
