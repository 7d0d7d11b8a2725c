"""The recipe that a tuning ends with, as a file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evenvoice.files import writing
from evenvoice.recipes import Recipe, open_recipe, recipe_names
from evenvoice.tuning.outcome import Tuning
from evenvoice.tuning.space import with_settings


def write_tuned(tuning: Tuning, extends: str | None, command: str | None) -> Recipe:
    """Write a tuning's best settings as a recipe, with what they scored at the head; return the recipe."""
    assert tuning.best is not None
    recipe, about = tuning.recipe, tuning.about
    name = f"{recipe.name}-tuned"
    tuned = with_settings(
        recipe, tuning.changed, name=name,
        about=f"{recipe.name}, tuned on {about['corpus']} by {tuning.finished} trials",
        source=f"evenvoice tune, trial {tuning.best.number}",
    )  # fmt: skip
    first = tuning.first.ua if tuning.first else None
    before = "which did not come to its end" if first is None else f"{100 * first:.1f} %"
    comments = [
        f"Found by: {command}" if command else "Found by evenvoice.tuning.tune",
        f"UA on validation parts ({about['inner']}, none of the test part): {100 * (tuning.best.ua or 0):.1f} %; "
        f"{recipe.name} as it is: {before}.",
        "The highest of many trials is too high a figure: the one to quote is of the test part, in tuning.html.",
    ]
    write_recipe(tuning.folder / f"{name}.yaml", tuned, extends, comments)
    return tuned


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
