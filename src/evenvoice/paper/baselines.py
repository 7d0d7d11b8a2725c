"""Rivals with the user's settings in the place of the shipped ones, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.recipes import Recipe, open_recipe

_SAYS_NOTHING = {"name", "about", "source", "search"}


def replaced(files: Sequence[str], names: Sequence[str]) -> dict[str, Recipe]:
    """Return the recipe for each rival that a file replaces, under the rival's own name.

    Args:
        files: ``.yaml`` recipes. Each has the name of a rival, or says ``extends:`` and a rival's name.
        names: The rivals.

    Raises:
        EvenvoiceError: A file that cannot be opened or is of no rival, or two of the same one.

    Examples:
        >>> replaced(["mine.yaml"], ["svm"])
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipe 'mine.yaml': no such file
    """
    found: dict[str, Recipe] = {}
    for file in files:
        recipe = open_recipe(file)
        name = recipe.name if recipe.name in names else _extended(file)
        if name not in names:
            raise EvenvoiceError(
                f"--rival {file}: {recipe.name!r} is no rival{nearest(recipe.name, list(names))}, and extends none; "
                f"give it the name of one, or extend it: {', '.join(names)}"
            )
        if name in found:
            raise EvenvoiceError(f"--rival {file}: another file replaces {name!r} already; give one for each rival")
        found[name] = recipe.model_copy(update={"name": name})
    return found


def differences(run: Mapping[str, Any], shipped: Recipe) -> list[str]:
    """Say how a recipe as it was run differs from another one: ``training.epochs 5 (shipped: 100)``.

    Args:
        run: The recipe of a run's ``run.json``. A key that it does not have is of a later version, and no difference.
        shipped: What to compare it with.

    Examples:
        >>> recipe = open_recipe("2dcnn")
        >>> differences(open_recipe(recipe, {"training": {"epochs": 5}}).model_dump(mode="json"), recipe)
        ['training.epochs 5 (shipped: 100)']
    """
    here, there = dict(_flat(run)), dict(_flat(shipped.model_dump(mode="json")))
    changed = [name for name in here if here[name] != there.get(name)]
    return [f"{name} {_said(here[name])} (shipped: {_said(there.get(name))})" for name in changed]


def _extended(file: str) -> Any:
    """What a recipe file extends; it was read before, so it is YAML."""
    return yaml.safe_load(Path(file).read_text(encoding="utf-8")).get("extends")


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each setting."""
    for key, value in settings.items():
        if not before and key in _SAYS_NOTHING:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _said(value: Any) -> str:
    """A value as it is written in a recipe; options that one side does not have are left to the model."""
    return "not set" if value is None else str(value)
