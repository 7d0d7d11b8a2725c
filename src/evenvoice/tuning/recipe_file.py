"""The recipe that a tuning ends with, as a file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evenvoice.files import writing
from evenvoice.recipes import Recipe, open_recipe, recipe_names


def write_recipe(path: Path, recipe: Recipe, extends: str | None, comments: Sequence[str]) -> None:
    """Write a recipe as what it changes of another.

    Args:
        path: The ``.yaml`` file.
        recipe: What opening the file gives.
        extends: A recipe's name, or the path of its file; ``None``: one that ships under no name is written in full.
        comments: Lines at the head.
    """
    data = recipe.model_dump(mode="json", exclude={"search"})
    lines: dict[str, Any] = data
    if extends is not None:
        base = open_recipe(extends).model_dump(mode="json", exclude={"search"})
        if extends not in recipe_names():
            extends = Path(os.path.relpath(Path(extends).resolve(), path.parent.resolve())).as_posix()
        lines = {"extends": extends, **_changes(base, data)}
    with writing(path) as aside:
        head = "".join(f"# {line}\n" for line in comments)
        body = yaml.safe_dump(lines, sort_keys=False, allow_unicode=True, width=100)
        aside.write_text(head + body, encoding="utf-8")


def _changes(base: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """What differs, section by section; a section of another name is whole, for it inherits nothing."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        old = base.get(key)
        if key in base and value == old:
            continue
        nested = isinstance(value, Mapping) and isinstance(old, Mapping) and value.get("name") == old.get("name")
        found[key] = _changes(old, value) if nested else value  # type: ignore[arg-type]  # both are mappings
    return found
